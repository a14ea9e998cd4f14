"""How a channel is read when gaps come in between, and how that is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbridge.domain.roots import BEGINNING, Place, RootsPage
from slackbridge.rules.channel_walk import Walk, duration, told

DAY = 86_400.0
NOW = 1_793_600_000.0  # 2026-11-02
FRESH = Walk(since=NOW - 3600, oldest=NOW - 30 * DAY, begun=NOW)


def page(days: float | None, rows: int = 200) -> RootsPage:
    """A page that ends so many days ago; None = the last one."""
    if days is None:
        return RootsPage((), rows, None)
    return RootsPage((), rows, Place(f"cursor {days}", f"{NOW - days * DAY:.6f}"))


def walked(*days: float | None) -> Walk:
    walk = FRESH
    for each in days:
        after = walk.after(page(each))
        assert after is not None
        walk = after
    return walk


def test_a_walk_goes_from_page_to_page_and_ends() -> None:
    walk = walked(1, 2)
    assert (walk.place.cursor, walk.rows, walk.pages) == ("cursor 2", 400, 2)
    assert walk.after(page(None)) is None


def test_after_a_new_gap_the_newest_come_first_and_nothing_else_twice() -> None:
    walk = walked(1, 2, 3).again(NOW - 60)
    assert (walk.place, walk.below) == (BEGINNING, page(3).next)
    walk = walk.after(page(2.9)) or FRESH
    assert walk.place.cursor == "cursor 2.9"
    walk = walk.after(page(3.1)) or FRESH
    assert (walk.place.cursor, walk.below) == ("cursor 3", None), "a row may be read twice"


def test_a_second_gap_on_the_way_down_begins_at_the_newest_too() -> None:
    walk = walked(1, 2, 3).again(NOW).after(page(1)) or FRESH
    walk = walk.again(NOW)
    assert (walk.place, walk.below) == (BEGINNING, page(3).next)


def test_a_gap_before_the_first_page_changes_nothing_but_the_time() -> None:
    assert FRESH.again(NOW - 7200) == replace(FRESH, since=NOW - 7200)
    assert FRESH.again(NOW) == FRESH, "of two gaps the earlier counts"


def test_where_all_below_is_gone_the_walk_ends() -> None:
    assert walked(1).again(NOW).after(page(None)) is None


@pytest.mark.parametrize(
    ("walk", "seconds", "expected"),
    [
        (FRESH, 1, "channel C1, 0 messages read"),
        (walked(1), 1, "channel C1, 200 messages read, back to 2026-11-01"),
        (
            walked(1, 3),
            60,
            "channel C1, 400 messages read, back to 2026-10-30, about 9 minutes left",
        ),
        (
            replace(walked(1, 3), rows=3_400),
            7200,
            "channel C1, 3,400 messages read, back to 2026-10-30, about 18 hours left",
        ),
        (
            walked(1, 3).again(NOW),
            60,
            "channel C1, 400 messages read, back to 2026-10-30, about 9 minutes left",
        ),
    ],
)
def test_progress_is_told_in_words(walk: Walk, seconds: float, expected: str) -> None:
    assert told("C1", walk, NOW + seconds) == expected


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 minute"), (61, "2 minutes"), (7200, "120 minutes"), (7201, "3 hours"), (2e5, "3 days")],
)
def test_durations_have_one_unit(seconds: float, words: str) -> None:
    assert duration(seconds) == words
