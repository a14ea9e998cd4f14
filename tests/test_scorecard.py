"""The scorecard in README.md is what the registry says, and tells every capability."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from slackbridge.domain.files import FileLimits
from slackbridge.domain.model import Action, Capabilities, Status
from slackbridge.ports import capabilities
from slackbridge.providers.registry import REGISTRY
from slackbridge.providers.scorecard import ROWS, WORDS, renewed, rows, table

README = Path(__file__).parent.parent / "README.md"
BARE = replace(REGISTRY["sellgate"], capabilities=Capabilities())
PAY = Action("pay", "Pay", money=True)


def test_the_readme_tells_what_each_marketplace_can_do() -> None:
    page = README.read_text(encoding="utf-8")
    assert page == renewed(page), "renew it: python -m slackbridge.providers.scorecard"


@pytest.mark.parametrize(
    "more",
    [
        {"statuses": frozenset({Status.SOLVED})},
        {"reply_with_status": frozenset({Status.SOLVED})},
        {"reply_limit": 7},
        {"internal_notes": True},
        {"private_notes": True},
        {"assign": True},
        {"follow_up": True},
        {"recent_first": True},
        {"actions": (PAY,)},
        {"create": PAY},
        {"closed_is_final": True},
        {"files": FileLimits(max_bytes=2**20, max_total=2**22, max_count=3)},
        {"searches": frozenset({"order"})},
    ],
    ids=lambda more: next(iter(more)),
)
def test_whatever_is_offered_shows(more: dict[str, object]) -> None:
    offered = replace(BARE, capabilities=Capabilities(**more))  # type: ignore[arg-type] # by name
    assert table({"one": offered}) != table({"one": BARE})


def test_a_status_that_wants_a_form_is_told_once() -> None:
    close = Action("close", "Close")
    can = Capabilities(
        statuses=frozenset({Status.CLOSED}), actions=(close,), status_forms={Status.CLOSED: "close"}
    )
    told = table({"one": replace(BARE, capabilities=can)})
    assert "| closed (by a form) |" in told
    assert "Close" not in told


def test_what_moves_money_stands_apart() -> None:
    can = Capabilities(actions=(PAY, Action("wave", "Wave")), create=PAY)
    told = table({"one": replace(BARE, capabilities=can)})
    assert "| Moves money, asked twice | Pay |" in told
    assert "| Its own actions | Wave |" in told
    assert "| Opens a ticket | Pay (money) |" in told


def test_every_capability_and_protocol_has_a_row() -> None:
    ours = (p for p in vars(capabilities).values() if isinstance(p, type))
    protocols = {one.__name__ for one in ours if one.__module__ == capabilities.__name__}
    known = {field.name for field in fields(Capabilities)} | protocols
    named = {name for row in ROWS for name in row.shows} | WORDS
    extra = {row.what for row in rows()} - {row.what for row in ROWS}
    assert named <= known
    assert len(extra) == len(known - named), "each that is not named above has a row of its own"


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="scorecard"):
        renewed("a page")
