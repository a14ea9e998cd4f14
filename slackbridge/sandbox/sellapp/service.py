"""The calls: a request's parts in, changes of the state, JSON out. No HTTP here.

Every call checks everything before it changes anything, so an error means nothing happened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from slackbridge.sandbox.sellapp import wire
from slackbridge.sandbox.sellapp.records import CLOSED, OPEN, STORE, Ticket
from slackbridge.sandbox.sellapp.refusal import Page, Refusal, invalid, not_found
from slackbridge.sandbox.sellapp.search import search
from slackbridge.sandbox.sellapp.state import AGENT, State

OF_ORDERS = (
    "GetOrder",
    "ListRefunds",
    "RefundOrder",
    "ReplaceOrder",
    "RetryFulfillment",
    "SendFulfillment",
)
MAX_LIMIT, DEFAULT_LIMIT = 100, 15


@dataclass(frozen=True, slots=True)
class Request:
    """One call; `body` is parsed JSON, None where there was none."""

    version: str
    path: str
    query: Mapping[str, str]
    ticket: int = 0
    message: int = 0
    body: Any = None
    key: str = ""
    order: int = 0


class Service:
    """`call` runs one operation of `gate.ABILITIES`; the answer is (status, JSON)."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._done: dict[str, tuple[str, Any]] = {}

    def call(self, operation: str, request: Request) -> tuple[int, Any]:
        """Raises Refusal."""
        methods: dict[str, Callable[[Request], Any]] = {
            "ListTickets": lambda call: self._page(self._listed(), call),
            "SearchTickets": self._search,
            "GetTicket": lambda call: self._one(self._state.ticket(call.ticket), call),
            "UpdateTicket": self._update,
            "GetMessage": self._message,
            "CreateMessage": self._reply,
            **dict.fromkeys(OF_ORDERS, partial(self._of_orders, operation)),
        }
        answer = methods.get(operation, self._messages)(request)
        return (201 if operation == "CreateMessage" else 200), answer

    def _of_orders(self, operation: str, request: Request) -> Any:
        book = self._state.orders
        if operation == "ListRefunds":
            return self._paged(book.refunds(), request)
        if operation == "GetOrder":
            return book.shown(request.order)
        return book.write(operation, request.order, request.body, request.key)

    def _listed(self) -> list[Ticket]:
        state = self._state
        rows = [row for row in state.tickets.values() if state.list_archived or not row.archived]
        match state.list_order:
            case "oldest":
                return rows
            case "updated":
                return sorted(rows, key=lambda row: (-row.updated_at, -row.id))
        return rows[::-1]

    def _search(self, request: Request) -> Any:
        if not self._state.searches:
            raise _no_search(self._state.search_status)
        rows = search(list(self._state.tickets.values()), request.body, self._state)
        return self._page(rows, request, fixed="page" in self._state.search_ignores)

    def _page(self, rows: Sequence[Ticket], request: Request, *, fixed: bool = False) -> Any:
        state = self._state
        found = [wire.ticket_json(row, request.version, state) for row in rows]
        return self._paged(found, request, fixed=fixed)

    def _paged(self, rows: Sequence[wire.Json], request: Request, *, fixed: bool = False) -> Any:
        page = 1 if fixed else _number(request.query, "page", 1, 10**6)
        limit = _number(request.query, "limit", DEFAULT_LIMIT, MAX_LIMIT)
        limit = min(limit, self._state.page_cap)
        return wire.paged(rows, page, limit, request.path, self._state)

    def _one(self, ticket: Ticket, request: Request) -> Any:
        return wire.single(wire.ticket_json(ticket, request.version, self._state), self._state)

    def _messages(self, request: Request) -> Any:
        state, ticket = self._state, self._state.ticket(request.ticket)
        rows = [wire.message_json(message, ticket, state) for message in ticket.messages]
        if state.reading_marks:
            ticket.read_by_store = True
        return self._paged(rows, request)

    def _message(self, request: Request) -> Any:
        ticket = self._state.ticket(request.ticket)
        for message in ticket.messages:
            if message.id == request.message:
                return wire.single(wire.message_json(message, ticket, self._state), self._state)
        raise not_found("App\\Models\\TicketMessage")

    def _reply(self, request: Request) -> Any:
        ticket = self._state.ticket(request.ticket)
        content = request.body.get("content") if isinstance(request.body, dict) else None
        if not isinstance(content, str) or not content.strip():
            raise invalid("content", "The content field is required.")
        message = self._state.post(ticket, STORE, AGENT, content, "reply")
        return wire.single(wire.message_json(message, ticket, self._state), self._state)

    def _update(self, request: Request) -> Any:
        if request.version != "v2":
            raise Refusal(405, "The PATCH method is not supported for this route.")
        ticket = self._state.ticket(request.ticket)
        sent = json.dumps([ticket.id, request.body], sort_keys=True)
        before, answer = self._done.get(request.key, (sent, None))
        if before != sent:
            raise Refusal(422, "This idempotency key was used for another request.")
        if answer is None:
            status, archived = _change(request.body)
            self._state.change(ticket, status, archived, by="api")
            answer = self._one(ticket, request)
            if request.key:
                self._done[request.key] = (sent, answer)
        return answer


def _no_search(status: int) -> Refusal:
    if status == 302:
        return Page(302, "<html>Redirecting to login</html>", {"Location": "/login"})
    words = "Server Error" if status >= 500 else "The route could not be found."
    return Refusal(status, words)


def _change(body: Any) -> tuple[str | None, bool | None]:
    if not isinstance(body, dict) or not {"status", "archived"} & body.keys():
        raise invalid("status", "The status or archived field is required.")
    status, archived = body.get("status"), body.get("archived")
    if status not in (None, OPEN, CLOSED):
        raise invalid("status", "The selected status is invalid.")
    if archived is not None and not isinstance(archived, bool):
        raise invalid("archived", "The archived field must be true or false.")
    return status, archived


def _number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise invalid(name, f"The {name} field must be between 1 and {most}.")
    return int(text)
