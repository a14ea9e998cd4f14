"""ListTickets: which tickets match, in which order, and the page at a cursor.

Filters of one request combine as AND. A cursor is a ticket's id and stands for that ticket's
place in the chosen order, whether or not the ticket matches the filter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from heapq import nlargest, nsmallest
from operator import attrgetter, eq
from typing import Any

from slackbridge.sandbox.refurbed.records import OVERDUE_AFTER, Ticket
from slackbridge.sandbox.refurbed.refusal import invalid
from slackbridge.sandbox.refurbed.vocabulary import SortBy, SortOrder

MAX_LIMIT = 100

Request = Mapping[str, Any]
Place = tuple[float, int]
Value = Callable[[Ticket], Any]
Rule = Callable[[Any, Any], bool]

FIELDS: dict[str, Value] = {
    "ticket_id": lambda ticket: ticket.id,
    "assignee_user_email": lambda ticket: ticket.assignee,
    "status": lambda ticket: ticket.status,
    "customer_email": lambda ticket: ticket.item.customer_email,
    "marketplace_order_id": lambda ticket: None if ticket.item.buyback else ticket.item.order_id,
    "marketplace_order_item_id": lambda ticket: None if ticket.item.buyback else ticket.item.id,
    "buyback_order_id": lambda ticket: ticket.item.order_id if ticket.item.buyback else None,
    "buyback_order_item_id": lambda ticket: ticket.item.id if ticket.item.buyback else None,
    "country": lambda ticket: ticket.item.country,
    "topic": lambda ticket: ticket.topic,
    "urgency_status": lambda ticket: ticket.urgency or "UNSPECIFIED",
    "customer_panicked": lambda ticket: ticket.panicked,
    "is_buyback": lambda ticket: ticket.item.buyback,
    "customer_name": lambda ticket: ticket.item.customer_name,
    "seller_action_needed": lambda ticket: ticket.needs_seller,
    "has_help_requests": lambda ticket: bool(ticket.help_requests),
}


def page(tickets: Mapping[int, Ticket], request: Request) -> tuple[list[Ticket], bool]:
    """The rows of one page and whether more follow in the direction of travel.

    Raises Refusal (INVALID_ARGUMENT) for a limit outside 1..100 and an unknown cursor.
    """
    pagination = request.get("pagination", {})
    limit = pagination.get("limit", MAX_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise invalid(f"pagination.limit: must be between 1 and {MAX_LIMIT}")
    place = _place(request.get("sort", {}))
    tests = _tests(request.get("filter", {}))
    rows = [
        row
        for row in tickets.values()
        if all(holds(value(row), wanted) for value, holds, wanted in tests)
    ]
    if "ending_before" in pagination:
        mark = place(_cursor(tickets, pagination["ending_before"]))
        found = nlargest(limit + 1, (row for row in rows if place(row) < mark), key=place)
        return found[:limit][::-1], len(found) > limit
    if "starting_after" in pagination:
        mark = place(_cursor(tickets, pagination["starting_after"]))
        rows = [row for row in rows if place(row) > mark]
    found = nsmallest(limit + 1, rows, key=place)
    return found[:limit], len(found) > limit


def _tests(wanted: Request) -> list[tuple[Value, Rule, Any]]:
    return [
        (FIELDS[name], _RULES[rule], frozenset(argument) if type(argument) is list else argument)
        for name, one in wanted.items()
        for rule, argument in one.items()
        # An empty list or string counts as not set; false is a value.
        if argument not in ([], "")
    ]


_RULES: dict[str, Rule] = {
    "any_of": lambda value, allowed: value in allowed,
    "none_of": lambda value, barred: value not in barred,
    "contains": lambda value, part: part.casefold() in value.casefold(),
    "eq": eq,
    "value": eq,
}


def _place(sort: Request) -> Callable[[Ticket], Place]:
    by = SortBy(sort.get("by", SortBy.CREATED_AT))
    sign = -1 if sort.get("order") == SortOrder.DESC else 1
    moment = _MOMENTS[by]
    return lambda ticket: (sign * moment(ticket), sign * ticket.id)


_MOMENTS: dict[SortBy, Callable[[Ticket], float]] = {
    SortBy.CREATED_AT: attrgetter("created_at"),
    SortBy.UPDATED_AT: attrgetter("updated_at"),
    # Infinite while nobody waits for the merchant.
    SortBy.NEXT_SLA_BREACH_AT: lambda ticket: (
        math.inf if ticket.awaiting_since is None else ticket.awaiting_since + OVERDUE_AFTER
    ),
}


def _cursor(tickets: Mapping[int, Ticket], ticket_id: int) -> Ticket:
    if ticket_id not in tickets:
        raise invalid(f"pagination: no ticket {ticket_id} to page from")
    return tickets[ticket_id]
