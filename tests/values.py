"""Factories of domain values; a test names only the fields it cares about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from slackbridge.domain.chat import Heard
from slackbridge.domain.intent import Attempt, Intent, State
from slackbridge.domain.model import (
    Author,
    Conversation,
    Kind,
    Message,
    Scope,
    Status,
    Ticket,
    TicketKey,
)
from slackbridge.text.clean import digest
from slackbridge.text.document import Document, from_text

KEY = TicketKey("shop", "7")
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
TS = "1000.000100"


def heard(text: str, **changes: Any) -> Heard:
    """A thread message of U1, written at 1000."""
    return Heard(
        **({"channel": "C1", "ts": TS, "thread_ts": "900.0", "user": "U1", "text": text} | changes)
    )


def intent(state: State = State.QUEUED, **changes: Any) -> Intent:
    """A reply of U1 that says "Hello"; an attempt of it is open where the state says so."""
    told: dict[str, Any] = {
        "id": TS,
        "kind": Kind.REPLY,
        "agent": "U1",
        "created": 1000.0,
        "channel": "C1",
        "ts": TS,
        "text": "" if state.settled else "Hello",
        "state": state,
    }
    if state in (State.SENDING, State.UNKNOWN):
        told |= {"attempt": Attempt(at=1000, deadline=1010), "digest": digest("Hello"), "tries": 1}
    if state is State.SENT:
        told |= {"digest": digest("Hello"), "tries": 1}
    return Intent.model_validate(told | changes)


def ticket(status: Status = Status.NEEDS_AGENT, **changes: Any) -> Ticket:
    """A ticket of the account `shop`."""
    told: dict[str, Any] = {
        "raw_status": status.name,
        "created_at": AT,
        "updated_at": AT,
        "revision": "r1",
    }
    told |= {"key": KEY, "status": status}
    return Ticket(**(told | changes))


def message(
    id: str,
    text: str | Document = "Hello",
    author: Author = Author.AGENT,
    scope: Scope = Scope.PUBLIC,
    **changes: Any,
) -> Message:
    """A message of an agent, unless another author is named."""
    body = from_text(text) if isinstance(text, str) else text
    return Message(id, author, "Somebody", AT, body, scope, **changes)


def conversation(*messages: Message, **changes: Any) -> Conversation:
    """A ticket with these messages."""
    return Conversation(ticket(**changes), messages)
