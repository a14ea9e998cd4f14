"""The provider in docs/providers.md works as printed: it is found, configured, passes the suite."""

from __future__ import annotations

import ast
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from slackbridge import sdk
from slackbridge.config.errors import ConfigError
from slackbridge.config.load import load
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.registry import build, find, known
from slackbridge.testing.contract import *  # noqa: F403 - they are collected by their names
from slackbridge.testing.look import walk
from slackbridge.testing.market import Market
from tests.acme_shop import SHOP, AcmeMarket, AcmeShop
from tests.contract.markets import Time
from tests.providers_page import MODULE, blocks, install, with_orders

LONGEST = 110  # lines of the example
ENVIRON = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "ACME_TOKEN": "a-key"}


def settings(
    provider: str,
    url: str = "",
    key: str = "a key",
    model: type[AccountSettings] = AccountSettings,
    **own: str,
) -> AccountSettings:
    common = {"name": "shop", "provider": provider, "base_url": url, "token_env": "SHOP_TOKEN"}
    pace = {"token": SecretStr(key), "timeout_seconds": 1.0, "per_second": 10_000}
    return model.model_validate({**common, **pace, **own})


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where packages are found for the time of a test."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, MODULE, sys)  # so that it is as before afterwards
    monkeypatch.delitem(sys.modules, MODULE)
    return tmp_path


@pytest.fixture
async def market(place: Path) -> AsyncIterator[Market]:
    """Acme, and the provider that the page makes for it."""
    install(place, blocks("python")[0])
    time = Time()
    shop = AcmeShop(time)
    await shop.start()
    provider = build(settings("acme", shop.url, shop.token, find("acme").settings, shop=SHOP))
    yield AcmeMarket(shop, provider, time)
    await provider.close()
    await shop.stop()


async def test_an_installed_package_is_a_marketplace(market: Market) -> None:
    id = market.customer_opens("Hi")
    assert blocks("python")[2].strip() == "from slackbridge.testing.contract import *"
    assert "acme" in known()
    assert type(market.provider).__module__ == MODULE
    assert [str(ticket.key) for ticket in await walk(market.provider)] == [f"shop:{id}"]


async def test_the_example_is_short_and_imports_nothing_of_ours_but_the_sdk() -> None:
    source = blocks("python")[0]
    assert len(source.splitlines()) <= LONGEST
    imported = [
        (node.module, [alias.name for alias in node.names])
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("slackbridge")
    ]
    assert source.count("import slackbridge") == 0
    assert {module for module, _ in imported} == {"slackbridge.sdk"}
    assert {name for _, names in imported for name in names} <= set(sdk.__all__)


async def test_the_sdk_has_what_it_promises() -> None:
    assert [name for name in sdk.__all__ if not hasattr(sdk, name)] == []
    assert len(set(sdk.__all__)) == len(sdk.__all__)


async def test_what_the_page_adds_reads_orders(place: Path) -> None:
    install(place, with_orders())
    shop = AcmeShop(Time())
    await shop.start()
    provider = build(settings("acme", shop.url, shop.token, find("acme").settings, shop=SHOP))
    assert isinstance(provider, sdk.Orders)
    assert provider.capabilities.orders
    first, second = shop.bulk(2)
    shop.orders[first] = {"state": "shipped", "parcel": "JD1", "track": "https://dhl.example/JD1"}
    told, untold = await provider.read([str(first), str(second)])
    order = await provider.order(told)
    assert order
    assert [(fact.label, fact.value, fact.url) for fact in order.facts] == [
        ("State", "shipped", ""),
        ("Parcel", "JD1", "https://dhl.example/JD1"),
    ]
    assert await provider.order(untold) is None
    shop.orders[first] |= {"ticket": 7}
    with pytest.raises(sdk.Later, match="another order"):
        await provider.order(told)
    shop.shows_orders = False
    with pytest.raises(sdk.Rejected, match=r"lacks orders\.read") as raised:
        await provider.order(told)
    assert raised.value.code == sdk.Code.FORBIDDEN
    await provider.close()
    await shop.stop()


async def test_its_own_settings_are_read_from_the_file(place: Path) -> None:
    install(place, blocks("python")[0])
    path = place / "slackbridge.toml"
    accounts = next(block for block in blocks("toml") if "[[accounts]]" in block)
    path.write_text(f'[slack]\nchannel = "C0SUPPORT"\n{accounts}', encoding="utf-8")
    (account,) = load(path, ENVIRON).accounts
    assert type(account).__module__ == MODULE
    assert account.model_dump()["shop"] == "at"
    path.write_text(path.read_text("utf-8").replace("shop =", "shoe ="), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load(path, ENVIRON)
    assert "accounts.0.shop is missing" in str(raised.value)
    assert "accounts.0.shoe is not a setting" in str(raised.value)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import nowhere_at_all", "cannot be loaded"),
        ("FACTORY = 7", r"no slackbridge\.sdk\.Factory"),
    ],
)
async def test_a_broken_package_concerns_its_own_accounts_alone(
    place: Path, source: str, told: str
) -> None:
    install(place, source)
    with pytest.raises(ValueError, match=told):
        build(settings("acme"))
    await build(settings("refurbed")).close()
    with pytest.raises(ValueError, match="use one of: acme, clickbank"):
        build(settings("nowhere"))
