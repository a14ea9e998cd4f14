"""Records as the JSON that Sellgate's tickets page shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from slackbridge.sandbox.sellgate.records import CLOSED, OPEN, OWNER, Message, Ticket

Json = dict[str, Any]


def row_json(ticket: Ticket) -> Json:
    """A ticket as the list shows it."""
    order = ticket.order
    return {
        "id": ticket.id,
        "subject": ticket.subject,
        "status": ticket.status,
        "awaiting_response_from": ticket.awaiting or None,
        "customer_email": ticket.email,
        "order_id": order and order.id,
        "invoice_id": order and order.invoice,
        "product_name": order and order.product,
        "order_amount": order and order.amount,
        "order_currency": order and order.currency,
        "message_count": len(ticket.messages),
        "has_owner_reply": ticket.answered,
        "created_at": iso(ticket.created_at),
        "updated_at": iso(ticket.updated_at),
        "closed_at": None if ticket.closed_at is None else iso(ticket.closed_at),
    }


def detail_json(ticket: Ticket, *, full: bool) -> Json:
    """A ticket with its messages; the vendor's example lacks many fields of the list row."""
    row = row_json(ticket)
    few = ("id", "subject", "status", "customer_email", "order_id", "created_at")
    kept = row if full else {key: row[key] for key in few}
    return {**kept, "messages": [message_json(message) for message in ticket.messages]}


def message_json(message: Message) -> Json:
    return {
        "id": message.id,
        "sender": message.sender,
        "message": message.text,
        "created_at": iso(message.at),
    }


def stats_json(tickets: Sequence[Ticket]) -> Json:
    """The counts beside the list."""
    status = Counter(ticket.status for ticket in tickets)
    waiting = sum(ticket.status == OPEN and ticket.awaiting == OWNER for ticket in tickets)
    return {
        "total": len(tickets),
        "open": status[OPEN],
        "closed": status[CLOSED],
        "needsResponse": waiting,
    }


def without_nulls(value: Any) -> Any:
    """The same JSON without null fields."""
    if isinstance(value, dict):
        return {key: without_nulls(entry) for key, entry in value.items() if entry is not None}
    return [without_nulls(entry) for entry in value] if isinstance(value, list) else value


def iso(at: float) -> str:
    """UTC in whole seconds with a Z, as in the examples."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
