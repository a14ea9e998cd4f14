"""What happens to the demo's SellApp ticket: a webhook, a reply, and all its states."""

from __future__ import annotations

import time

from slackbridge.demo.counter import Counter
from slackbridge.demo.markets import SELLAPP_POLL_SECONDS
from slackbridge.demo.transcript import Transcript
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from slackbridge.sandbox.sellapp.records import CLOSED, OPEN

NEWS = "Update: the key works on my other PC <3"


async def hooked(at: Counter, market: SellAppSandbox, tell: Transcript) -> None:
    """The customer's message is there long before the next poll."""
    begun = time.monotonic()
    market.customer_writes(int(at.ticket), NEWS)
    tell.say("customer", f"Lars: {NEWS}")
    await at.until("the message", lambda: at.saying(NEWS))
    took = time.monotonic() - begun
    await at.until("the webhook's answer", lambda: market.hooks.deliveries[-1].status)
    delivery = market.hooks.deliveries[-1]
    header = ", ".join(delivery.headers)
    tell.say("marketplace", f"ticket_message.created, signed ({header}): {delivery.status}")
    at.must(delivery.status == 200, "the bridge knows the signature")
    at.must(
        took < SELLAPP_POLL_SECONDS / 4,
        f"in Slack after {took:.2f} s; polls are {SELLAPP_POLL_SECONDS} s apart",
    )


async def lived(at: Counter, market: SellAppSandbox, tell: Transcript) -> None:
    """Reply, close, reopen, archive."""
    ticket = market.ticket(int(at.ticket))
    await at.answers(
        "Good to hear, Lars! The first PC needs a restart.",
        lambda: [str(data["text"]) for data in at.acts(market.ledger, "reply")],
    )
    tell.say("agent", "Anna presses Close")
    await at.press("close")
    await at.until("closed", lambda: ticket.status == CLOSED)
    await at.shows("closed")
    at.must(len(at.acts(market.ledger, "customer_notified")) == 1, "closed; Lars was told once")
    tell.say("agent", "Anna presses Reopen")
    await at.press("reopen")
    await at.until("open", lambda: ticket.status == OPEN)
    await at.shows("(open)")
    tell.say("agent", "Anna presses Archive")
    await at.submit(await at.form("archive"))
    await at.until("archived", lambda: ticket.archived)
    await at.until("the card", lambda: "ticket:reopen" in at.buttons())
    tell.say("slack", f"card: {at.drawn()}")
    at.must(
        len(at.acts(market.ledger, "change")) == 3,
        "SellApp's ledger: closed, opened, archived, each once",
    )
