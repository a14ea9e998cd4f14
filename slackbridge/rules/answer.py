"""What a marketplace's answer to a call tells beside that the call was made. Pure."""

from __future__ import annotations

from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Author, Conversation, Kind, Scope, Status, Ticket
from slackbridge.rules import evidence
from slackbridge.rules.freshness import Freshness, freshness


def remark(intent: Intent, answer: Conversation, before: str) -> str:
    """What the agent should know about the marketplace's answer; '' = nothing."""
    ticket = answer.ticket
    if intent.status is not None and not evidence.status_holds(ticket.status, intent.status):
        return f"But the ticket is now {ticket.raw_status}, not {intent.status}."
    silent = intent.kind in (Kind.INTERNAL, Kind.PRIVATE, Kind.ASSIGN)
    if silent and before and ticket.raw_status != before and ticket.status is Status.WAITING:
        moved = f"The marketplace also changed the status from {before} to {ticket.raw_status}."
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
