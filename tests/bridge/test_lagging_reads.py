"""Slack's reads may lag behind its events: one absence in one read decides nothing."""

from __future__ import annotations

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.domain.model import TicketKey
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage


async def test_a_message_that_one_reading_does_not_show_is_sent(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run(replies={"undo_seconds": 1}) as bridge:
        ticket = await stage.opened()
        ts = await stage.say(ticket, "Your parcel is on its way.")
        await stage.reaction(ts, "hourglass_flowing_sand")
        stage.slack.workspace.lag.hide(ts)
        reads = stage.slack.faults.seen.count("conversations.replies")
        await stage.read_again(bridge, TicketKey("refurbed-at", str(ticket)))
        await stage.replied(ticket, "Your parcel is on its way.")
        await stage.reaction(ts, "white_check_mark")
        assert stage.slack.workspace.lag.met == 1
        assert stage.slack.faults.seen.count("conversations.replies") == reads + 2
        assert "Not sent" not in str(views.thread(stage.slack, ticket))


async def test_a_message_that_two_readings_do_not_show_is_not(place: World, run: Running) -> None:
    """It was deleted, and nothing told of it."""
    stage = Stage(place)
    async with run(replies={"undo_seconds": 1}) as bridge:
        ticket = await stage.opened()
        ts = await stage.say(ticket, "Your parcel is on its way.")
        await stage.reaction(ts, "hourglass_flowing_sand")
        stage.slack.delivery.drop("message", times=1)
        await stage.anna.delete(CHANNEL, ts)
        key = TicketKey("refurbed-at", str(ticket))
        await stage.read_again(bridge, key)

        async def cancelled() -> bool:
            intent = await bridge.store.intent(key, ts)
            return intent is not None and intent.state == "cancelled"

        await stage.until("the second reading", cancelled)
        assert stage.replies(ticket) == []


async def test_a_message_that_no_event_told_of_is_found_by_the_next_reading(
    place: World, run: Running
) -> None:
    """The first reading shows only a younger one."""
    stage = Stage(place)
    async with run(replies={"undo_seconds": 0}) as bridge:
        ticket = await stage.opened()
        key = TicketKey("refurbed-at", str(ticket))
        await stage.read_again(bridge, key)
        stage.slack.delivery.drop("message", times=2)
        older = await stage.say(ticket, "Hello")
        await stage.say(ticket, "It is on its way.")
        stage.slack.workspace.lag.hide(older)
        await stage.read_again(bridge, key)
        await stage.replied(ticket, "It is on its way.")
        assert stage.slack.workspace.lag.met == 1
        await stage.read_again(bridge, key)
        await stage.replied(ticket, "It is on its way.", "Hello")
