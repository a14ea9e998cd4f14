"""A list of tickets, from typed words. Pure.

                             the open tickets
mine shop-at                 those of one account
ended closed:2026-11-01..    narrowed as `rules.query` reads it
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from slackbridge.domain.asking import Queue
from slackbridge.domain.days import Days
from slackbridge.domain.model import ENDED, Query, Status, Ticket
from slackbridge.rules import query as asking

PANIC = "panic"
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as it was asked for: of `account` ('' = of all), narrowed by `query`."""

    which: Queue = Queue.OPEN
    account: str = ""
    query: Query = field(default_factory=Query)


def listing(text: str) -> Listing:
    """The list asked for. Raises ValueError, in words."""
    lead, search = asking.fields_of(text)
    words = lead.split()
    which = words.pop(0).lower() if words else Queue.OPEN
    if which not in set(Queue):
        raise ValueError(f"There is no such list; there are {', '.join(Queue)}.")
    account = words.pop(0) if words else ""
    if words or (account and search.account):
        raise ValueError(f"Say one account and fields, such as `list {which} account:…`.")
    wanted = Listing(Queue(which), account or search.account, search.query)
    if wanted.which is Queue.ENDED:
        if wanted.query.status:
            raise ValueError("`list ended` has its status already; use `find status:…`.")
        return replace(wanted, query=replace(wanted.query, status=ENDED))
    if beyond := asking.lacking(wanted.query, {*HOLDS, "sort"}):
        raise ValueError(f"A list cannot be narrowed by {', '.join(beyond)}; use `find`.")
    return wanted


def matches(query: Query, ticket: Ticket) -> bool:
    """Whether a listed ticket is what a query asks for, by the fields of `HOLDS`."""
    return all(
        holds(getattr(query, name), ticket) for name, holds in HOLDS.items() if getattr(query, name)
    )


def by_deadline(ticket: Ticket) -> tuple[datetime, datetime]:
    """Sorts the next deadline first, and tickets without one last."""
    return ticket.due_at or _LAST, ticket.updated_at


def _any_of(fact: Callable[[Ticket], str]) -> Callable[[str, Ticket], bool]:
    def holds(wanted: str, ticket: Ticket) -> bool:
        return fact(ticket).casefold() in wanted.casefold().split(",")

    return holds


def _urgent(wanted: str, ticket: Ticket) -> bool:
    words = wanted.casefold().split(",")
    return ticket.urgency.casefold() in words or (ticket.panicked and PANIC in words)


# How a listed ticket is compared with each field of a query.
HOLDS: Mapping[str, Callable[[str, Ticket], bool]] = {
    "order": _any_of(lambda ticket: ticket.order),
    "email": _any_of(lambda ticket: ticket.customer.email),
    "name": lambda wanted, ticket: wanted.casefold() in ticket.customer.name.casefold(),
    "country": _any_of(lambda ticket: ticket.country),
    "topic": _any_of(lambda ticket: ticket.topic),
    "urgency": _urgent,
    "assignee": _any_of(lambda ticket: ticket.assignee.email if ticket.assignee else ""),
    "needs": lambda wanted, ticket: ticket.status is Status.NEEDS_AGENT,
    "help": lambda wanted, ticket: ticket.help_requests is (wanted == "yes"),
    "kind": _any_of(lambda ticket: ticket.type),
    "created": lambda wanted, ticket: Days.parse(wanted).covers(ticket.created_at),
    "status": _any_of(lambda ticket: ticket.raw_status),
}
# The fields that tickets of every marketplace can be compared by.
KNOWN = frozenset({"order", "email", "name", "needs", "created", "status", "sort"})
