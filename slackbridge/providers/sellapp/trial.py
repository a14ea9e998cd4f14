"""Whether SellApp's `/search` can be relied on. No I/O; the clock comes from outside.

Which fields it takes is not published, and it may fail while the list works. So it is tried, and
where it could not be used it is tried again an hour later.
"""

from __future__ import annotations

from collections.abc import Callable

HOUR = 3_600.0


class SearchTrial:
    """The outcome of the last trial. `clock` gives Unix seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._works: bool | None = None  # None = not known
        self._at = 0.0

    @property
    def works(self) -> bool:
        return bool(self._works)

    @property
    def due(self) -> bool:
        """Whether to try it, now that a walk begins."""
        waited = abs(self._clock() - self._at)  # a clock may be put back
        return self._works is None or (not self._works and waited >= HOUR)

    def note(self, works: bool) -> bool:
        """Note an outcome; returns whether it is another one than before."""
        news = works is not self._works
        self._works, self._at = works, self._clock()
        return news

    def forget_failure(self) -> None:
        """The list fails too, so the search's failure says nothing of the search."""
        self._works = self._works or None
