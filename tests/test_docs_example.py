"""The provider in docs/providers.md works as printed: it is found, configured, passes the suite."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
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

PAGE = (Path(__file__).parent.parent / "docs" / "providers.md").read_text(encoding="utf-8")
MODULE = "acme_bridge"
LONGEST = 100  # lines of the example
ENVIRON = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "ACME_TOKEN": "a-key"}


def blocks(language: str) -> list[str]:
    """The examples of the page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


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
    provider = build(settings("acme", shop.url, shop.token, find("acme").settings, shop=SHOP))
    yield AcmeMarket(shop, provider, time)
    await provider.close()
    await shop.stop()


async def test_an_installed_package_is_a_marketplace(market: Market) -> None:
    id = market.customer_opens("Hi")
    assert blocks("python")[1].strip() == "from slackbridge.testing.contract import *"
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
