"""A world with a running bridge behind the page, and tickets for the tests.

Import `scene_fixture` into a module of browser tests. Its tests share the world, so each uses
tickets of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest_asyncio

from slackbridge.demo import views
from slackbridge.demo.page.customer import CustomerMessage
from slackbridge.demo.page.page import Page
from slackbridge.demo.page.routes import Routes
from slackbridge.demo.serve import SETTINGS, STOP_SECONDS, UNDO_SECONDS
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
        """The page's address of its thread."""
        return f"{self.channel}/{self.ts}"

    @property
    def customer_page(self) -> str:
        """The page's address of the customer's view of it."""
        return f"customers/{self.market}/{self.ticket}"


class Scene:
    """The world, as tests see it without the browser."""

    def __init__(self, place: World, page: Page) -> None:
        self.place = place
        self.page = page
        self.url = place.slack.url
        self.slack = place.slack

    async def opens(
        self, market: str = "refurbed", text: str = "Where is it?", **more: Any
    ) -> Case:
        """A customer opens a ticket; returns when its thread exists."""
        facts = {"name": KIM, "email": "kim.muster@example.com", "text": text, **more}
        return await self.arrived(market, self.page.markets.open(market, CustomerMessage(**facts)))

    async def arrived(self, market: str, ticket: str | int, channel: str = CHANNEL) -> Case:
        """Wait for the thread of a ticket that was opened."""
        await self.place.until("a thread", lambda: views.mirrored(self.slack, ticket, channel))
        return Case(market, str(ticket), channel, views.cards(self.slack, ticket, channel)[0]["ts"])

    def answers(self, case: Case) -> list[str]:
        """The merchant's replies to the customer, oldest first."""
        ticket = self.page.markets.market(case.market).ticket(case.ticket)
        return [line.text for line in ticket.history if line.by == "merchant" and not line.internal]

    async def answered(self, case: Case, *texts: str) -> None:
        """Wait until the customer has exactly these replies."""
        await self.place.until(f"{texts}", lambda: self.answers(case) == list(texts))


@asynccontextmanager
async def staged(*, seed: bool = False, undo_seconds: float = UNDO_SECONDS) -> AsyncIterator[Scene]:
    """A world like `slackbridge demo`'s; `seed` fills it with tickets as there."""
    routes = Routes()
    settings = {**SETTINGS, "replies": {"undo_seconds": undo_seconds}}
    async with world(extra=settings, seed=seed, markets=ALL, extend=routes.add_to) as place:
        page = routes.show(place)
        try:
            await page.bridge.start()
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
    """The same with a long undo window: replies wait until a test sends them."""
    async with staged(undo_seconds=60) as scene:
        yield scene
