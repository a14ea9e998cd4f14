"""A marketplace whose reads take longer than a lease, or fail before a reply is even tried."""

from __future__ import annotations

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, CHANNEL, World
from slackbridge.domain.model import TicketKey
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

pytestmark = pytest.mark.long

# scaled by 10: lease 1.5 s for 15, 2 s for 20; the account allows 3 s for 30
SLOW = {"lease_seconds": 1.5, "call_timeout_seconds": 1.0}
FAST = {"retry_seconds": 0.2, "retry_max_seconds": 0.5}


async def test_a_slow_marketplace_gets_its_replies(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run(replies={"undo_seconds": 0}, timing=SLOW, account={"timeout_seconds": 3.0}):
        ticket = await stage.opened()
        place.refurbed.faults.add(
            Fault("GetTicket", Phase.COMMIT, Action.DELAY, times=None, seconds=2.0)
        )
        ts = await stage.say(ticket, "Your parcel is on its way.")
        await stage.replied(ticket, "Your parcel is on its way.")
        await stage.reaction(ts, "white_check_mark")


@pytest.mark.parametrize("where", ["conversations.replies", "GetTicket"])
async def test_a_reply_that_passes_do_not_come_to_says_so_and_fails_in_the_end(
    place: World, run: Running, where: str
) -> None:
    stage = Stage(place)
    server = place.slack if where.startswith("conv") else place.refurbed
    bad = Fault(where, Phase.ARRIVAL, Action.STATUS, times=None, status=500)
    async with run(replies={"undo_seconds": 0, "fresh_minutes": 0.15}, timing=FAST) as bridge:
        ticket = await stage.opened()
        await stage.quiet(0.5)
        server.faults.add(bad)
        ts = await stage.say(ticket, "On its way.")
        if server is place.slack:
            await bridge.desk.look_again(TicketKey(ACCOUNT, str(ticket)))
        await stage.receipt(ticket, ts, "was not sent yet")
        await stage.receipt(ticket, ts, "was not sent: ")
        assert "x" in views.reactions(place.slack, CHANNEL, ts)
        server.faults.remove(bad)
        await stage.press(ticket, ts, "retry")
        await stage.replied(ticket, "On its way.")
