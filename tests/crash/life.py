"""One ticket's life, short: what customers and an agent do, and do again if nothing answered.

People are stubborn and look at the screen: a button is pressed again while the thread does not
show what it does. Whatever was asked for is written down, for the ledgers to be compared with.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, QUICK, Missed, Table, World
from slackbridge.sandbox.slack.errors import NotAcknowledged, NotPossible

HASTY: Table = {
    **QUICK,
    "replies": {"undo_seconds": 0.6},
    "timing": {
        **QUICK["timing"],
        "lease_seconds": 2,
        "call_timeout_seconds": 1.5,
        "settle_seconds": 0.5,
        "retry_max_seconds": 1,
    },
}
STEP_SECONDS = 40.0  # the machine may be busy; it is waited for only as long as needed
AGAIN_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Asked:
    """Something an agent asked for. `ts` is their thread message, '' if a modal was used."""

    text: str
    ts: str = ""
    note: bool = False


class Life:
    """Plays in a world whose bridge runs, and may be killed and started again meanwhile."""

    def __init__(self, place: World) -> None:
        self.place = place
        self.asked: list[Asked] = []
        self.ticket = 0
        self.anna = place.slack.person("anna")

    async def play(self) -> None:
        """The whole life. Raises Missed if a step never shows its outcome."""
        line = self.place.slack.socket
        await self._sees("the bridge", lambda: line.connected >= 2)
        await self.complains()
        await self.answered()
        await self.answered_in_a_modal()
        await self.solved_by_a_button()
        await self.followed_up()

    # -- steps ---------------------------------------------------------------------------------

    async def complains(self) -> None:
        market = self.place.refurbed
        self.ticket = market.customer_opens(html="<p>first complaint</p>")
        await self._sees("a thread", lambda: self._mirrored() == 1)
        market.customer_writes(self.ticket, "<p>second complaint</p>")

    async def answered(self) -> None:
        first = await self.say("first answer")
        await self.say("// a note for colleagues", note=True)
        hasty = await self.say("a hasty answer")
        await self._insist(
            "undo", lambda: self._press_receipt(hasty, "undo"), lambda: self._decided(hasty)
        )
        await self._sees("the first answer", lambda: self.sent("first answer"))
        await self._sees("its receipt", lambda: self._decided(first))

    async def answered_in_a_modal(self) -> None:
        text = "second answer"
        await self._through_modal("ticket:reply", text, {"how": {"how": "send_solve"}})
        await self._sees("the second answer", lambda: self.sent(text))
        await self._sees("solved", lambda: "Solved by" in self.card())

    async def solved_by_a_button(self) -> None:
        self.place.refurbed.customer_writes(self.ticket, "<p>third complaint</p>")
        await self._sees("open again", lambda: "ticket:solve" in self._buttons())
        await self._insist(
            "solve",
            lambda: self.anna.click(CHANNEL, self._root(), "ticket:solve"),
            lambda: "Solved by" in self.card(),
        )

    async def followed_up(self) -> None:
        """A closed ticket refuses a reply, and its card offers what is possible instead."""
        self.place.refurbed.close(self.ticket)
        await self.say("too late")
        await self._sees("the offer", lambda: "ticket:follow_up" in self._buttons())
        await self._through_modal("ticket:follow_up", "is all well?", {})
        await self._sees("the follow-up", lambda: self.sent("is all well?"))

    # -- what people do ------------------------------------------------------------------------

    async def say(self, text: str, *, note: bool = False) -> str:
        """Anna writes in the thread; whether the bridge lives is not her concern."""
        ts = await self.anna.say(CHANNEL, text, self._root())
        self.asked.append(Asked(text, ts, note))
        return ts

    async def _through_modal(self, button: str, text: str, more: dict[str, Any]) -> None:
        await self._insist(
            "a modal", lambda: self.anna.click(CHANNEL, self._root(), button), self.anna.modals
        )
        view = str(self.anna.modals()[-1]["id"])
        self.asked.append(Asked(text))
        entered = {"text": {"text": text}, **more}
        await self._insist(
            "submit", lambda: self.anna.submit(view, entered), lambda: not self._open(view)
        )
        for left in self.anna.modals():
            await self.anna.close_view(str(left["id"]))

    def _open(self, view: str) -> bool:
        return any(modal["id"] == view for modal in self.anna.modals())

    async def _press_receipt(self, ts: str, button: str) -> None:
        row = views.receipt(self.place.slack, self.ticket, ts)
        if row is not None:
            await self.anna.click(CHANNEL, row["ts"], f"intent:{button}")

    async def _insist(
        self, what: str, act: Callable[[], Awaitable[Any]], done: Callable[[], Any]
    ) -> None:
        """Do it, and again as long as nothing shows that it was done."""
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

    async def _sees(self, what: str, probe: Callable[[], Any]) -> None:
        await self.place.until(what, probe, STEP_SECONDS)

    # -- what they see -------------------------------------------------------------------------

    def sent(self, text: str) -> int:
        """How often the marketplace was given a text for a customer."""
        entries = self.place.refurbed.ledger.all("reply")
        return sum(e.data["text"] == text and e.data["scope"] == "PUBLIC" for e in entries)

    def card(self) -> str:
        found = views.cards(self.place.slack, self.ticket)
        return views.shown(found[0]) if found else ""

    def _decided(self, ts: str) -> bool:
        """Whether the thread says what became of a message."""
        words = views.shown(views.receipt(self.place.slack, self.ticket, ts) or {})
        seen = views.reactions(self.place.slack, CHANNEL, ts)
        return "white_check_mark" in seen or "Not sent" in words

    def _buttons(self) -> list[str]:
        found = views.cards(self.place.slack, self.ticket)
        return views.buttons(found[0]) if found else []

    def _mirrored(self) -> int:
        return len(views.mirrored(self.place.slack, self.ticket))

    def _root(self) -> str:
        return str(views.cards(self.place.slack, self.ticket)[0]["ts"])
