"""A 2xx is no proof that a reply was made: something between may take it and lose it."""

from __future__ import annotations

import pytest

from slackbridge.demo import views
from slackbridge.demo.waiting import until
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from tests.market.conftest import CHANNEL, Market


@pytest.mark.parametrize(("status", "body"), [(202, ""), (204, ""), (200, '{"message": "Locked"}')])
async def test_a_reply_that_was_taken_and_not_made_is_made_again(
    market: Market, sellgate: SellgateSandbox, status: int, body: str
) -> None:
    market.add("sg", "sellgate", sellgate)
    ticket = sellgate.customer_opens()
    async with market.open():
        await market.shown(ticket)
        fault = Fault("ReplyToTicket", Phase.COMMIT, Action.STATUS, status=status, body=body)
        sellgate.faults.add(fault)
        ts = await market.say(ticket, "Here is a new key.")
        await until("it is struck", lambda: fault.struck)
        await until("it is made", lambda: sellgate.ledger.all("reply"))
        await until(
            "it is said",
            lambda: "white_check_mark" in views.reactions(market.slack, CHANNEL, ts),
        )
        assert [e.data["text"] for e in sellgate.ledger.all("reply")] == ["Here is a new key."]
