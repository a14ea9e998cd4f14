"""An item's digest changes exactly when its content does."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from slackbridge.domain.intent import Press
from slackbridge.domain.model import Author, Capabilities, Scope
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
