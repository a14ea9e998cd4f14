"""Which tickets a query means, in the filters of ListTickets. Pure.

Source: refurbed's OpenAPI document of the TicketService. It has no filter by time, so `created` and
`closed` are not offered; nor is a search in texts. All filters of one call must hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from slackbridge.domain.model import ENDED, Query, Ticket
from slackbridge.providers.refurbed.api import Body, is_id
from slackbridge.providers.refurbed.wire import BUYBACK, ITEM_KEYS, ORDER_KEYS, PANIC

SEARCHES = frozenset(
    {
        *("order", "email", "item", "name", "country", "topic", "urgency", "assignee"),
        *("needs", "help", "kind", "status", "sort"),
    }
)
DUE = "due"
OVER = ["SOLVED", "CLOSED"]
NEWEST_FIRST = {"by": "CREATED_AT", "order": "DESC"}
DUE_FIRST = {"by": "NEXT_SLA_BREACH_AT", "order": "ASC"}
NEVER = datetime.max.replace(tzinfo=UTC)


def filters(query: Query) -> list[Body]:
    """The filters to list by, one a call; none where nothing can match.

    A number may be of an order or of a buyback, and who calls refurbed for help may show as an
    urgency or as a flag.
    """
    given = _given(query)
    numbers = [text for text in (query.order, query.item) if text]
    if not all(map(is_id, numbers)):
        return []
    wanted = [{**given, **_numbered(query, type)} for type in ORDER_KEYS] if numbers else [given]
    if PANIC in _several(query.urgency.upper()):
        others = {**given, "customer_panicked": {"value": True}}
        others.pop("urgency_status")
        wanted += [{**others, **{k: one[k] for k in one if k not in given}} for one in wanted]
    return [one for one in wanted if one]


def order(query: Query) -> Body:
    """How to sort the list."""
    return DUE_FIRST if query.sort == DUE else NEWEST_FIRST


def ranked(tickets: Iterable[Ticket], query: Query) -> tuple[Ticket, ...]:
    """Each once, in the order asked for; those without a deadline, wherever listed, come last."""
    each = {ticket.key: ticket for ticket in tickets}.values()
    if query.sort == DUE:
        return tuple(sorted(each, key=lambda ticket: ticket.due_at or NEVER))
    return tuple(sorted(each, key=lambda ticket: ticket.created_at, reverse=True))


def _given(query: Query) -> dict[str, Body]:
    texts: dict[str, dict[str, str | list[str]]] = {
        "customer_email": {"eq": query.email.strip()},
        "customer_name": {"contains": query.name.strip()},
        "assignee_user_email": {"eq": query.assignee.strip()},
        "country": {"any_of": _several(query.country.upper())},
        "topic": {"any_of": _several(query.topic)},
        "urgency_status": {"any_of": _several(query.urgency.upper())},
        "status": _status(query),
    }
    flags: dict[str, tuple[str, str]] = {
        "seller_action_needed": (query.needs, "agent"),
        "has_help_requests": (query.help, "yes"),
        "is_buyback": (query.kind, BUYBACK),
    }
    found: dict[str, Body] = {name: one for name, one in texts.items() if any(one.values())}
    return found | {name: {"value": had == yes} for name, (had, yes) in flags.items() if had}


def _status(query: Query) -> dict[str, str | list[str]]:
    if query.status == ENDED:
        return {"any_of": OVER}
    if not query.status and query.sort == DUE:  # what has ended has no deadline
        return {"none_of": OVER}
    return {"any_of": _several(query.status.upper())}


def _numbered(query: Query, type: str) -> dict[str, Body]:
    keys = ((ORDER_KEYS[type], query.order), (ITEM_KEYS[type], query.item))
    return {key: {"any_of": [number]} for key, number in keys if number}


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
