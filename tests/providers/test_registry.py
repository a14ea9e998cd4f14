"""The registry of marketplaces."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from slackbridge.domain.model import Capabilities, Ticket
from slackbridge.domain.order import Order
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.base import BaseProvider
from slackbridge.providers.factory import Factory
from slackbridge.providers.registry import REGISTRY, build


def test_an_unknown_marketplace_is_named_with_the_known_ones() -> None:
    account = AccountSettings(name="a", provider="ebay", token_env="X")
    with pytest.raises(ValueError, match=r"'ebay' is not known; use one of: .*refurbed"):
        build(account)


def test_every_marketplace_is_called_over_https() -> None:
    assert all(factory.base_url.startswith("https://") for factory in REGISTRY.values())


class Shop(BaseProvider):
    """A marketplace that tells what was ordered."""

    title = "Shop"
    capabilities = Capabilities()

    async def order(self, ticket: Ticket) -> Order | None:
        return None

    def page(self, id: str) -> str:
        return self._url(id)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Awaitable[Shop]]:
    """Builds an account of it, of which nothing is called."""
    page = "https://shop.example/tickets/{id}"
    factory = Factory(
        Shop, Shop.capabilities, "https://api.example", credential_less, ticket_url=page
    )
    monkeypatch.setitem(REGISTRY, "shop", factory)

    async def built(**keys: object) -> Shop:
        told = {"name": "a", "provider": "shop", "token_env": "X", **keys}
        provider = build(AccountSettings.model_validate(told))
        await provider.close()
        assert isinstance(provider, Shop)
        return provider

    return built


def credential_less(token: str) -> dict[str, str]:
    return {}


async def test_orders_are_shown_unless_the_account_says_otherwise(
    shop: Callable[..., Awaitable[Shop]],
) -> None:
    assert (await shop()).capabilities.orders
    assert not (await shop(order=False)).capabilities.orders
    assert not Shop.capabilities.orders


async def test_a_tickets_page_has_a_default_that_an_account_may_change(
    shop: Callable[..., Awaitable[Shop]],
) -> None:
    assert (await shop()).page("7") == "https://shop.example/tickets/7"
    assert (await shop(ticket_url="https://desk.example/{id}")).page("7").endswith("desk.example/7")
    assert (await shop(base_url="https://sandbox.example")).page("7") == ""
