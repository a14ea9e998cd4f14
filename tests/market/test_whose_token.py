"""Where the marketplace tells whose token it is, an account goes on only with its own store."""

from __future__ import annotations

from typing import Any

import pytest

from slackbridge.config.errors import ConfigError
from slackbridge.demo.waiting import until
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from tests.market.conftest import Market

pytestmark = pytest.mark.long

OTHERS = {"clickbank": {"nickname": "somebody"}, "sellapp": {"store_id": 7}}
QUESTION = {"clickbank": "Accounts", "sellapp": "ListTickets"}
TIMING = {"unauthorized_probe_seconds": 0.3, "retry_max_seconds": 0.5}


@pytest.fixture
def shop(
    request: pytest.FixtureRequest, clickbank: ClickBankSandbox, sellapp: SellAppSandbox
) -> Any:
    return {"clickbank": clickbank, "sellapp": sellapp}[request.param]


of_both = pytest.mark.parametrize("shop", ["clickbank", "sellapp"], indirect=True)


def becomes_anothers(shop: Any) -> None:
    """The same address and the same tickets, but the token is another merchant's."""
    vars(shop).update(OTHERS[shop.name])


async def begun(market: Market, shop: Any) -> Any:
    market.add("shop", shop.name, shop)
    ticket = shop.customer_opens()
    async with market.open(timing=TIMING):
        await market.shown(ticket)
    async with market.open(
        timing=TIMING
    ) as bridge:  # SellApp tells it as soon as there is a ticket
        await until("it is known", lambda: _known(bridge))
    return ticket


async def _known(bridge: Any) -> bool:
    store = (await bridge.store.facts("shop")).store
    return bool(store and store.ids)


@of_both
async def test_a_token_of_another_merchant_does_not_start(market: Market, shop: Any) -> None:
    await begun(market, shop)
    becomes_anothers(shop)
    with pytest.raises(ConfigError, match=r"is bound to .*now it is configured for") as raised:
        async with market.open(timing=TIMING):
            pass
    assert "adopt" not in str(raised.value), "it is certainly another store"


@of_both
async def test_while_it_does_not_tell_nothing_is_asked_or_sent(market: Market, shop: Any) -> None:
    ticket = await begun(market, shop)
    becomes_anothers(shop)
    silent = Fault(QUESTION[shop.name], Phase.ARRIVAL, Action.STATUS, status=503, times=None)
    shop.faults.add(silent)
    async with market.open(timing=TIMING, replies={"undo_seconds": 0}) as bridge:
        shop.faults.seen.clear()
        await market.say(ticket, "Is it you?")
        await until("more questions", lambda: len(shop.faults.seen) > 3)
        assert {*shop.faults.seen} == {QUESTION[shop.name]}
        shop.faults.remove(silent)
        await until("it is said", lambda: any("is bound to" in said for said in market.notices()))
        await market.receipt(ticket, "was not sent: Account")
        asked = {name for name in shop.faults.seen if name != QUESTION[shop.name]}
        assert not asked
        assert not shop.ledger.all("reply")
        assert not (await bridge.providers["shop"].probe()).ok


@of_both
async def test_the_same_store_goes_on_after_a_silence(market: Market, shop: Any) -> None:
    ticket = await begun(market, shop)
    silent = Fault(QUESTION[shop.name], Phase.ARRIVAL, Action.STATUS, status=503, times=3)
    shop.faults.add(silent)
    async with market.open(timing=TIMING, replies={"undo_seconds": 0}):
        await market.say(ticket, "It is me.")
        await until("it is there", lambda: shop.ledger.all("reply"))


async def test_a_clickbank_that_answers_otherwise_is_no_obstacle(
    market: Market, clickbank: ClickBankSandbox
) -> None:
    """Its answer is known from third parties only: what was never understood holds nothing up."""
    body = "<accounts/>"
    odd = Fault("Accounts", Phase.ARRIVAL, Action.STATUS, status=200, body=body, times=None)
    clickbank.faults.add(odd)
    market.add("shop", "clickbank", clickbank)
    ticket = clickbank.customer_opens()
    async with market.open(timing=TIMING):
        await market.shown(ticket)


async def test_two_tokens_of_one_store_are_refused_at_the_start(
    market: Market, sellapp: SellAppSandbox
) -> None:
    await begun(market, sellapp)
    sellapp.allow("another|token")
    market.add("shop-2", "sellapp", sellapp)
    market.secret("TOKEN_1", "another|token")
    with pytest.raises(ConfigError, match=r"'shop' and 'shop-2' are of one store"):
        async with market.open(timing=TIMING):
            pass
