"""*Details* and the order in the Reply form, with a marketplace that can tell what was ordered."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slackbridge.config import load
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World, secrets_of
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.acme_shop import SHOP, AcmeShop
from tests.bridge.conftest import configured
from tests.bridge.stage import Stage
from tests.providers_page import MODULE, install, with_orders
from tests.serving import serving

ACCOUNT = """
[[accounts]]
name = "acme"
provider = "acme"
token_env = "ACME_TOKEN"
base_url = "{url}"
shop = "{shop}"
poll_seconds = 0.2
per_second = 200
"""
SHIPPED = {"state": "shipped & sealed", "parcel": "JD1", "track": "https://track.example/JD1"}


@pytest.fixture
async def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AcmeShop]:
    """Acme, and its provider as an installed package."""
    install(tmp_path, with_orders())
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, MODULE, sys)  # so that it is as before afterwards
    monkeypatch.delitem(sys.modules, MODULE)
    shop = AcmeShop(time.time)
    await shop.start()
    yield shop
    await shop.stop()


@contextlib.asynccontextmanager
async def bridged(place: World, shop: AcmeShop) -> AsyncIterator[Stage]:
    configured(place, {"replies": {"undo_seconds": 0}})
    path = place.folder / "slackbridge.toml"
    account = ACCOUNT.format(url=shop.url, shop=SHOP)
    path.write_text(path.read_text("utf-8") + account, "utf-8")
    secrets = {**secrets_of(place.slack, place.refurbed), "ACME_TOKEN": shop.token}
    async with serving(load.load(path, secrets), place.redis_url, place.slack):
        yield Stage(place)


async def opens(stage: Stage, ticket: int, button: str) -> None:
    await stage.anna.click(CHANNEL, stage.root(ticket), f"ticket:{button}")


def modal(stage: Stage) -> str:
    return views.shown(stage.anna.modals()[-1])


async def test_details_open_at_once_and_the_order_is_read_once(
    place: World, shop: AcmeShop
) -> None:
    ticket = shop.customer_opens("Where is my parcel?")
    shop.orders[ticket] = dict(SHIPPED)
    async with bridged(place, shop) as stage:
        await stage.until("its message", lambda: stage.mirrored(ticket))
        shop.customer_writes(ticket, "Hello?")
        await stage.until("a second one", lambda: len(stage.mirrored(ticket)) == 2)
        assert shop.faults.seen.count("Order") == 0, "read by a poll or for a card"
        shop.faults.add(Fault("Order", Phase.ARRIVAL, Action.DELAY, seconds=0.5))
        await opens(stage, ticket, "details")
        assert "Reading the order" in modal(stage)
        await stage.until("the order", lambda: "shipped &amp; sealed" in modal(stage))
        assert "JD1 <https://track.example/JD1|track.example>" in modal(stage)
        await opens(stage, ticket, "reply")
        assert "*State* shipped &amp; sealed" in modal(stage), "it is known"
        await stage.until("the last message", lambda: "Hello?" in modal(stage))
        await opens(stage, ticket, "details")
        assert "shipped &amp; sealed" in modal(stage)
        assert shop.faults.seen.count("Order") == 1


async def test_a_form_without_the_order_says_why_and_is_as_good(
    place: World, shop: AcmeShop
) -> None:
    ticket = shop.customer_opens("Where is my parcel?")
    shop.shows_orders = False
    async with bridged(place, shop) as stage:
        await stage.until("its message", lambda: stage.mirrored(ticket))
        shop.faults.add(Fault("Order", Phase.ARRIVAL, Action.STATUS, status=503))
        await opens(stage, ticket, "reply")
        await stage.until("words", lambda: "The order cannot be read now" in modal(stage))
        assert "Where is my parcel?" in modal(stage)
        for _ in range(2):
            await opens(stage, ticket, "details")
            await stage.until("the remedy", lambda: "lacks orders.read; ask Acme" in modal(stage))
        await opens(stage, ticket, "reply")
        await stage.until("the last message", lambda: "Where is my parcel?" in modal(stage))
        assert "order" not in modal(stage).casefold()
        assert shop.faults.seen.count("Order") == 2, "once away, once refused"
        form = str(stage.anna.modals()[-1]["id"])
        await stage.anna.submit(form, {"text": {"text": "It is on its way."}})
        await stage.until("the reply", lambda: shop.ledger.all("reply"))
