"""A bridge in mid-work: what is under way when it is killed. Played once, for `record.py`.

Everything that can be open is open: posts, replies, an undo window, questions to people. Tickets
are named after what they are about.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from redis import Redis

from slackbridge.demo.world import QUICK, Table, World
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.golden.scene import LONG_HTML, Scene

HANGS_SECONDS = 60.0
CALL_SECONDS = 6.0
UNDO_SECONDS = 12.0
BUSY: Table = {
    **QUICK,
    "replies": {"undo_seconds": UNDO_SECONDS},
    "start": {"recent_hours": 0},
    "timing": {
        **QUICK["timing"],
        "lease_seconds": CALL_SECONDS + 1,
        "call_timeout_seconds": CALL_SECONDS,
    },
}
"""Settings of the bridge that is killed, and of the one that takes over."""


class MidWork:
    """Plays until the moment at which the bridge is to be killed."""

    def __init__(self, place: World, redis: Redis) -> None:
        self.place = place
        self.scene = Scene(place, redis)
        self.tickets: dict[str, int] = {}
        self.said: dict[str, str] = {}

    async def play(self) -> None:
        for name in ("asleep", "asleep too"):
            self.tickets[name] = self.place.refurbed.customer_opens()
        await self.place.bridge.start()
        await self.scene.until("the notice", self.scene.notices)
        await self._ended()
        await self._asked()
        await self._refused()
        await self._doubted()
        for name in ("arrived", "lost", "posting", "queued"):
            await self._open(name)
        await self._hanging()

    async def _open(self, name: str, html: str = "<p>Hello</p>") -> int:
        self.tickets[name] = await self.scene.ticket(name, html)
        return self.tickets[name]

    async def _say(self, name: str, text: str, *files: str) -> str:
        self.said[name] = await self.scene.say(self.tickets[name], name, text, *files)
        return self.said[name]

    async def _send(self, name: str, text: str) -> None:
        await self._say(name, text)
        await self.scene.stage.press(self.tickets[name], self.said[name], "send_now")

    # -- what rests ----------------------------------------------------------------------------

    async def _ended(self) -> None:
        """Answered, and solved."""
        ticket = await self._open("ended")
        await self._send("ended", "It is on its way.")
        await self.scene.stage.reaction(self.said["ended"], "white_check_mark")
        await self.scene.status(ticket, "solve")
        await self.scene.until("its end", lambda: "end" in self.scene.fields(ticket))

    async def _asked(self) -> None:
        """A note, and something held that people are asked about."""
        await self._open("kept")
        note = await self._say("kept", "// for colleagues")
        await self.scene.stage.reaction(note, "lock")
        ticket = await self._open("held")
        held = await self._say("held", "See the picture", "picture.png")
        await self.scene.stage.reaction(held, "grey_question")
        await self.scene.stage.receipt(ticket, held, "Files")

    async def _refused(self) -> None:
        ticket = await self._open("failed")
        no = Fault("UpdateTicket", Phase.COMMIT, Action.STATUS, status=400)
        self.place.refurbed.faults.add(no)
        await self._send("failed", "Please send it back.")
        await self.scene.stage.reaction(self.said["failed"], "x")
        await self.scene.stage.receipt(ticket, self.said["failed"], "was not sent")

    async def _doubted(self) -> None:
        """The answer was lost, and at the marketplace stands something like it."""
        ticket = await self._open("doubted")
        faults = self.place.refurbed.faults
        slow = faults.add(Fault("UpdateTicket", Phase.ARRIVAL, Action.DELAY, seconds=1))
        faults.add(Fault("UpdateTicket", Phase.COMMIT, Action.RESET))
        await self._send("doubted", "We shall exchange the battery next week.")
        await self.scene.until("the call", lambda: slow.struck)
        alike = "<p>We shall exchange the battery next month.</p>"
        self.place.refurbed.merchant_writes(ticket, alike)
        await self.scene.stage.reaction(self.said["doubted"], "warning")
        await self.scene.stage.receipt(ticket, self.said["doubted"], "similar message")

    # -- what hangs ----------------------------------------------------------------------------

    async def _hanging(self) -> None:
        """Two replies, a card and two parts of messages; last, a reply that waits."""
        for name, phase in (("arrived", Phase.ANSWER), ("lost", Phase.COMMIT)):
            hung = self._hang(self.place.refurbed.faults, "UpdateTicket", phase)
            await self._send(name, f"This one {name}.")
            await self.scene.until(f"the call of {name}", partial(getattr, hung, "struck"))
        await self._half()
        hung = self._hang(self.place.slack.faults, "chat.postMessage", Phase.ANSWER)
        self.place.refurbed.customer_writes(self.tickets["posting"], "<p>More</p>")
        await self.scene.until("the post", lambda: hung.struck)
        hung = self._hang(self.place.slack.faults, "chat.postMessage", Phase.ANSWER)
        self.tickets["new"] = self.place.refurbed.customer_opens(html="<p>New</p>")
        await self.scene.until("the card", lambda: hung.struck)
        ticket = self.tickets["queued"]
        queued = await self._say("queued", "This one waits.")
        await self.scene.stage.receipt(ticket, queued, "goes out")
        await self.scene.stage.reaction(queued, "hourglass_flowing_sand")

    async def _half(self) -> None:
        """The first part of a long message stands; the second never arrives."""
        hung = self._hang(self.place.slack.faults, "chat.postMessage", Phase.COMMIT, skip=2)
        self.tickets["half"] = self.place.refurbed.customer_opens(html=LONG_HTML)
        await self.scene.until("half of it", lambda: hung.struck)

    def _hang(self, faults: Any, operation: str, phase: Phase, skip: int = 0) -> Fault:
        fault: Fault = faults.add(
            Fault(operation, phase, Action.DELAY, skip=skip, seconds=HANGS_SECONDS)
        )
        return fault
