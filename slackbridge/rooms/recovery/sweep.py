"""Finds the threads that were answered since they were read last, where Slack calls us.

A new reply does not move its thread's root, so no reading of less than the whole channel finds all
of them. Each sweep reads the newest pages, and a few of the older ones in turn: a channel of up to
2,000 messages is read as a whole by every sweep, one of 20,000 within 20 sweeps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

from slackbridge.domain.errors import Code, Later
from slackbridge.domain.roots import BEGINNING, Place
from slackbridge.rooms.recovery.channel_pages import ChannelPages

NEWEST_PAGES = 5
OLDER_PAGES = 5
PACED = (Code.PACED, Code.RATE_LIMITED)


@dataclass
class Lap:
    """One reading of the whole channel, over several sweeps.

    `known` is the newest reply of each thread when it was read last. `older` is where the older
    pages go on (None = a new lap), `begun` when this lap began, `whole` when the last finished
    one began (None = none was finished).
    """

    known: dict[str, float] = field(default_factory=dict)
    older: Place | None = None
    begun: float = 0.0
    whole: float | None = None

    def finish(self, oldest: float) -> None:
        self.whole, self.older = self.begun, None
        self.known = {root: at for root, at in self.known.items() if float(root) >= oldest}


class Sweep:
    """Compares the newest replies as Slack has them: no clock of ours can be wrong."""

    def __init__(self, pages: ChannelPages) -> None:
        self._pages = pages
        self._laps: dict[str, Lap] = {}

    def saw(self, channel: str, threads: Iterable[tuple[str, float]]) -> None:
        """A catch-up has marked what was new of these."""
        self._laps.setdefault(channel, Lap()).known.update(threads)

    def saw_all(self, channel: str, begun: float, oldest: float) -> None:
        """A catch-up that began then has read the whole channel."""
        lap = self._laps.setdefault(channel, Lap())
        lap.begun = begun
        lap.finish(oldest)

    async def read(self, channel: str, since: float, oldest: float, now: float) -> float | None:
        """One sweep of a channel; `since` counts for threads never seen before.

        Returns the time up to which certainly all replies are found; None = unknown. Raises Later
        and Rejected; the next sweep goes on where this one was.
        """
        lap = self._laps.setdefault(channel, Lap())
        if lap.older is None:
            lap.begun = now
        place = await self._some(channel, since, oldest, BEGINNING, NEWEST_PAGES)
        if place is not None:
            if lap.older is None or float(lap.older.ts) > float(place.ts):
                lap.older = place
            lap.older = await self._some(channel, since, oldest, lap.older, OLDER_PAGES)
            if lap.older is not None:
                return lap.whole
        lap.finish(oldest)
        return lap.whole

    async def _some(
        self, channel: str, since: float, oldest: float, place: Place, pages: int
    ) -> Place | None:
        """Read so many pages from a place on; where it goes on, None = nowhere."""
        lap = self._laps[channel]

        def new(root: str, answered: float) -> bool:
            before = lap.known.get(root)
            if before is None:
                return lap.whole is not None or answered > since
            return answered == inf or answered != before

        read = 0
        while read < pages:
            try:
                page = await self._pages.read(channel, oldest, place, new)
            except Later as failure:
                if failure.code not in PACED:
                    raise
                await asyncio.sleep(failure.seconds)
                continue
            read += 1
            lap.known.update(page.threads)
            if page.next is None:
                return None
            place = page.next
        return place
