"""The wait before the next try."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slackbridge.rules.backoff import backoff


@given(st.integers(-1, 10_000), st.floats(0, 100), st.floats(0, 1000))
def test_waits_grow_and_end(tries: int, first: float, most: float) -> None:
    wait = backoff(tries, first, most)
    assert 0 <= wait <= most
    assert wait <= backoff(tries + 1, first, most)


def test_waits_double() -> None:
    assert [backoff(n, 2, 60) for n in (0, 1, 2, 3, 6, 99)] == [2, 2, 4, 8, 60, 60]
