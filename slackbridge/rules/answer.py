"""What a marketplace's answer to a call proves, and what else it tells. Pure.

A 2xx alone proves nothing: an act is done when the marketplace shows it.
"""

from __future__ import annotations

from collections.abc import Collection

from slackbridge.domain.errors import Failure
from slackbridge.domain.intent import Intent
from slackbridge.domain.model import (
    Author,
    Capabilities,
    Conversation,
    Kind,
    Scope,
    Status,
    Ticket,
    TicketKey,
)
from slackbridge.rules import evidence
from slackbridge.rules.evidence import Absent, Evidence, Happened
from slackbridge.rules.freshness import Freshness, freshness


def proof(
    intent: Intent, answer: Conversation, taken: Collection[str], before: str, can: Capabilities
) -> Evidence:
    """What the answer to an act, about its own ticket, proves of it.

    `before` is the marketplace's word for the status until then. Of a marketplace's own action that
    sets no status only its adapter can tell: it raises where the answer denies it.
    """
    ticket = answer.ticket
    match intent.kind:
        case Kind.REPLY | Kind.INTERNAL:
            return evidence.of_answered(intent, answer, taken)
        case Kind.ACTION:
            forms = can.status_forms.items()
            wanted = [status for status, action in forms if action == intent.action]
            done = all(evidence.status_holds(ticket.status, status) for status in wanted)
            return Happened() if done else Absent()
        case Kind.STATUS if before and ticket.raw_status != before:
            return Happened()  # if it is not the status asked for, `remark` says so
    return evidence.of_ticket(intent, answer)


def opened(intent: Intent, key: TicketKey, new: Ticket) -> bool:
    """Whether `new` is the ticket that an act on the ticket `key` has opened."""
    if new.key == key or new.key.id in intent.baseline:
        return False
    return intent.kind is not Kind.FOLLOW_UP or new.follows == key.id


def not_shown(intent: Intent, ticket: Ticket | None) -> str:
    """That it was answered with 2xx, and what the marketplace shows instead; mrkdwn."""
    shows = "does not show it"
    if ticket is not None and intent.kind is Kind.STATUS:
        shows = f"shows the ticket as {ticket.raw_status}"
    if ticket is not None and intent.kind is Kind.ASSIGN:
        shows = f"shows it assigned to {ticket.assignee or 'nobody'}"
    return Failure(f"the marketplace took it, but {shows}").quoted


def answered(intent: Intent, reason: str) -> Intent:
    """An open attempt that was answered with 2xx, and is not shown."""
    attempt = intent.attempt
    assert attempt is not None  # noqa: S101 - the caller has made it
    return intent.but(reason=reason, attempt=attempt.model_copy(update={"answered": True}))


def remark(intent: Intent, answer: Conversation, before: str) -> str:
    """What the agent should know about the marketplace's answer; '' = nothing."""
    ticket = answer.ticket
    if intent.status is not None and not evidence.status_holds(ticket.status, intent.status):
        return Failure(f"But the ticket is now {ticket.raw_status}, not {intent.status}.").quoted
    silent = intent.kind in (Kind.INTERNAL, Kind.PRIVATE, Kind.ASSIGN)
    if silent and before and ticket.raw_status != before and ticket.status is Status.WAITING:
        changed = f"the status from {before} to {ticket.raw_status}"
        moved = Failure(f"The marketplace also changed {changed}.").quoted
        return f"{moved} The customer still waits for an answer." if _waits(answer) else moved
    return ""


def _waits(answer: Conversation) -> bool:
    """Whether the last public message is the customer's."""
    public = [message for message in answer.messages if message.scope is Scope.PUBLIC]
    return bool(public) and public[-1].author is Author.CUSTOMER


def listed_as(ticket: Ticket, seen: str | None) -> bool:
    """Whether a poll would see the ticket as an answer shows it.

    One that the act reopened is active before the poll lists it. A replica may have answered that
    is behind the list.
    """
    if seen is None:
        return ticket.status.active
    return freshness(ticket.revision, seen) is not Freshness.OLDER


def unclear(intent: Intent) -> str:
    """Why a human must decide whether an attempt happened."""
    if intent.kind is Kind.ACTION:
        return "the marketplace does not tell whether it happened; look there"
    return "the ticket shows a similar message, but not quite this one"
