"""The people of one run: a customer, two agents, one ticket.

People press a button again until the thread shows its effect. Every request is recorded, for the
comparison of the ledgers.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from slackbridge.demo import views
from slackbridge.demo.waiting import Missed
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.refurbed.files import sample
from slackbridge.sandbox.slack.errors import NotAcknowledged, NotPossible
from slackbridge.sandbox.slack.people import Person
from tests.rig.shop import Id, Shop

STEP_SECONDS = 120.0  # patience for a busy machine
AGAIN_SECONDS = 1.5


@dataclass(slots=True)
class Asked:
    """Something an agent asked for. `ts` is their thread message, '' if a modal was used.

    `texts` are what may reach the customer of it: one of them, once, with the file.
    """

    texts: list[str]
    ts: str = ""
    note: bool = False
    file: str = ""


class Cast:
    """Acts in a world whose bridge may be killed and restarted at any time."""

    def __init__(self, place: World, shop: Shop, number: int) -> None:
        self.place = place
        self.shop = shop
        self.anna = place.slack.person("anna")
        self.ben = place.slack.person("ben")
        self.asked: list[Asked] = []
        self._number = number
        self._before = set(shop.tickets())

    def text(self, words: str) -> str:
        """A text that no other run uses."""
        return f"{words} {self._number}"

    @property
    def tickets(self) -> Sequence[Id]:
        """The tickets of this run; the first is the one it is about."""
        return [ticket for ticket in self.shop.tickets() if ticket not in self._before]

    @property
    def ticket(self) -> Id:
        return self.tickets[0]

    # -- the customer --------------------------------------------------------------------------

    async def opened(self) -> None:
        """A ticket, and its thread with the first message."""
        self.shop.opens(self.text("first complaint"))
        await self.sees("a thread", lambda: self.mirrored() == 1)

    # -- the agents ----------------------------------------------------------------------------

    async def say(
        self, text: str, *, who: Person | None = None, note: bool = False, file: str = ""
    ) -> Asked:
        """Somebody writes in the thread, whether or not the bridge is running."""
        files = [{"name": file, "content": sample(file)[1]}] if file else []
        ts = await (who or self.anna).say(CHANNEL, text, self.root(), files=files)
        asked = Asked([text], ts, note, file)
        self.asked.append(asked)
        return asked

    async def modal(self, button: str, text: str, more: dict[str, Any] | None = None) -> None:
        """Somebody opens a modal from the card, writes in it and submits it."""
        card, people = self.root(), self.anna
        menu = button not in self.buttons()
        press = ("ticket:more", button.partition(":")[2]) if menu else (button, None)
        await self.insist(
            "a modal",
            lambda: people.click(CHANNEL, card, press[0], selected_option=press[1]),
            people.modals,
        )
        view = str(people.modals()[-1]["id"])
        self.asked.append(Asked([text]))
        entered = {"text": {"text": text}, **(more or {})}
        await self.insist(
            "submit",
            lambda: people.submit(view, entered),
            lambda: all(modal["id"] != view for modal in people.modals()),
        )
        for left in people.modals():
            await people.close_view(str(left["id"]))

    async def click(self, button: str) -> None:
        """Anna presses a button of the card."""
        await self.anna.click(CHANNEL, self.root(), button)

    async def press(self, asked: Asked, button: str) -> None:
        """Anna presses a button of a receipt. Raises NotPossible while it is not there."""
        row = self._receipt(asked)
        if not row:
            raise NotPossible("no receipt yet")
        await self.anna.click(CHANNEL, row["ts"], f"intent:{button}")

    async def insist(
        self, what: str, act: Callable[[], Awaitable[Any]], done: Callable[[], Any]
    ) -> None:
        """Act, and repeat until `done`."""
        end = asyncio.get_running_loop().time() + STEP_SECONDS
        pause = 0.05
        while not done():
            if asyncio.get_running_loop().time() > end:
                raise Missed(f"in vain: {what}")
            with contextlib.suppress(NotAcknowledged, NotPossible):
                await act()
                pause = AGAIN_SECONDS
            with contextlib.suppress(Missed):
                await self.place.until(what, done, pause)

    async def sees(self, what: str, probe: Callable[[], Any]) -> None:
        await self.place.until(what, probe, STEP_SECONDS)

    # -- what they see -------------------------------------------------------------------------

    def sent(self, *texts: str) -> int:
        """How often the marketplace was given one of these texts for the customer."""
        return sum(text in texts for _, text in self.shop.replies(self.tickets))

    def root(self) -> str:
        return str(views.cards(self.place.slack, self.ticket)[0]["ts"])

    def card(self) -> str:
        found = views.cards(self.place.slack, self.ticket) if self.tickets else []
        return views.shown(found[0]) if found else ""

    def buttons(self) -> list[str]:
        found = views.cards(self.place.slack, self.ticket)
        return views.buttons(found[0]) if found else []

    def mirrored(self) -> int:
        return len(views.mirrored(self.place.slack, self.ticket))

    def files(self, ticket: Id) -> list[str]:
        """The names of the files in a thread that the bridge has shared."""
        us = self.place.slack.bot_user_id
        rows = [r for r in views.thread(self.place.slack, ticket) if r.get("user") == us]
        return [str(file["name"]) for row in rows for file in row.get("files", ())]

    def offers(self, asked: Asked, button: str) -> bool:
        """Whether the receipt of it has that button."""
        return f"intent:{button}" in views.buttons(self._receipt(asked))

    def reactions(self, asked: Asked) -> set[str]:
        return views.reactions(self.place.slack, CHANNEL, asked.ts)

    def words(self, asked: Asked) -> str:
        """What the thread says of a message."""
        return views.shown(self._receipt(asked))

    def decided(self, asked: Asked) -> bool:
        """Whether the thread says what became of a message."""
        return "white_check_mark" in self.reactions(asked) or "Not sent" in self.words(asked)

    def _receipt(self, asked: Asked) -> dict[str, Any]:
        rows = (views.receipt(self.place.slack, ticket, asked.ts) for ticket in self.tickets)
        return next(filter(None, rows), {})
