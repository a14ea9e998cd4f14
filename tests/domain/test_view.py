"""An item's digest changes exactly when its content does."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from slackbridge.domain.intent import Press
from slackbridge.domain.model import Action, Author, Capabilities, Scope, Status, Ticket, TicketKey
from slackbridge.domain.record import StoredTicket
from slackbridge.domain.view import Item, Notice, Part, Words, digest
from slackbridge.rules.card import card
from tests.values import AT, KEY, message, ticket

ITEMS: list[Item] = [
    card(ticket(), "refurbed", Capabilities(), StoredTicket(), (), 0.0),
    Part(Author.CUSTOMER, "Ann", Scope.PUBLIC, AT, message("1").body, 1, 1),
    Words(KEY, "1", "text", "quote", (Press.UNDO,)),
    Notice("shop", "text", "show", "Show all"),
]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: type(item).__name__)
def test_every_field_counts(item: Any) -> None:
    assert digest(replace(item)) == digest(item)
    for field in fields(item):
        assert digest(replace(item, **{field.name: "something else"})) != digest(item)


def test_kinds_are_told_apart() -> None:
    assert len({digest(item) for item in ITEMS}) == len(ITEMS)
    assert digest(Notice("shop", "\ud83d"))


CAN = Capabilities(
    statuses=frozenset(Status),
    internal_notes=True,
    private_notes=True,
    follow_up=True,
    actions=(Action("archive", "Archive"),),
)
OF_CARDS = {
    Status.NEEDS_AGENT: "1e2ee7806b8d",
    Status.WAITING: "6bd341dedf05",
    Status.SOLVED: "8fff83164ec8",
    Status.CLOSED: "d0d97d4c5ce9",
}
"""Recorded from eb35a60."""


def test_digests_are_those_that_earlier_versions_stored() -> None:
    """Another digest would have every card of a merchant edited after an upgrade."""
    key, at = TicketKey("a", "1"), datetime(2026, 3, 1, tzinfo=UTC)
    for status, recorded in OF_CARDS.items():
        one = Ticket(key, status, "OPEN", at, at, "r", type="RFND")
        held = StoredTicket(holder="U1")
        assert digest(card(one, "refurbed", CAN, held, (), 0.0)) == recorded
    words = Words(key, "i", "text", "q", (Press.UNDO, Press.SEND_NOW))
    assert digest(words) == "2fec8c5f3033"
    assert digest(Notice("a", "t", "show", "l")) == "3eb7de0f6b26"
