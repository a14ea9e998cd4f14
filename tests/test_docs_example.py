"""The provider in docs/providers.md works as it stands there: it is found, and passes the suite."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from slackbridge.config import Account
from slackbridge.providers import build, known
from slackbridge.testing.contract import *  # noqa: F403 - they are collected by their names
from slackbridge.testing.look import walk
from slackbridge.testing.market import Market
from tests.acme_shop import AcmeMarket, AcmeShop
from tests.contract.markets import Time

PAGE = (Path(__file__).parent.parent / "docs" / "providers.md").read_text(encoding="utf-8")
MODULE = "acme_bridge"


def blocks(language: str) -> list[str]:
    """The examples of the page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def settings(provider: str, url: str = "", key: str = "a key") -> Account:
    return Account(
        name="shop",
        provider=provider,
        base_url=url,
        token_env="SHOP_TOKEN",
        token=SecretStr(key),
        timeout_seconds=1.0,
        per_second=10_000,
    )


def install(folder: Path, source: str) -> None:
    """Put the example there as pip would, with the entry point that the page names."""
    project = tomllib.loads(blocks("toml")[0])["project"]
    (folder / f"{MODULE}.py").write_text(source, encoding="utf-8")
    info = folder / f"{MODULE}-{project['version']}.dist-info"
    info.mkdir()
    about = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(about, encoding="utf-8")
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")


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
    provider = build(settings("acme", shop.url, shop.token))
    yield AcmeMarket(shop, provider, time)
    await provider.close()
    await shop.stop()


async def test_an_installed_package_is_a_marketplace(market: Market) -> None:
    id = market.customer_opens("Hi")
    assert blocks("python")[1].strip() == "from slackbridge.testing.contract import *"
    assert "acme" in known()
    assert type(market.provider).__module__ == MODULE
    assert [str(ticket.key) for ticket in await walk(market.provider)] == [f"shop:{id}"]


@pytest.mark.parametrize(
    ("source", "told"),
    [("import nowhere_at_all", "cannot be loaded"), ("FACTORY = 7", "no slackbridge")],
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
