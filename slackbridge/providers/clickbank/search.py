"""Looking ClickBank's tickets up: what it filters by itself, and what is compared here.

ClickBank lists by status, type, receipt and days, one value each; whether ranges of days can be
combined is not documented, so only one is sent. For everything else the first pages are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from slackbridge.domain.days import Days
from slackbridge.domain.errors import Code, Rejected
from slackbridge.domain.model import ENDED, Query, Status
from slackbridge.providers.clickbank.forms import TYPES
from slackbridge.providers.clickbank.reading import Reader, Rows
from slackbridge.providers.clickbank.wire import PACIFIC, TicketRow

PAGES = 5  # of each status, where there is no filter for what is wanted
OPEN, REOPENED, CLOSED = "open", "reopened", "closed"
ACTIVE = (OPEN, REOPENED)
STATUSES = {OPEN: OPEN, REOPENED: REOPENED, CLOSED: CLOSED, ENDED: CLOSED}
LAST = datetime.max.replace(tzinfo=UTC)


async def search(reader: Reader, query: Query) -> list[TicketRow]:
    """The tickets that match, each once, in the order asked for. Raises Rejected, in words, for
    what ClickBank cannot be searched by.
    """
    about = {row.ticket_id: row for row in await _rows(reader, query) if matches(row, query)}
    if query.sort == "due":
        return sorted(about.values(), key=_due)
    return sorted(about.values(), key=lambda row: row.updated, reverse=True)


def matches(row: TicketRow, query: Query) -> bool:
    """Whether a ticket is what was asked for, the order aside: ClickBank itself filters by that."""
    email, wanted = query.email.strip().casefold(), _statuses(query)
    topics = {one.strip().casefold().replace("_", " ") for one in query.topic.split(",")} - {""}
    return (
        (not email or email in (row.email.casefold(), row.email_at_order_time.casefold()))
        and (not query.item or query.item.strip() == row.product_item_no)
        and query.name.strip().casefold() in row.name.casefold()
        and (not topics or row.topic in topics)
        and (not wanted or row.status.lower() in wanted)
        and (not query.needs or row.neutral is Status.NEEDS_AGENT)
        and _on(query.created, row.opened_date)
        and _on(query.closed, row.closed_date)
    )


async def _rows(reader: Reader, query: Query) -> Rows:
    if lacking := [
        name for name in ("country", "urgency", "assignee", "help", "kind") if getattr(query, name)
    ]:
        raise Rejected(f"ClickBank's tickets have no {lacking[0]}", code=Code.INVALID)
    if order := query.order.strip():
        return await reader.of_receipt(order, PAGES, spare=True)
    found: Rows = []
    for params in _filters(query):
        found += await _listed(reader, query, params)
    return found


async def _listed(reader: Reader, query: Query, params: Mapping[str, str]) -> Rows:
    """With two ranges of days, ClickBank filters by the one in which tickets were closed."""
    name, days = ("close", query.closed) if query.closed else ("create", query.created)
    if not days:
        return await reader.pages(params, PAGES)
    return await reader.of_days(name, Days.parse(days), params, PAGES)


def _filters(query: Query) -> Iterator[dict[str, str]]:
    """One call's parameters for each status; a search by days is of any status."""
    types = [kind for kind, type in TYPES.items() if query.topic.strip().lower() == _topic(type)]
    type = {"type": types[0]} if types else {}
    statuses = _statuses(query)
    if not statuses and (query.created or query.closed):
        yield type
        return
    for status in statuses or ACTIVE:
        yield {"status": status, **type}


def _statuses(query: Query) -> tuple[str, ...]:
    asked = [one.strip().lower() for one in query.status.split(",") if one.strip()]
    if unknown := [one for one in asked if one not in STATUSES]:
        raise Rejected(
            f"ClickBank has no status {unknown[0]!r}; there are open, reopened and closed",
            code=Code.INVALID,
        )
    return tuple(dict.fromkeys(STATUSES[one] for one in asked))


def _topic(type: str) -> str:
    return type.replace("_", " ").lower()


def _on(days: str, at: datetime | None) -> bool:
    """Whether a time is on these days, in ClickBank's zone."""
    return not days or (at is not None and Days.parse(days).covers(at.astimezone(PACIFIC)))


def _due(row: TicketRow) -> datetime:
    return row.due if row.due and row.neutral.active else LAST
