"""Sellgate, end to end: replies and statuses never become each other; the store's figures."""

from __future__ import annotations

from typing import Any

from slackbridge.demo import views
from slackbridge.demo.waiting import until
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from tests.market.conftest import CHANNEL, Market, acts


async def test_reply_close_and_reopen(market: Market, sellgate: SellgateSandbox) -> None:
    market.add("sg-shop", "sellgate", sellgate)
    ticket = sellgate.customer_opens()
    async with market.open():
        await market.shown(ticket)
        ts = await market.say(ticket, "Here is a new key.")
        await until(
            "sent",
            lambda: "white_check_mark" in views.reactions(market.slack, CHANNEL, ts),
        )
        await market.choose(market.anna, ticket, "close")
        await until("closed", lambda: sellgate.ticket(ticket).status == "closed")
        await market.choose(market.anna, ticket, "reopen")
        await until("open", lambda: sellgate.ticket(ticket).status == "open")
        sellgate.customer_writes(ticket, "Thank you!")
        await market.shown(ticket, 2)
        assert (sellgate.calls["ReplyToTicket"], sellgate.calls["UpdateTicket"]) == (1, 2)
        texts = [e.data["text"] for e in sellgate.ledger.all() if "text" in e.data]
        assert texts[1:] == ["Here is a new key.", "Thank you!"]


async def test_the_store_s_figures_are_told_and_one_that_is_down_spoils_no_other(
    market: Market, sellgate: SellgateSandbox
) -> None:
    second = await SellgateSandbox.start(seed=False)
    try:
        market.add("sg-one", "sellgate", sellgate)
        market.add("sg-two", "sellgate", second)
        sellgate.bulk(2)
        closed = sellgate.customer_opens()
        sellgate.close(closed)
        async with market.open():
            await until("two", lambda: len(market.slack.workspace.history(CHANNEL)) == 2)
            second.faults.add(Fault("*", Phase.ARRIVAL, Action.STATUS, times=None, status=503))
            answer: Any = await market.anna.command("/ticket", "stats", channel=CHANNEL)
            told = f"{answer['text']} {views.shown(answer)}"
            assert "open 2" in told.lower()
            assert "closed 1" in told.lower()
            assert "sg-two: no figures now" in told
    finally:
        await second.stop()
    assert acts(sellgate, "reply") == []
