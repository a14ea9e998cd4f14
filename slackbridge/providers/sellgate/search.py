"""What a query finds among the rows of Sellgate's list, which can filter by status alone. Pure."""

from __future__ import annotations

from slackbridge.domain.days import Days
from slackbridge.domain.model import ENDED, Query, Status
from slackbridge.providers.sellgate.wire import CLOSED, OPEN, TicketRow

UNKNOWN = "Sellgate knows open and closed tickets"
SEARCHES = frozenset({"order", "email", "needs", "created", "closed", "status"})


def status_of(query: Query) -> str:
    """The status to list: the one that is asked for; '' = any."""
    if query.closed or query.status == ENDED:
        return CLOSED
    wanted = query.status.strip().casefold() or (OPEN if query.needs else "")
    return wanted if wanted in (OPEN, CLOSED) else ""


def matches(row: TicketRow, query: Query) -> bool:
    """Whether a ticket is what a query asks for, by the fields of `SEARCHES`."""
    ours = (row.order_id.casefold(), row.invoice_id.casefold())
    email = row.customer_email.casefold()
    return (
        (not query.order or query.order.strip().casefold() in ours)
        and (not query.email or query.email.strip().casefold() == email)
        and (not query.needs or row.neutral is Status.NEEDS_AGENT)
        and (not query.created or Days.parse(query.created).covers(row.created))
        and (not query.closed or _closed_in(row, Days.parse(query.closed)))
        and (not query.status or _has_status(row, query.status))
    )


def unknown_status(query: Query) -> str:
    """Why a search that found nothing could not; '' = there is no such ticket."""
    words = {word.strip().casefold() for word in query.status.split(",") if word.strip()}
    return "" if words <= {OPEN, CLOSED, ENDED} else UNKNOWN


def _closed_in(row: TicketRow, days: Days) -> bool:
    return row.closed_at is not None and days.covers(row.closed_at)


def _has_status(row: TicketRow, wanted: str) -> bool:
    if wanted == ENDED:
        return not row.neutral.active
    return row.status.casefold() in [word.strip().casefold() for word in wanted.split(",")]
