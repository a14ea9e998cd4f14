"""Whether an intent can be carried out at all. Pure."""

from __future__ import annotations

from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Action, Capabilities, Kind, Status, Ticket

NOT_ON_A_FINAL_ONE = (Kind.REPLY, Kind.INTERNAL, Kind.STATUS)
ACTIVE = frozenset(status for status in Status if status.active)


def impossible(intent: Intent, ticket: Ticket | None, can: Capabilities) -> str:
    """Why an intent cannot be carried out at all, in words for the agent; '' if it can."""
    if intent.kind.speaks and not intent.text.strip():
        return "there is no text in it"
    if intent.kind.speaks and len(intent.text) > can.reply_limit:
        return f"it has {len(intent.text)} characters; the marketplace takes {can.reply_limit}"
    if why := _not_offered(intent, can):
        return why
    if intent.kind is Kind.REPLY and intent.status not in (None, *can.reply_with_status):
        return can.why_not.get("reply with a status", "a reply cannot set a status here")
    if ticket is not None and _final(ticket, can) and intent.kind in NOT_ON_A_FINAL_ONE:
        if can.follow_up:
            return "the ticket is closed for good; *Open a follow-up* on its card starts a new one"
        return "the ticket is closed"
    action = can.named(intent.action)
    if action is not None and ticket is not None and not offered(action, ticket):
        return "the ticket is not one for it, or not any more"
    return ""


def remedy(ticket: Ticket, can: Capabilities) -> str:
    """How to write to the customer of an ended ticket, in words for the agent."""
    if _final(ticket, can):
        if can.follow_up:
            return "It is closed for good: *Open a follow-up* to answer."
        return "It is closed for good, so no answer can be sent on it."
    if ticket.status is Status.CLOSED and Status.NEEDS_AGENT in can.statuses:
        return "*Reopen* it to go on with it, or answer in this thread."
    return "Answer in this thread."


def _final(ticket: Ticket, can: Capabilities) -> bool:
    """Whether nothing can be written on the ticket any more."""
    return ticket.status is Status.CLOSED and can.closed_is_final


def _not_offered(intent: Intent, can: Capabilities) -> str:
    offered = {
        Kind.INTERNAL: can.internal_notes,
        Kind.PRIVATE: can.private_notes,
        Kind.ASSIGN: can.assign,
        Kind.FOLLOW_UP: can.follow_up,
        Kind.STATUS: intent.status in can.statuses,
        Kind.ACTION: can.named(intent.action) is not None,
    }
    if offered.get(intent.kind, True):
        return ""
    word = str(intent.status) if intent.kind is Kind.STATUS else intent.kind.value
    return can.why_not.get(word, f"this marketplace does not offer it ({word})")


def offered(action: Action, ticket: Ticket) -> bool:
    """Whether an action is for tickets like this one."""
    fits = not action.types or ticket.type in action.types
    timely = ticket.status in (action.statuses or ACTIVE)
    return fits and timely and action.name not in ticket.barred
