"""A 2xx is no proof that a reply was made: something between may take it and lose it."""

from __future__ import annotations

import pytest

from slackbridge.demo import views
from slackbridge.demo.waiting import until
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from tests.market.conftest import CHANNEL, Market


@pytest.mark.parametrize(("status", "body"), [(202, ""), (200, '{"message": "Locked"}')])
async def test_a_reply_that_was_taken_and_not_made_is_asked_about(
    market: Market, sellgate: SellgateSandbox, status: int, body: str
) -> None:
    """It may show later, so it is not made again by itself; who presses *Send again* has it made
    once.
    """
    market.add("sg", "sellgate", sellgate)
    ticket = sellgate.customer_opens()
    async with market.open():
        await market.shown(ticket)
        fault = Fault("ReplyToTicket", Phase.COMMIT, Action.STATUS, status=status, body=body)
        sellgate.faults.add(fault)
        ts = await market.say(ticket, "Here is a new key.")
        asked = await market.receipt(ticket, "may not have been sent: the marketplace took it")
        assert "white_check_mark" not in views.reactions(market.slack, CHANNEL, ts)
        assert not sellgate.ledger.all("reply")
        await market.anna.click(CHANNEL, asked["ts"], "intent:again")
        await until(
            "it is said",
            lambda: "white_check_mark" in views.reactions(market.slack, CHANNEL, ts),
        )
        assert [e.data["text"] for e in sellgate.ledger.all("reply")] == ["Here is a new key."]
