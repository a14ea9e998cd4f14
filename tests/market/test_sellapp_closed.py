"""What a customer writes in a closed SellApp ticket, where no webhook tells of it."""

from __future__ import annotations

from slackbridge.demo.waiting import until
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from tests.market.conftest import Market


async def test_what_a_customer_writes_in_a_closed_ticket_appears(
    market: Market, sellapp: SellAppSandbox
) -> None:
    """The sandbox's reading of SellApp: the status stays, and the ticket is not among the open."""
    market.add("sa", "sellapp", sellapp)
    ticket = sellapp.customer_opens()
    async with market.open():
        await market.shown(ticket)
        await market.choose(market.anna, ticket, "close")
        await until("closed", lambda: sellapp.ticket(ticket).status == "CLOSED")
        await market.says(ticket, "Closed")
        sellapp.customer_writes(ticket, "It broke again, please help!")
        await market.quiet(2)  # ten polls, two walks
        assert len(market.messages(ticket)) == 2
