"""The calls of Sellgate's tickets and orders pages: what each takes and answers. Without HTTP.

Each raises `Refusal` before anything has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slackbridge.sandbox.sellgate.records import STATUSES, Ticket
from slackbridge.sandbox.sellgate.refusal import Refusal, invalid
from slackbridge.sandbox.sellgate.state import State
from slackbridge.sandbox.sellgate.switches import Answer, Order
from slackbridge.sandbox.sellgate.wire import (
    Json,
    detail_json,
    message_json,
    row_json,
    stats_json,
    without_nulls,
)

PAGE = 25
MAX_LIMIT = 100
SORT_KEYS: dict[str, Callable[[Ticket], tuple[float, int]]] = {
    Order.NEWEST: lambda ticket: (-ticket.created_at, -ticket.number),
    Order.OLDEST: lambda ticket: (ticket.created_at, ticket.number),
    Order.UPDATED: lambda ticket: (-ticket.updated_at, -ticket.number),
}


class Service:
    """One method per call. An answer of None has no body."""

    def __init__(self, state: State) -> None:
        self._state = state

    def list(self, query: Mapping[str, str]) -> Json:
        """A page of tickets, with counts."""
        state = self._state
        status = query.get("status", "")
        if status and status not in STATUSES:
            raise invalid("status must be one of: open, closed")
        page = _number(query, "page", 1)
        limit = min(_number(query, "limit", PAGE, MAX_LIMIT), state.limit_cap)
        every = list(state.tickets.values())
        found = [ticket for ticket in every if status in ("", ticket.status)]
        rows = sorted(found, key=SORT_KEYS[state.order])
        start = (page - 1) * limit
        answer: Json = {
            "data": [row_json(ticket) for ticket in rows[start : start + limit]],
            "stats": stats_json(rows if state.stats_of_filter else every),
        }
        if state.with_meta:
            total = len(every if state.total_of_all else rows)
            offset = start if state.offset_moves else 0
            told = {"limit": limit} if state.with_limit else {}
            answer["meta"] = {"total": total, **told, "offset": offset}
        return self._shaped(answer)

    def get(self, ticket_id: str) -> Json:
        """A ticket with all its messages."""
        detail = detail_json(self._state.ticket(ticket_id), full=self._state.full_detail)
        return self._shaped({"data": detail})

    def orders(self, query: Mapping[str, str]) -> Json:
        """A page of orders."""
        page, limit = _number(query, "page", 1), _number(query, "limit", PAGE, MAX_LIMIT)
        rows, start = self._state.purchases.found(query), (page - 1) * limit
        meta = {"total": len(rows), "limit": limit, "offset": start}
        return self._shaped({"data": rows[start : start + limit], "meta": meta})

    def order(self, order_id: str) -> Json:
        if (found := self._state.purchases.one(order_id)) is None:
            raise Refusal(404, "not_found", f"Order {order_id} not found")
        return self._shaped({"data": found.json()})

    def reply(self, ticket_id: str, body: object) -> Json | None:
        """POST: add a message to the customer."""
        text, state = _text(body, "message"), self._state
        if state.message_limit and len(text) > state.message_limit:
            raise invalid(f"message must be at most {state.message_limit} characters")
        message = state.reply(state.ticket(ticket_id), text)
        return self._written(ticket_id, message_json(message), "Reply sent")

    def change(self, ticket_id: str, body: object) -> Json | None:
        """PATCH: open or close."""
        status = _text(body, "status")
        if status not in STATUSES:
            raise invalid("status must be one of: open, closed")
        self._state.set_status(self._state.ticket(ticket_id), status, by="api")
        return self._written(ticket_id, {"id": ticket_id, "status": status}, "Ticket updated")

    def _written(self, ticket_id: str, made: Json, words: str) -> Json | None:
        match self._state.answer:
            case Answer.EMPTY:
                return None
            case Answer.WORDS:
                return {"message": words}
            case Answer.MESSAGE:
                return {"data": made}
        return self.get(ticket_id)

    def _shaped(self, answer: Json) -> Json:
        shaped: Json = without_nulls(answer) if self._state.omit_nulls else answer
        return shaped


def _number(query: Mapping[str, str], name: str, default: int, most: int = 10**9) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:12]) <= most:
        raise invalid(f"{name} must be between 1 and {most}")
    return int(text)


def _text(body: object, name: str) -> str:
    """The one field that a write takes; a body with others is refused."""
    value: Any = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise invalid(f"{name} is required")
    if isinstance(body, dict) and len(body) > 1:
        raise invalid(f"only {name} is allowed")
    return value
