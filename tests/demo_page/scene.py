"""A whole world behind the page, with the bridge running in it, and tickets for the tests.

Import `scene_fixture` into a module whose tests run in a browser; its tests share the world, so
each works on tickets of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest_asyncio

from slackbridge.demo import views
from slackbridge.demo.page.markets.market import Letter
from slackbridge.demo.page.page import Page
from slackbridge.demo.page.routes import Routes
from slackbridge.demo.stay import SETTINGS, STOP_SECONDS, UNDO_SECONDS
from slackbridge.demo.world import ALL, CHANNEL, World, world

KIM = "Kim Muster"


class Case(NamedTuple):
    """A ticket: where it is at its marketplace, and where its card is in Slack."""

    market: str
    ticket: str
    channel: str
    ts: str

    @property
    def thread(self) -> str:
        """Where the page shows its thread."""
        return f"{self.channel}/{self.ts}"

    @property
    def desk(self) -> str:
        """Where the page shows it as its customer sees it."""
        return f"customers/{self.market}/{self.ticket}"


class Scene:
    """The world as the tests see it from outside the browser."""

    def __init__(self, place: World, page: Page) -> None:
        self.place = place
        self.page = page
        self.url = place.slack.url
        self.slack = place.slack

    async def opens(
        self, market: str = "refurbed", text: str = "Where is it?", **more: Any
    ) -> Case:
        """A customer opens a ticket; its thread is there when this returns."""
        facts = {"name": KIM, "email": "kim.muster@example.com", "text": text, **more}
        return await self.arrived(market, self.page.desks.open(market, Letter(**facts)))

    async def arrived(self, market: str, ticket: str | int, channel: str = CHANNEL) -> Case:
        """Wait for the thread of a ticket that was opened."""
        await self.place.until("a thread", lambda: views.mirrored(self.slack, ticket, channel))
        return Case(market, str(ticket), channel, views.cards(self.slack, ticket, channel)[0]["ts"])

    def answers(self, case: Case) -> list[str]:
        """What the customer got, oldest first."""
        sheet = self.page.desks.market(case.market).sheet(case.ticket)
        return [line.text for line in sheet.history if line.by == "merchant" and not line.internal]

    async def answered(self, case: Case, *texts: str) -> None:
        """Wait until the customer got exactly these answers."""
        await self.place.until(f"{texts}", lambda: self.answers(case) == list(texts))


@asynccontextmanager
async def staged(*, seed: bool = False, undo_seconds: float = UNDO_SECONDS) -> AsyncIterator[Scene]:
    """A world like `slackbridge demo`'s; `seed` fills it with tickets as there."""
    routes = Routes()
    settings = {**SETTINGS, "replies": {"undo_seconds": undo_seconds}}
    async with world(extra=settings, seed=seed, markets=ALL, extend=routes.hang) as place:
        page = routes.show(place)
        try:
            await page.motor.start()
            await place.until("the bridge", lambda: place.slack.socket.connected >= 1)
            yield Scene(place, page)
        finally:
            await page.close()
            await place.bridge.stop(STOP_SECONDS)


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="scene")
async def scene_fixture() -> AsyncIterator[Scene]:
    """A world without seeded tickets."""
    async with staged() as scene:
        yield scene


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="scene")
async def patient_fixture() -> AsyncIterator[Scene]:
    """The same for what takes its time: answers wait until a test sends them."""
    async with staged(undo_seconds=60) as scene:
        yield scene
