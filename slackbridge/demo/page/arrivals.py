"""Invented customers: one opens a ticket now and then while a visitor watches, or when asked to."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from slackbridge.demo.page.markets.desks import Desks
from slackbridge.sandbox.refurbed.files import sample

STORIES = Path(__file__).resolve().parent / "stories.toml"
FIRST_SECONDS = 2.0
EVERY_SECONDS = 45.0
MOST = 12
Json = dict[str, Any]


def stories() -> list[Json]:
    """What customers write, by the arguments of the marketplaces' own drivers.

    `attachments` are names of files that are invented too.
    """
    told: list[Json] = tomllib.loads(STORIES.read_text("utf-8"))["story"]
    return told


class Arrivals:
    """The stories in order, from the beginning again after the last."""

    def __init__(self, desks: Desks, watched: Callable[[], bool]) -> None:
        self._desks = desks
        self._watched = watched
        self._stories = cycle(stories())
        self._arrived = 0
        self._coming: asyncio.Task[None] | None = None

    def visited(self) -> None:
        """A page was opened: the first one sets it going."""
        if self._coming is None:
            self._coming = asyncio.create_task(self._come())

    def arrive(self) -> Json:
        """One more ticket, at once."""
        story = dict(next(self._stories))
        market = self._desks.market(story.pop("market"))
        if names := story.pop("attachments", None):
            story["attachments"] = [sample(name) for name in names]
        self._arrived += 1
        return {"market": market.name, "ticket": market.arrive(story)}

    async def close(self) -> None:
        if self._coming is not None:
            self._coming.cancel()
            await asyncio.gather(self._coming, return_exceptions=True)

    async def _come(self) -> None:
        await asyncio.sleep(FIRST_SECONDS)
        self.arrive()
        while self._arrived < MOST:
            await asyncio.sleep(EVERY_SECONDS)
            if self._watched():
                self.arrive()
