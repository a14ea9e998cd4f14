"""What happens to the demo's second refurbed ticket: a return label, and help from refurbed."""

from __future__ import annotations

from typing import Any

from slackbridge.demo import views
from slackbridge.demo.counter import Counter
from slackbridge.demo.transcript import Transcript
from slackbridge.sandbox.refurbed.app import RefurbedSandbox

QUESTION = "Does refurbed carry the costs of this return?"
ANSWER = "Yes, within 30 days we do."
NEWS = "The label has arrived, thank you."
THANKS = "Thank you, then we go ahead."


async def labelled(at: Counter, market: RefurbedSandbox, tell: Transcript) -> None:
    """The label appears in the thread."""
    tell.say("agent", "Anna presses Return label")
    await at.submit(await at.form("return_label"))
    row: dict[str, Any] = await at.until("the label", lambda: at.saying("return-label"))
    tell.say("slack", f"in the thread, {row.get('username')}: {at.seen(row)}")
    at.must(len(at.acts(market.ledger, "label")) == 1, "made once, and the thread has the file")


async def helped(at: Counter, market: RefurbedSandbox, tell: Transcript) -> None:
    """Question, answer, answer to the answer; none of it reaches the customer."""
    view = await at.form("help_request")
    tell.say("agent", f"Anna asks refurbed for help: {QUESTION}")
    await at.submit(view, topic="SHIPPING_AGREEMENT", message=QUESTION)
    await at.until("the question", lambda: at.saying(QUESTION))
    asked = at.acts(market.ledger, "help_request")[0]
    market.answer_help_request(int(asked["help_request_id"]), f"<p>{ANSWER}</p>")
    tell.say("marketplace", f"refurbed answers: {ANSWER}")
    # refurbed's list does not tell of it: it is read with the next change, else after minutes.
    market.customer_writes(int(at.ticket), f"<p>{NEWS}</p>")
    tell.say("customer", f"Marie: {NEWS}")
    row: dict[str, Any] = await at.until("the answer", lambda: at.saying(ANSWER))
    tell.say("slack", f"in the thread, {row.get('username')}: {at.seen(row)}")
    at.must("Help request" in str(row.get("username")), "under a name that is not the customer's")
    at.must("customer does not see" in views.shown(row), "and it says so")
    view = await at.form("help_reply")
    tell.say("agent", f"Anna answers in the help request: {THANKS}")
    await at.submit(view, message=THANKS)
    await at.until("the second question", lambda: at.saying(THANKS))
    at.must(not at.acts(market.ledger, "reply"), "the customer was sent nothing")
