"""How often one account may call: a steady rate, and pauses the marketplace asks for.

It only reckons; whoever asks does the waiting.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

Spend = Callable[[], Awaitable[int]]
"""Waits for a turn, counts one call, and gives the account's sum of the day over all processes."""


class Pace:
    """At most `per_second` calls (None = any number), with a burst of a quarter second's worth.

    The burst is small because marketplaces count in windows: 8/s with a burst of 2 never makes
    more than 10 calls in any one second.
    """

    def __init__(self, per_second: float | None, monotonic: Callable[[], float]) -> None:
        self._step = 1 / per_second if per_second else 0.0
        self._slack = self._step * (max(1.0, (per_second or 0.0) / 4) - 1)
        self._monotonic = monotonic
        self._next = self._closed = float("-inf")

    def reserve(self, patience: float) -> float:
        """Seconds to wait before the next call; the place is taken unless they exceed patience."""
        now = self._monotonic()
        start = max(now, self._closed, self._next - self._slack)
        if start - now <= patience:
            self._next = max(start, self._next) + self._step
        return start - now

    def pause(self, seconds: float) -> None:
        """No call for so long."""
        self._closed = max(self._closed, self._monotonic() + seconds)
