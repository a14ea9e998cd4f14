"""The marketplaces by name: our own, and those of other installed packages.

Another package adds one by an entry point of the group `slackbridge.providers` that names a
`Factory`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from importlib.metadata import entry_points
from urllib.parse import urlsplit

from slackbridge.domain.account import BoundStore, normal_address
from slackbridge.ports.capabilities import Orders
from slackbridge.ports.provider import Provider
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.clickbank.provider import FACTORY as CLICKBANK
from slackbridge.providers.factory import Factory
from slackbridge.providers.http import HttpClient
from slackbridge.providers.refurbed.provider import FACTORY as REFURBED
from slackbridge.providers.sellapp.provider import FACTORY as SELLAPP
from slackbridge.providers.sellgate.provider import FACTORY as SELLGATE

GROUP = "slackbridge.providers"
REGISTRY: dict[str, Factory] = {
    "refurbed": REFURBED,
    "clickbank": CLICKBANK,
    "sellapp": SELLAPP,
    "sellgate": SELLGATE,
}


def known() -> list[str]:
    """The names of our own marketplaces and of those of other installed packages."""
    return sorted({*REGISTRY, *entry_points(group=GROUP).names})


def find(name: str) -> Factory:
    """The marketplace of that name; ours win. Raises ValueError, naming the remedy.

    Another package is loaded only on demand, so that a broken one stops no other account.
    """
    if name in REGISTRY:
        return REGISTRY[name]
    entry = next(iter(entry_points(group=GROUP, name=name)), None)
    if entry is None:
        raise ValueError(f"provider {name!r} is not known; use one of: {', '.join(known())}")
    try:
        factory = entry.load()
    except (ImportError, AttributeError) as error:
        reason = f"provider {name!r} cannot be loaded from {entry.value}: {error}"
        raise ValueError(reason) from error
    if not isinstance(factory, Factory):
        raise ValueError(f"provider {name!r}: {entry.value} is no slackbridge.sdk.Factory")
    return factory


def store_of(settings: AccountSettings) -> BoundStore:
    """The store that an account is configured for. Raises ValueError, naming the remedy."""
    url = settings.base_url or find(settings.provider).base_url
    return BoundStore(
        provider=settings.provider, address=normal_address(url), chosen=settings.which_store()
    )


def hosts_of(settings: AccountSettings) -> tuple[str, ...]:
    """The hosts that keep what an account's customers attach, as far as they are known."""
    if settings.base_url:
        return tuple(filter(None, (urlsplit(settings.base_url).hostname,)))
    return find(settings.provider).file_hosts


def build(
    settings: AccountSettings,
    spend: Callable[[float], Awaitable[int]] | None = None,
    admit: Callable[[Provider], Awaitable[None]] | None = None,
) -> Provider:
    """The provider of a configured account. Raises ValueError, naming the remedy.

    `admit` is awaited before each of its calls; see `HttpClient`.
    """
    factory = find(settings.provider)
    per_second = settings.per_second or factory.per_second
    client = HttpClient(
        settings.provider,
        settings.base_url or factory.base_url,
        factory.headers(settings.token.get_secret_value()),
        timeout_seconds=settings.timeout_seconds,
        per_second=per_second,
    )
    more = {"spend": partial(spend, per_second) if spend else None} if factory.counted else {}
    settings = settings.model_copy(update={"ticket_url": factory.page_of(settings)})
    provider = factory.provider(settings.name, settings, client, **more)
    shown = settings.order and isinstance(provider, Orders)
    provider.capabilities = replace(provider.capabilities, orders=shown)
    if admit is not None:
        client.admit = partial(admit, provider)
    return provider
