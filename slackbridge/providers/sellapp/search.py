"""What a query finds among SellApp's tickets. Pure.

`/search` finds a text; which fields can be filtered is not published, so every row is compared
here. A row does not say when a ticket was closed.
"""

from __future__ import annotations

from typing import Any

from slackbridge.domain.days import Days
from slackbridge.domain.model import ENDED, QUERY_FIELDS, Query, Status
from slackbridge.providers.sellapp.wire import TicketRow

SEARCHES = frozenset({"order", "email", "name", "needs", "created", "status"})
NEWEST_FIRST = {"sort": [{"field": "created_at", "direction": "desc"}]}


def possible(query: Query) -> bool:
    """Whether it asks for something, and for nothing that is no part of SellApp's tickets."""
    asked = {name for name in QUERY_FIELDS if getattr(query, name)}
    return bool(asked) and asked <= SEARCHES


def body_of(query: Query) -> dict[str, Any]:
    """What to ask `/search` for."""
    texts = (query.order.strip(), query.email.strip(), query.name.strip())
    text = next(filter(None, texts), "")
    return {**NEWEST_FIRST, **({"search": {"value": text}} if text else {})}


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
    words = [word.strip().casefold() for word in wanted.split(",")]
    return row.status.casefold() in words or (row.archived and "archived" in words)
