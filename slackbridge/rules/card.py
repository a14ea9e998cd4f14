"""The card of a ticket: the facts and buttons of its root message. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from slackbridge.domain.intent import Intent, State
from slackbridge.domain.model import Capabilities, Kind, Status, Ticket
from slackbridge.domain.record import StoredTicket
from slackbridge.domain.view import OVERDUE, Button, Card
from slackbridge.rules.after_end import HEARD
from slackbridge.rules.feasibility import offered, remedy


def card(
    ticket: Ticket,
    provider: str,
    can: Capabilities,
    stored: StoredTicket,
    intents: Sequence[Intent],
    now: float,
    after_end: bool = False,
) -> Card:
    """The root message. `now` is Unix seconds: a deadline may have passed.

    `after_end`: the customer spoke last, and after the ticket had ended.
    """
    return Card(
        key=ticket.key,
        provider=provider,
        status=ticket.status.value,
        raw_status=ticket.raw_status,
        customer=ticket.customer.name or ticket.customer.email,
        email=ticket.customer.email,
        country=ticket.country,
        order=ticket.order,
        item=ticket.item,
        topic=ticket.topic,
        urgency=ticket.urgency,
        panicked=ticket.panicked,
        assignee=str(ticket.assignee or ""),
        holder=stored.holder,
        waiting_since=ticket.waiting_since if ticket.status is Status.NEEDS_AGENT else None,
        due_at=ticket.due_at if ticket.status.active else None,
        left=_left(ticket, now),
        takeover_at=ticket.takeover_at if ticket.status.active else None,
        opened_at=ticket.created_at,
        follows=ticket.follows,
        url=ticket.url,
        did=_did(ticket, intents),
        hint=_hint(ticket, can, after_end),
        extra=ticket.extra,
        actions=tuple(map(str, _actions(ticket, can, stored, after_end))),
        labels=tuple((action.name, action.label) for action in can.actions),
    )


def _left(ticket: Ticket, now: float) -> str:
    """Only whether it is overdue: how much time is left, Slack itself shows, without an edit."""
    return OVERDUE if 0 < _deadline(ticket) <= now else ""


def changes_at(ticket: Ticket, now: float) -> float | None:
    """When the card changes by the passing of time alone (Unix seconds); None = never."""
    due = _deadline(ticket)
    return due if due > now else None


def _deadline(ticket: Ticket) -> float:
    """In Unix seconds; 0.0 if there is none, or none any more."""
    return ticket.due_at.timestamp() if ticket.due_at and ticket.status.active else 0.0


def _did(ticket: Ticket, intents: Sequence[Intent]) -> str:
    for intent in reversed(intents):
        if intent.state is not State.SENT or not intent.agent:
            continue
        if intent.status is ticket.status and intent.status is Status.SOLVED:
            return f"Solved by <@{intent.agent}>"
        if intent.kind is Kind.ACTION:
            return f"{intent.label} by <@{intent.agent}>"
        if intent.kind is Kind.REPLY:
            return f"Last answered by <@{intent.agent}>"
        if intent.kind is Kind.STATUS and intent.status is ticket.status:
            return f"Set to {ticket.status.value} by <@{intent.agent}>"
    return ""


def _hint(ticket: Ticket, can: Capabilities, after_end: bool) -> str:
    if after_end:
        return f"{HEARD} {remedy(ticket, can)}"
    if ticket.status is Status.CLOSED and can.follow_up:
        return "Closed for good. To write to the customer again, open a follow-up."
    if not ticket.status.active and Status.NEEDS_AGENT not in can.statuses:
        return can.why_not.get("reopen", "")
    return ""


def _actions(
    ticket: Ticket, can: Capabilities, stored: StoredTicket, after_end: bool
) -> tuple[str, ...]:
    special = _special(ticket, can)
    if ticket.status is Status.CLOSED:
        closed: list[str] = [Button.FOLLOW_UP] if can.follow_up else []
        closed += [Button.REOPEN] if Status.NEEDS_AGENT in can.statuses else []
        closed += [Button.REPLY] if after_end and not can.closed_is_final else []
        closed += [Button.DETAILS] if can.orders else []
        return (*closed, *((Button.MORE, *special) if special else ()))
    main: list[str] = [Button.REPLY]
    if ticket.status is not Status.SOLVED:
        main += [Button.SOLVE] if Status.SOLVED in can.statuses else []
        main += [Button.CLOSE] if Status.CLOSED in can.statuses else []
    main += [Button.CLAIM]
    main += [Button.DETAILS] if can.orders else []
    pending = Status.WAITING in can.statuses and ticket.status.active
    more: list[str] = [Button.PENDING] if pending else []
    more += [Button.INTERNAL] if can.internal_notes else []
    more += [Button.PRIVATE] if can.private_notes else []
    more += [Button.UNCLAIM] if stored.holder else []
    more += special
    return (*main, *((Button.MORE, *more) if more else ()))


def _special(ticket: Ticket, can: Capabilities) -> list[str]:
    """The marketplace's own actions, without those that are the form of a status button."""
    behind = set(can.status_forms.values())
    return [a.name for a in can.actions if a.name not in behind and offered(a, ticket)]
