"""What happens to the demo's Sellgate ticket: reply and states, which share one address there."""

from __future__ import annotations

from slackbridge.demo.counter import Counter
from slackbridge.demo.transcript import Transcript
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from slackbridge.sandbox.sellgate.records import CLOSED, OPEN

NEWS = "It says: key already used on 2 devices."


async def lived(at: Counter, market: SellgateSandbox, tell: Transcript) -> None:
    """Message, reply, close, reopen."""
    ticket = market.ticket(str(at.ticket))

    def replies() -> list[str]:
        return [str(data["text"]) for data in at.acts(market.ledger, "reply")]

    market.customer_writes(ticket.id, NEWS)
    tell.say("customer", f"Noor: {NEWS}")
    await at.until("the message", lambda: at.saying(NEWS))
    await at.answers("Thank you, Noor. I have freed one device for you.", replies)
    tell.say("agent", "Anna presses Close")
    await at.press("close")
    await at.until("closed", lambda: ticket.status == CLOSED)
    await at.shows("closed")
    tell.say("agent", "Anna presses Reopen")
    await at.press("reopen")
    await at.until("open", lambda: ticket.status == OPEN)
    await at.shows("(open)")
    tell.say("slack", f"card: {at.drawn()}")
    at.must(len(replies()) == 1, "a change of status never became a message")
