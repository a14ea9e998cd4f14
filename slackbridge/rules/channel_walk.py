"""How far a channel has been read, newest first, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from slackbridge.domain.roots import BEGINNING, Place, RootsPage

HOUR = 3600.0
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Walk:
    """`since`: threads answered later are marked. `oldest`: no root before it is read. `begun`:
    when it began. All in Unix seconds.

    `below` is where an interrupted reading goes on: after a new gap the newest rows come first.
    """

    since: float
    oldest: float
    begun: float
    place: Place = BEGINNING
    below: Place | None = None
    rows: int = 0
    pages: int = 0

    def again(self, since: float) -> Walk:
        """After a new gap: from the newest down to the place reached, and on from there."""
        since = min(since, self.since)
        if self.place == BEGINNING:
            return replace(self, since=since)
        return replace(self, since=since, place=BEGINNING, below=self.below or self.place)

    def after(self, page: RootsPage) -> Walk | None:
        """After a page was read and its threads are marked; None = the channel is read."""
        place, below = page.next, self.below
        if place is None:
            return None
        if below is not None and float(place.ts) <= float(below.ts):
            place, below = below, None
        rows, pages = self.rows + page.rows, self.pages + 1
        return replace(self, place=place, below=below, rows=rows, pages=pages)

    def seconds_left(self, now: float) -> float | None:
        """How long it still takes, if the channel's rows are spread evenly; None = unknown yet."""
        lowest = self.below or self.place
        if self.pages < 2 or not lowest.ts:
            return None
        done = self.begun - float(lowest.ts)
        share = max(float(lowest.ts) - self.oldest, 0.0) / max(done, 1.0)
        return share * (now - self.begun)


def told(channel: str, walk: Walk, now: float) -> str:
    """For people, such as "channel C1, 3,400 messages read, back to 2026-11-02"."""
    lowest = (walk.below or walk.place).ts
    back = f", back to {day(lowest)}" if lowest else ""
    left = walk.seconds_left(now)
    rest = f", about {duration(left)} left" if left is not None else ""
    return f"channel {channel}, {walk.rows:,} messages read{back}{rest}"


def day(ts: str) -> str:
    """The day of a message, in UTC."""
    return f"{datetime.fromtimestamp(float(ts), UTC):%Y-%m-%d}"


def duration(seconds: float) -> str:
    """In one unit, rounded up: "2 minutes", "20 hours"."""
    for unit, size in (("day", DAY), ("hour", HOUR), ("minute", 60.0)):
        if seconds > 2 * size or unit == "minute":
            count = max(1, -int(-seconds // size))
            return f"{count} {unit}{'s' if count > 1 else ''}"
    raise AssertionError  # pragma: no cover - minutes are the last unit
