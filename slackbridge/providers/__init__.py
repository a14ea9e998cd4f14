"""The marketplaces. A new one is a module and a line in `REGISTRY`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slackbridge.ports import Provider
from slackbridge.providers import refurbed
from slackbridge.providers.account import Account
from slackbridge.providers.http import HttpClient


@dataclass(frozen=True, slots=True)
class Factory:
    """How a marketplace's provider is made: where it is, how it is signed in to, its class."""

    base_url: str
    headers: Callable[[str], dict[str, str]]
    provider: Callable[[str, Account, HttpClient], Provider]


REGISTRY: dict[str, Factory] = {
    "refurbed": Factory("https://api.refurbed.com", refurbed.headers, refurbed.Refurbed),
}


def build(settings: Account) -> Provider:
    """The provider of a configured account. Raises ValueError, naming the remedy."""
    factory = REGISTRY.get(settings.provider)
    if factory is None:
        known = ", ".join(sorted(REGISTRY))
        raise ValueError(f"provider {settings.provider!r} is not known; use one of: {known}")
    client = HttpClient(
        settings.provider,
        settings.base_url or factory.base_url,
        factory.headers(settings.token.get_secret_value()),
        timeout_seconds=settings.timeout_seconds,
        per_second=settings.per_second,
    )
    return factory.provider(settings.name, settings, client)
