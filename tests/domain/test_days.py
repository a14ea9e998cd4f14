"""Ranges of days."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from slackbridge.domain.days import Days


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("2026-11-02..2026-11-03", [2, 3]),
        ("2026-11-02", [2]),
        ("2026-11-03..", [3, 4]),
        ("..2026-11-01", [1]),
    ],
)
def test_both_ends_are_covered(text: str, covered: list[int]) -> None:
    days = Days.parse(text)
    times = {day: datetime(2026, 11, day, 23, 59, tzinfo=UTC) for day in range(1, 5)}
    assert [day for day, at in times.items() if days.covers(at)] == covered
    assert Days.parse(str(days)) == days


@pytest.mark.parametrize("text", ["", "..", "x", "2026-1-1..x", "2026-11-02..2026-11-01"])
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"`"):
        Days.parse(text)
