"""The SellApp ticket of the script: a webhook, a reply, and every status."""

from __future__ import annotations

import time

from slackbridge.demo.markets import SELLAPP_POLL_SECONDS
from slackbridge.demo.script.agent import Agent
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from slackbridge.sandbox.sellapp.records import CLOSED, OPEN

NEWS = "Update: the key works on my other PC <3"


async def receives_webhook(anna: Agent, market: SellAppSandbox) -> None:
    """The customer's message is shown long before the next poll."""
    begun = time.monotonic()
    await anna.customer_writes("Lars", NEWS)
    took = time.monotonic() - begun
    await anna.until("the webhook's answer", lambda: market.hooks.deliveries[-1].status)
    delivery = market.hooks.deliveries[-1]
    header = ", ".join(delivery.headers)
    anna.tell.say("marketplace", f"ticket_message.created, signed ({header}): {delivery.status}")
    anna.must(delivery.status == 200, "the bridge knows the signature")
    anna.must(
        took < SELLAPP_POLL_SECONDS / 4,
        f"in Slack after {took:.2f} s; polls are {SELLAPP_POLL_SECONDS} s apart",
    )


async def answers_and_closes(anna: Agent, market: SellAppSandbox) -> None:
    """Reply, close, reopen, archive."""
    ticket = market.ticket(int(anna.ticket))
    await anna.answers("Good to hear, Lars! The first PC needs a restart.")
    await anna.changes_status("Close", lambda: ticket.status == CLOSED, "closed")
    anna.must(len(anna.acts("customer_notified")) == 1, "closed; Lars was told once")
    await anna.changes_status("Reopen", lambda: ticket.status == OPEN, "(open)")
    anna.tell.say("agent", "Anna presses Archive")
    await anna.submit(await anna.form("archive"))
    await anna.until("archived", lambda: ticket.archived)
    await anna.until("the card", lambda: "ticket:reopen" in anna.buttons())
    anna.tell.say("slack", f"card: {anna.drawn()}")
    anna.must(
        len(anna.acts("change")) == 3, "SellApp's ledger: closed, opened, archived, each once"
    )
