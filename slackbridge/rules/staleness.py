"""What waited too long to go out unasked: the customer, or the agent, may be somewhere else. Pure.

An intent is stale when it should have gone out long ago: the bridge did not run, or
did not carry its account. An assignment is repeated as it is: it says who holds the ticket.
"""

from __future__ import annotations

from slackbridge.domain.intent import Intent, State, requeue
from slackbridge.domain.model import Kind

STALE = (
    "This waited too long to go out unasked: no bridge ran or carried this account, or something "
    "before it had to be settled first."
)
ABSENT = "The first try did not arrive, and that was a while ago."


def asked_if_stale(intent: Intent, now: float, fresh: float, since: float | None = None) -> Intent:
    """The intent; held if it is queued and waits for longer than `fresh` seconds.

    `since` is when the wait began, in Unix seconds: by default when it was due.
    """
    began = max(intent.due, intent.created) if since is None else since
    if intent.state is not State.QUEUED or intent.kind is Kind.ASSIGN or now - began <= fresh:
        return intent
    return intent.but(state=State.HELD, reason=STALE, undoable=False)


def requeue_or_ask(intent: Intent, now: float, fresh: float) -> Intent:
    """After an attempt that certainly did nothing: queued again, or held if that was long ago."""
    began = intent.attempt.deadline if intent.attempt else now
    again = requeue(intent, now)
    held = asked_if_stale(again, now, fresh, began)
    return again if held is again else held.but(reason=ABSENT)
