"""The marketplaces. A new one is a module and a line in `REGISTRY`; other packages add theirs by an
entry point of the group `slackbridge.providers` that names a `Factory`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points

from slackbridge.model import Capabilities
from slackbridge.ports import Provider
from slackbridge.providers import clickbank, refurbed, sellapp, sellgate
from slackbridge.providers.account import Account
from slackbridge.providers.http import HttpClient

GROUP = "slackbridge.providers"


@dataclass(frozen=True, slots=True)
class Factory:
    """How a marketplace's provider is made: where it is, how it is signed in to, its class.

    `per_second` is how many calls it takes. `counted` providers get `spend`, which waits for a
    turn among all processes, counts a call and gives the account's sum of the day.
    """

    base_url: str
    headers: Callable[[str], dict[str, str]]
    provider: Callable[..., Provider]
    capabilities: Capabilities
    per_second: float = 8
    counted: bool = False


REGISTRY: dict[str, Factory] = {
    "refurbed": Factory(
        "https://api.refurbed.com", refurbed.headers, refurbed.Refurbed, refurbed.CAPABILITIES
    ),
    "clickbank": Factory(
        clickbank.BASE_URL,
        clickbank.headers,
        clickbank.ClickBank,
        clickbank.CAPABILITIES,
        counted=True,
    ),
    "sellapp": Factory(
        "https://sell.app/api", sellapp.headers, sellapp.SellApp, sellapp.CAPABILITIES
    ),
    "sellgate": Factory(
        "https://api.sellgate.cc/v1",
        sellgate.headers,
        sellgate.Sellgate,
        sellgate.CAPABILITIES,
        sellgate.PER_SECOND,
    ),
}


def known() -> list[str]:
    """The names of our own marketplaces and of those of other installed packages."""
    return sorted({*REGISTRY, *entry_points(group=GROUP).names})


def find(name: str) -> Factory:
    """The marketplace of that name; ours win. Raises ValueError, naming the remedy.

    Another package is loaded only when it is asked for: a broken one stops no other account.
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
        raise ValueError(f"provider {name!r}: {entry.value} is no slackbridge.providers.Factory")
    return factory


def build(settings: Account, spend: Callable[[float], Awaitable[int]] | None = None) -> Provider:
    """The provider of a configured account. Raises ValueError, naming the remedy."""
    factory = find(settings.provider)
    per_second = settings.per_second or factory.per_second
    client = HttpClient(
        settings.provider,
        settings.base_url or factory.base_url,
        factory.headers(settings.token.get_secret_value()),
        timeout_seconds=settings.timeout_seconds,
        per_second=per_second,
    )
    if factory.counted:
        counting = partial(spend, per_second) if spend else None
        return factory.provider(settings.name, settings, client, spend=counting)
    return factory.provider(settings.name, settings, client)
