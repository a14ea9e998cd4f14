"""A small soak. `make soak` plays fifty thousand tickets."""

from __future__ import annotations

import pytest

from tests.faults.soak import play

pytestmark = [pytest.mark.long, pytest.mark.crash, pytest.mark.timeout(120)]


async def test_some_tickets_while_two_calls_in_a_hundred_go_wrong() -> None:
    """F25; I1, I2, I3, I4, I7, I8, I21, I23."""
    lines: list[str] = []
    assert await play(60, 1, 2.0, lines.append) == [], lines
