"""The ClickBank ticket of the script: a customer asks for a refund and gets a part of it."""

from __future__ import annotations

from slackbridge.demo import views
from slackbridge.demo.script.agent import Agent
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.clickbank.records import CLOSED, REOPENED
from slackbridge.sandbox.slack.people import Person

LONG = "Schöne Grüße aus Österreich! " * 60
PERCENT = "25"
REASON = "ticket.type.refund.2"


async def answers(anna: Agent) -> None:
    """A reply becomes a comment; one that is too long for the URL is refused with its length."""
    await anna.answers("Hello Ruth, of course. Would a quarter of the price be fair?")
    ts = await anna.says(LONG.strip(), f"{LONG[:29]}… ({len(LONG.strip()):,} characters)")
    row = await anna.told_receipt(ts, "2,000 allowed")
    await anna.click(row, "intent:discard")
    anna.must(len(anna.replies()) == 1, "nothing of it was sent")


async def refunds(anna: Agent, market: ClickBankSandbox, ben: Person) -> None:
    """The form, the dry run, the typed amount, and one refund in the ledger."""

    def told() -> list[str]:
        return [anna.seen(row) for row in ben.ephemerals(anna.channel)]

    tell = anna.tell
    await anna.press("refund", ben)
    await anna.until("the refusal", lambda: any("move money" in text for text in told()))
    tell.say("agent", "Ben presses Refund")
    tell.say("slack", f"only to Ben: {told()[-1]}")
    view = await anna.form("refund")
    values = {"refund_type": "PARTIAL_PERCENT", "amount": PERCENT, "reason": REASON}
    tell.say("agent", f"Anna presses Refund and fills in: a percentage, {PERCENT}")
    await anna.submit(view, **values, comment="We refund a quarter, as agreed.")
    sure = await anna.modal("money")
    tell.say("slack", f"dry run: {' '.join(views.texts(sure['blocks'][:2]))}")
    preview = views.shown(sure)
    anna.must("11.75 EUR" in preview, "ClickBank itself was asked what 25 % comes to: 11.75 EUR")
    anna.must(not market.ledger.all("refund"), "no money has moved")
    refused = await anna.submit(sure, typed="yes")
    anna.must(bool(refused and refused.get("errors")), f"“yes” is not enough: type {PERCENT}")
    tell.say("agent", f"Anna types {PERCENT}")
    await anna.submit(sure, typed=PERCENT)
    await anna.until("the refund", lambda: market.ledger.all("refund"))
    await anna.told_receipt(f"v:{view['id']}", "✅")
    paid = [(e.data["amount"], e.data["currency"]) for e in market.ledger.all("refund")]
    tell.say("marketplace", f"ClickBank's ledger: {paid[0][0] / 100:.2f} {paid[0][1]} paid back")
    anna.must(paid == [(1_175, "EUR")], "once, and exactly that amount")


async def closes_and_reopens(anna: Agent, market: ClickBankSandbox) -> None:
    """Closing withdraws the customer's request; the ticket is then reopened."""
    ticket = int(anna.ticket)
    view = await anna.form("close")
    said = " ".join(views.texts(view["blocks"][:1]))
    anna.tell.say("agent", "Anna presses Close")
    anna.tell.say("slack", f"form: {said}")
    anna.must(
        "withdraws the customer's refund" in said, "it says that closing withdraws the request"
    )
    await anna.submit(view, comment="Settled: a quarter was refunded.")
    sure = await anna.modal("money")
    anna.tell.say("slack", f"second step: {' '.join(views.texts(sure['blocks'][:2]))}")
    anna.must("do not get back" in views.shown(sure), "and what the customer then does not get")
    await anna.submit(sure, typed="close")
    await anna.until("closed", lambda: market.ticket(ticket).status == CLOSED)
    await anna.shows("closed")
    anna.must(len(anna.acts("refund_withdrawn")) == 1, "withdrawn once; the card says Closed")
    view = await anna.form("reopen")
    anna.tell.say("agent", "Anna presses Reopen and writes why; it is asked twice, too")
    await anna.submit(view, comment="Ruth, one more thing about your course.")
    await anna.submit(await anna.modal("money"), typed="reopen")
    await anna.until("reopened", lambda: market.ticket(ticket).status == REOPENED)
    await anna.shows("reopened")
    anna.tell.say("slack", f"card: {anna.drawn()}")
    anna.must(len(market.ledger.all("refund")) == 1, "and the money moved once only")
