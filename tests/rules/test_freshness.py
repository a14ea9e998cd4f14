"""Whether a read is as new as the list."""

from __future__ import annotations

import pytest

from slackbridge.rules.freshness import Freshness, freshness

FRESH, OLDER, DIFFERS = Freshness


@pytest.mark.parametrize(
    ("read", "listed", "found"),
    [
        ("100.aa", None, FRESH),
        ("100.aa", "100.aa", FRESH),
        ("101.aa", "100.bb", FRESH),
        ("99.aa", "100.bb", OLDER),
        ("999.aa", "1000.bb", OLDER),  # numbers, not texts
        ("100.aa", "100.bb", DIFFERS),
        ("-5.aa", "100.bb", OLDER),
        ("r1", "r1", FRESH),
        ("r1", "r2", DIFFERS),  # a plug-in's own form
        ("", "100.bb", DIFFERS),
        ("100.aa", "", DIFFERS),
        ("1\u0664.aa", "100.bb", DIFFERS),
        ("2026-03-01", "2026-03-02", DIFFERS),
    ],
)
def test_freshness(read: str, listed: str | None, found: Freshness) -> None:
    assert freshness(read, listed) is found
