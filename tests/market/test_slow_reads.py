"""A marketplace that needs several calls for a ticket, together longer than a lease."""

from __future__ import annotations

import pytest

from slackbridge.demo.waiting import until
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from tests.market.conftest import Market

pytestmark = pytest.mark.long

# The shipped ratios, divided by 10: a lease of 15 s, two calls of 8 s each.
SLOW = {"lease_seconds": 1.5, "call_timeout_seconds": 1.0, "settle_seconds": 1.5}


async def test_two_calls_longer_than_a_lease(market: Market, sellapp: SellAppSandbox) -> None:
    market.add("sa", "sellapp", sellapp, timeout_seconds=1.0)
    ticket = sellapp.customer_opens()
    async with market.open(timing=SLOW):
        await market.shown(ticket)
        for name in ("GetTicket", "ListMessages"):
            sellapp.faults.add(Fault(name, Phase.COMMIT, Action.DELAY, times=None, seconds=0.8))
        await market.say(ticket, "Here is a new key.")

        def got() -> list[str]:
            rows = [e for e in sellapp.ledger.all() if e.data.get("author") == "STORE"]
            return [str(e.data["text"]) for e in rows]

        await until("the reply", got)
        await market.quiet(2)
        assert got() == ["Here is a new key."]
