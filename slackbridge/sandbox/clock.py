"""A service's clock: a base clock plus the time that a driver has added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

HOUR = 3600.0


class Clock:
    """Unix seconds; `advance` adds to it, `pinned` sets it while an act of the past is replayed."""

    def __init__(self, base: Callable[[], float]) -> None:
        self._base = base
        self._offset = 0.0
        self._pin: float | None = None

    def now(self) -> float:
        return self._base() + self._offset if self._pin is None else self._pin

    def advance(self, seconds: float) -> None:
        """Move forward. Raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._offset += seconds

    @contextmanager
    def pinned(self, at: float) -> Iterator[None]:
        """Return `at` inside the block."""
        self._pin = at
        try:
            yield
        finally:
            self._pin = None
