"""What happens to the demo's ClickBank ticket: a customer wants a refund and gets a part of it."""

from __future__ import annotations

from slackbridge.demo import views
from slackbridge.demo.counter import Counter
from slackbridge.demo.transcript import Transcript
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.clickbank.records import CLOSED, REOPENED
from slackbridge.sandbox.slack.people import Person

LONG = "Schöne Grüße aus Österreich! " * 60
PERCENT = "25"
REASON = "ticket.type.refund.2"


async def answered(at: Counter, market: ClickBankSandbox) -> None:
    """A reply is a comment; one that makes the address too long is refused with the count."""

    def replies() -> list[str]:
        return [str(data["text"]) for data in at.acts(market.ledger, "reply")]

    await at.answers("Hello Ruth, of course. Would a quarter of the price be fair?", replies)
    ts = await at.says(LONG.strip(), f"{LONG[:29]}… ({len(LONG.strip()):,} characters)")
    row = await at.receipt(ts, "2,000 allowed")
    await at.settles(row, "intent:discard")
    at.must(len(replies()) == 1, "nothing of it was sent")


async def refunded(at: Counter, market: ClickBankSandbox, ben: Person, tell: Transcript) -> None:
    """The form, the dry run, the typed amount, and one refund in the ledger."""
    await at.press("refund", ben)
    await at.until("the refusal", lambda: any("move money" in text for text in at.told()))
    tell.say("agent", "Ben presses Refund")
    tell.say("slack", f"only to Ben: {at.told()[-1]}")
    view = await at.form("refund")
    values = {"refund_type": "PARTIAL_PERCENT", "amount": PERCENT, "reason": REASON}
    comment = "We refund a quarter, as agreed."
    tell.say("agent", f"Anna presses Refund and fills in: a percentage, {PERCENT}")
    await at.submit(view, **values, comment=comment)
    sure = await at.modal("money")
    tell.say("slack", f"dry run: {' '.join(views.texts(sure['blocks'][:2]))}")
    preview = views.shown(sure)
    at.must("11.75 EUR" in preview, "ClickBank itself was asked what 25 % comes to: 11.75 EUR")
    at.must(not market.ledger.all("refund"), "no money has moved")
    refused = await at.submit(sure, typed="yes")
    at.must(bool(refused and refused.get("errors")), f"“yes” is not enough: type {PERCENT}")
    tell.say("agent", f"Anna types {PERCENT}")
    await at.submit(sure, typed=PERCENT)
    await at.until("the refund", lambda: market.ledger.all("refund"))
    await at.receipt(f"v:{view['id']}", "✅")
    paid = [(e.data["amount"], e.data["currency"]) for e in market.ledger.all("refund")]
    tell.say("marketplace", f"ClickBank's ledger: {paid[0][0] / 100:.2f} {paid[0][1]} paid back")
    at.must(paid == [(1_175, "EUR")], "once, and exactly that amount")


async def closed(at: Counter, market: ClickBankSandbox, tell: Transcript) -> None:
    """The customer's own request is closed, and comes back."""
    ticket = int(at.ticket)
    view = await at.form("close")
    said = " ".join(views.texts(view["blocks"][:1]))
    tell.say("agent", "Anna presses Close")
    tell.say("slack", f"form: {said}")
    at.must("withdraws the customer's refund" in said, "it says that closing withdraws the request")
    await at.submit(view, comment="Settled: a quarter was refunded.")
    await at.until("closed", lambda: market.ticket(ticket).status == CLOSED)
    await at.shows("closed")
    at.must(
        len(at.acts(market.ledger, "refund_withdrawn")) == 1, "withdrawn once; the card says Closed"
    )
    view = await at.form("reopen")
    tell.say("agent", "Anna presses Reopen and writes why")
    await at.submit(view, comment="Ruth, one more thing about your course.")
    await at.until("reopened", lambda: market.ticket(ticket).status == REOPENED)
    await at.shows("reopened")
    tell.say("slack", f"card: {at.drawn()}")
    at.must(len(market.ledger.all("refund")) == 1, "and the money moved once only")
