"""The rate limit of one account's calls, and pauses that the marketplace asks for. Never sleeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

Spend = Callable[[], Awaitable[int]]
"""Waits for the shared rate limit, counts one call, returns the day's calls of all processes."""


class Pace:
    """At most `per_second` calls (None = no limit), with a burst of a quarter second's worth.

    The burst is small because marketplaces count in windows: 8/s with a burst of 2 never makes
    more than 10 calls in any one second.
    """

    def __init__(self, per_second: float | None, monotonic: Callable[[], float]) -> None:
        self._step = 1 / per_second if per_second else 0.0
        self._slack = self._step * (max(1.0, (per_second or 0.0) / 4) - 1)
        self._monotonic = monotonic
        self._next = self._closed = float("-inf")

    def reserve(self, patience: float) -> float:
        """Seconds to wait before the next call, which is reserved unless they exceed `patience`."""
        now = self._monotonic()
        start = max(now, self._closed, self._next - self._slack)
        if start - now <= patience:
            self._next = max(start, self._next) + self._step
        return start - now

    def pause(self, seconds: float) -> None:
        """Allow no call for so many seconds."""
        self._closed = max(self._closed, self._monotonic() + seconds)
