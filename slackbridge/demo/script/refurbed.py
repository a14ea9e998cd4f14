"""The refurbed ticket of the marketplaces script: a return label, and help from refurbed."""

from __future__ import annotations

from slackbridge.demo import views
from slackbridge.demo.script.agent import Agent
from slackbridge.sandbox.refurbed.app import RefurbedSandbox

QUESTION = "Does refurbed carry the costs of this return?"
ANSWER = "Yes, within 30 days we do."
NEWS = "The label has arrived, thank you."
THANKS = "Thank you, then we go ahead."


async def creates_label(anna: Agent) -> None:
    """The label appears in the thread."""
    anna.tell.say("agent", "Anna presses Return label")
    await anna.submit(await anna.form("return_label"))
    anna.tell_message(await anna.until("the label", lambda: anna.saying("return-label")))
    anna.must(len(anna.acts("label")) == 1, "made once, and the thread has the file")


async def asks_for_help(anna: Agent, market: RefurbedSandbox) -> None:
    """Question, answer, and a second question; none of it reaches the customer."""
    tell = anna.tell
    view = await anna.form("help_request")
    tell.say("agent", f"Anna asks refurbed for help: {QUESTION}")
    await anna.submit(view, topic="SHIPPING_AGREEMENT", message=QUESTION)
    await anna.until("the question", lambda: anna.saying(QUESTION))
    asked = anna.acts("help_request")[0]
    market.answer_help_request(int(asked["help_request_id"]), f"<p>{ANSWER}</p>")
    tell.say("marketplace", f"refurbed answers: {ANSWER}")
    # Lists do not show an answered help request; it is read with the ticket's next change.
    market.customer_writes(int(anna.ticket), f"<p>{NEWS}</p>")
    tell.say("customer", f"Marie: {NEWS}")
    row = await anna.until("the answer", lambda: anna.saying(ANSWER))
    anna.tell_message(row)
    anna.must("Help request" in str(row.get("username")), "under a name that is not the customer's")
    anna.must("customer does not see" in views.shown(row), "and it says so")
    view = await anna.form("help_reply")
    tell.say("agent", f"Anna answers in the help request: {THANKS}")
    await anna.submit(view, message=THANKS)
    await anna.until("the second question", lambda: anna.saying(THANKS))
    anna.must(not anna.replies(), "the customer was sent nothing")
