"""One ticket's whole life and a world for it: for Redis' faults and for several processes."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from slackbridge.demo.world import ACCOUNT, World, world
from tests.rig.cast import Cast
from tests.rig.ledger import Verdict, audit
from tests.rig.rig import HASTY, nursed, rested
from tests.rig.shop import shop


class Life(Cast):
    """Acts in a world whose bridge may be killed and restarted at any time."""

    def __init__(self, place: World) -> None:
        super().__init__(place, shop(place, ACCOUNT), 1)

    async def play(self) -> None:
        """The whole life. Raises Missed if a step never shows its outcome."""
        line = self.place.slack.socket
        await self.sees("the bridge", lambda: line.connected >= 2)
        await self.opened()
        self.shop.writes(self.ticket, "second complaint")
        await self._answered()
        await self._answered_in_a_modal()
        await self._solved_by_a_button()
        await self._followed_up()

    async def _answered(self) -> None:
        first = await self.say("first answer")
        await self.say("// a note for colleagues", note=True)
        hasty = await self.say("a hasty answer")
        await self.insist("undo", lambda: self.press(hasty, "undo"), lambda: self.decided(hasty))
        await self.sees("the first answer", lambda: self.sent("first answer"))
        await self.sees("its receipt", lambda: self.decided(first))

    async def _answered_in_a_modal(self) -> None:
        text = "second answer"
        await self.modal("ticket:reply", text, {"how": {"how": "send_solve"}})
        await self.sees("the second answer", lambda: self.sent(text))
        await self.sees("solved", lambda: "Solved by" in self.card())

    async def _solved_by_a_button(self) -> None:
        self.shop.writes(self.ticket, "third complaint")
        await self.sees("open again", lambda: "ticket:solve" in self.buttons())
        await self.insist(
            "solve", lambda: self.click("ticket:solve"), lambda: "Solved by" in self.card()
        )

    async def _followed_up(self) -> None:
        """A closed ticket refuses a reply, and its card offers what is possible instead."""
        self.place.refurbed.close(int(self.ticket))
        await self.say("too late")
        await self.sees("the offer", lambda: "ticket:follow_up" in self.buttons())
        await self.modal("ticket:follow_up", "is all well?")
        await self.sees("the follow-up", lambda: self.sent("is all well?"))


@contextlib.asynccontextmanager
async def living(redis_url: str = "") -> AsyncIterator[Life]:
    """A life in its own world, without a fault proxy, on that Redis or one of its own."""
    async with world(extra=HASTY, seed=False, redis_url=redis_url) as place:
        await place.bridge.start()
        async with nursed(place.bridge):
            yield Life(place)


async def outcome(life: Life) -> Verdict:
    """The verdict once no work is left."""
    return await rested(life.place, lambda: audit(life))
