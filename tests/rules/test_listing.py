"""Lists from typed words, and which tickets they hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from slackbridge.domain.asking import Queue
from slackbridge.domain.model import Person, Query, Status
from slackbridge.rules.listing import Listing, by_deadline, listing, matches
from tests.values import ticket


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Listing()),
        ("MINE", Listing(Queue.MINE)),
        ("overdue shop-at", Listing(Queue.OVERDUE, "shop-at")),
        ("ended", Listing(Queue.ENDED, query=Query(status="ended"))),
        (
            "ended shop-at closed:2026-11-01..",
            Listing(Queue.ENDED, "shop-at", Query(status="ended", closed="2026-11-01..")),
        ),
        ("urgency:panic", Listing(query=Query(urgency="panic"))),
        (
            "open account:shop help:yes sort:due",
            Listing(Queue.OPEN, "shop", Query(help="yes", sort="due")),
        ),
    ],
)
def test_lists(text: str, wanted: Listing) -> None:
    assert listing(text) == wanted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "there are open, mine, overdue, ended"),
        ("open one two", "Say one account"),
        ("open one account:two", "Say one account"),
        ("open item:4", "cannot be narrowed by item"),
        ("mine closed:2026-11-01..", "cannot be narrowed by closed"),
        ("ended status:SOLVED", "has its status already"),
        ("open colour:red", "no field `colour`"),
    ],
)
def test_what_is_no_list_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        listing(text)


NARROW: list[tuple[Query, dict[str, Any], dict[str, Any]]] = [
    (Query(order="4"), {"order": "4"}, {"order": "44"}),
    (
        Query(email="A@b.at"),
        {"customer": Person("", "a@B.at")},
        {"customer": Person("", "b@b.at")},
    ),
    (Query(name="hub"), {"customer": Person("Marie Huber")}, {"customer": Person("Ann")}),
    (Query(country="at,DE"), {"country": "de"}, {"country": "FR"}),
    (Query(topic="x"), {"topic": "X"}, {}),
    (Query(urgency="urgent"), {"urgency": "URGENT"}, {"panicked": True}),
    (Query(urgency="panic"), {"panicked": True}, {"urgency": "URGENT"}),
    (Query(urgency="panic"), {"urgency": "PANIC"}, {}),
    (Query(assignee="a@b.at"), {"assignee": Person("A", "A@b.at")}, {"assignee": None}),
    (Query(needs="agent"), {}, {"status": Status.WAITING}),
    (Query(help="yes"), {"help_requests": True}, {"help_requests": False}),
    (Query(help="no"), {"help_requests": False}, {}),
    (Query(kind="buyback"), {"type": "buyback"}, {"type": "order"}),
    (Query(status="PENDING"), {"raw_status": "pending"}, {"raw_status": "OPEN"}),
    (
        Query(created="2026-03-01"),
        {},
        {"created_at": datetime(2026, 3, 2, tzinfo=UTC)},
    ),
    (Query(country="AT", topic="x"), {"country": "AT", "topic": "x"}, {"country": "AT"}),
]


@pytest.mark.parametrize(("query", "fits", "other"), NARROW)
def test_a_list_is_narrowed(query: Query, fits: dict[str, Any], other: dict[str, Any]) -> None:
    assert matches(query, ticket(**fits))
    assert not matches(query, ticket(**other))
    assert matches(Query(), ticket(**other))


def test_the_next_deadline_is_first() -> None:
    soon, late = (ticket(due_at=datetime(2026, 3, day, tzinfo=UTC)) for day in (1, 2))
    never = ticket()
    assert sorted([never, late, soon], key=by_deadline) == [soon, late, never]
