"""The Sellgate ticket of the script. Replies and status changes use the same endpoint there."""

from __future__ import annotations

from slackbridge.demo.script.agent import Agent
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from slackbridge.sandbox.sellgate.records import CLOSED, OPEN


async def answers_and_closes(anna: Agent, market: SellgateSandbox) -> None:
    ticket = market.ticket(str(anna.ticket))
    await anna.customer_writes("Noor", "It says: key already used on 2 devices.")
    await anna.answers("Thank you, Noor. I have freed one device for you.")
    await anna.changes_status("Close", lambda: ticket.status == CLOSED, "closed")
    await anna.changes_status("Reopen", lambda: ticket.status == OPEN, "(open)")
    anna.tell.say("slack", f"card: {anna.drawn()}")
    anna.must(len(anna.replies()) == 1, "a change of status never became a message")
