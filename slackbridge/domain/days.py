"""A range of days, as it is typed and as it is compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

BETWEEN = ".."


@dataclass(frozen=True, slots=True)
class Days:
    """From the first to the last day, both included; None = open at that end.

    Written `2026-11-01..2026-11-07`, `2026-11-01..`, `..2026-11-07`, or one day alone.
    """

    first: date | None = None
    last: date | None = None

    @classmethod
    def parse(cls, text: str) -> Days:
        """Raises ValueError, in words, for anything else and for a range that ends before it
        begins."""
        first, between, last = text.strip().partition(BETWEEN)
        days = cls(_day(first), _day(last if between else first))
        if days == cls():
            raise ValueError("Write days such as `2026-11-01..2026-11-07`; either end may be open.")
        if days.first and days.last and days.last < days.first:
            raise ValueError(f"`{days}` ends before it begins.")
        return days

    def covers(self, at: datetime) -> bool:
        """Whether a time is on one of these days, by its own zone."""
        day = at.date()
        return (not self.first or self.first <= day) and (not self.last or day <= self.last)

    def __str__(self) -> str:
        return BETWEEN.join(day.isoformat() if day else "" for day in (self.first, self.last))


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"`{text.strip()}` is not a day; write it as `2026-11-01`.") from None
