"""What a query finds among SellApp's tickets. Pure.

`/search` finds a text; which fields can be filtered is not published, so every row is compared
here. A row does not say when a ticket was closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slackbridge.domain.days import Days
from slackbridge.domain.errors import Rejected
from slackbridge.domain.model import ENDED, QUERY_FIELDS, Query, Status
from slackbridge.providers.sellapp.wire import TicketRow

SEARCHES = frozenset({"order", "email", "name", "needs", "created", "status"})
STATUSES = frozenset({"open", "closed", "archived"})
UNKNOWN = "SellApp knows open, closed and archived tickets"


def possible(query: Query) -> bool:
    """Whether it asks for something, and for nothing that is no part of SellApp's tickets."""
    asked = {name for name in QUERY_FIELDS if getattr(query, name)}
    return bool(asked) and asked <= SEARCHES


def body_of(query: Query) -> dict[str, Any]:
    """What to ask `/search` for."""
    texts = (query.order.strip(), query.email.strip(), query.name.strip())
    text = next(filter(None, texts), "")
    order = {"sort": [{"field": f"{_time(query)}_at", "direction": "desc"}]}
    return {**order, **({"search": {"value": text}} if text else {})}


def newest(rows: Iterable[TicketRow], query: Query) -> list[TicketRow]:
    """The rows, newest first; of ended tickets, those that changed last. Raises Rejected where
    there are none and a status was asked for that SellApp does not know.
    """
    found = sorted(rows, key=lambda row: row.updated_at or row.created, reverse=True)
    if _time(query) == "created":
        found.sort(key=lambda row: row.created, reverse=True)
    if not found and not set(_words(query.status)) <= STATUSES | {ENDED}:
        raise Rejected(UNKNOWN)
    return found


def _time(query: Query) -> str:
    return "updated" if query.status == ENDED else "created"


def _words(status: str) -> list[str]:
    return [word.strip().casefold() for word in status.split(",") if word.strip()]


def matches(row: TicketRow, query: Query) -> bool:
    """Whether a ticket is what a query asks for, by the fields of `SEARCHES`."""
    email = row.customer.email.casefold()
    name = query.name.strip().casefold()
    return (
        query.order.strip() in ("", row.order)
        and query.email.strip().casefold() in ("", email)
        and name in f"{row.customer.name.casefold()}\n{email}"
        and (not query.needs or row.neutral is Status.NEEDS_AGENT)
        and (not query.created or Days.parse(query.created).covers(row.created))
        and (not query.status or _has_status(row, query.status))
    )


def _has_status(row: TicketRow, wanted: str) -> bool:
    if wanted == ENDED:
        return not row.neutral.active
    words = _words(wanted)
    return row.status.casefold() in words or (row.archived and "archived" in words)
