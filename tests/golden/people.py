"""People who are patient and stubborn: the machine may be busy, and a press may go unheard."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from redis import Redis

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, Missed, World
from slackbridge.sandbox.slack.errors import NotAcknowledged, NotPossible
from slackbridge.sandbox.slack.people import Person
from tests.bridge.stage import Stage

PATIENCE_SECONDS = 150.0
AGAIN_SECONDS = 5.0
Done = Callable[[], Any]


class People(Stage):
    """What people do and see in a world, and what is stored of it."""

    def __init__(self, place: World, redis: Redis) -> None:
        super().__init__(place)
        self.until = self._patiently
        self._redis = redis

    async def _patiently(
        self,
        what: str,
        probe: Callable[[], Any | Awaitable[Any]],
        seconds: float = PATIENCE_SECONDS,
    ) -> Any:
        return await self.place.until(what, probe, seconds)

    async def insist(self, what: str, act: Callable[[], Awaitable[Any]], done: Done) -> None:
        """Do it, and again as long as nothing shows that it was done."""
        end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            with contextlib.suppress(NotAcknowledged, NotPossible):
                await act()
            try:
                await self.place.until(what, done, AGAIN_SECONDS)
                return
            except Missed:
                if asyncio.get_running_loop().time() > end:
                    raise

    # -- what they do --------------------------------------------------------------------------

    async def press(self, ticket: int, intent: str, button: str, words: str = "") -> None:
        """Press a button of a receipt, until that has changed the intent."""

        def found() -> dict[str, Any] | None:
            row = views.receipt(self.slack, ticket, intent)
            return row if row and f"intent:{button}" in views.buttons(row) else None

        row = await self.until(f"button {button}", found)
        before = self.intent(ticket, intent)
        await self.insist(
            button,
            lambda: self.anna.click(CHANNEL, row["ts"], f"intent:{button}"),
            lambda: self.intent(ticket, intent) != before,
        )

    async def choose(self, card: dict[str, Any], name: str, done: Done) -> None:
        """Press a button of a card, or choose it from its menu."""
        await self.insist(name, lambda: choose(self.anna, CHANNEL, card, name), done)

    async def submit(self, view: str, entered: dict[str, str]) -> None:
        """Fill a modal in and submit it."""
        values = {name: {name: value} for name, value in entered.items()}
        await self.insist(
            "submit",
            lambda: self.anna.submit(view, values),
            lambda: view not in [modal["id"] for modal in self.anna.modals()],
        )

    # -- what is stored ------------------------------------------------------------------------

    def fields(self, ticket: int) -> dict[str, str]:
        """The record of a ticket."""
        return self._hash(f"sb:{{refurbed-at}}:t:{ticket}")

    def intents(self, ticket: int | str) -> dict[str, str]:
        """The intents of a ticket, or of the account (`~`)."""
        return self._hash(f"sb:{{refurbed-at}}:i:{ticket}")

    def intent(self, ticket: int | str, id: str) -> dict[str, Any]:
        """An intent; empty if it is not stored."""
        return dict(json.loads(self.intents(ticket).get(id, "{}")))

    def _hash(self, name: str) -> dict[str, str]:
        found: Any = self._redis.hgetall(name)
        return {k.decode(): v.decode() for k, v in found.items()}


async def choose(person: Person, channel: str, card: dict[str, Any], name: str) -> None:
    """Press a button of a card, or choose it from its menu."""
    if f"ticket:{name}" in views.buttons(card):
        await person.click(channel, card["ts"], f"ticket:{name}")
    else:
        await person.click(channel, card["ts"], "ticket:more", selected_option=name)


async def shut(person: Person) -> None:
    """Close every modal."""
    for modal in person.modals():
        await person.close_view(str(modal["id"]))
