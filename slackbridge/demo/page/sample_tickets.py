"""Sample tickets, opened one by one while a visitor watches the page, or on request."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from slackbridge.demo.page.markets.marketplaces import Marketplaces
from slackbridge.sandbox.refurbed.files import sample
from slackbridge.sandbox.tasks import Tasks

PATH = Path(__file__).resolve().parent / "sample_tickets.toml"
FIRST_SECONDS = 2.0
EVERY_SECONDS = 45.0
MOST = 12
Json = dict[str, Any]


def sample_tickets() -> list[Json]:
    """Each is a `market` and the arguments of that marketplace's `customer_opens`.

    `attachments` are names of files; their content is generated.
    """
    tickets: list[Json] = tomllib.loads(PATH.read_text("utf-8"))["ticket"]
    return tickets


class SampleTickets:
    """Opens the samples in order, and starts over after the last one."""

    def __init__(self, markets: Marketplaces, watched: Callable[[], bool]) -> None:
        self._markets = markets
        self._watched = watched
        self._samples = cycle(sample_tickets())
        self._opened = 0
        self._begun = False
        self._tasks = Tasks()

    def start(self) -> None:
        """Called for every opened page; the first call starts the timer."""
        if not self._begun:
            self._begun = True
            self._tasks.spawn(self._run())

    def open_next(self) -> Json:
        """Open the next ticket now."""
        facts = dict(next(self._samples))
        market = self._markets.market(facts.pop("market"))
        if names := facts.pop("attachments", None):
            facts["attachments"] = [sample(name) for name in names]
        self._opened += 1
        return {"market": market.name, "ticket": market.open_sample(facts)}

    async def close(self) -> None:
        await self._tasks.stop()

    async def _run(self) -> None:
        await asyncio.sleep(FIRST_SECONDS)
        self.open_next()
        while self._opened < MOST:
            await asyncio.sleep(EVERY_SECONDS)
            if self._watched():
                self.open_next()
