"""What arrives in a thread that the map does not know any more is found."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from slackbridge.app import Bridge
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.domain.model import TicketKey
from slackbridge.sandbox.refurbed.vocabulary import Status
from slackbridge.store.keys import DEFAULT
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

AT_ONCE = {"undo_seconds": 0}
READ = "conversations.replies"


class Lost(Stage):
    """A ticket whose bridge was restarted, and what Redis then lost of it."""

    def __init__(self, place: World, ticket: int) -> None:
        super().__init__(place)
        self.ticket = ticket
        self.key = TicketKey("refurbed-at", str(ticket))
        self.thread = self.root(ticket)

    async def forget(self, *, record: bool) -> None:
        gone = [DEFAULT.threads(CHANNEL, self.thread)]
        if record:
            gone += [DEFAULT.ticket(self.key), DEFAULT.intents(self.key)]
        async with Redis.from_url(self.place.redis_url) as redis:
            assert await redis.delete(*gone) == len(gone)

    def reads(self) -> int:
        return self.slack.faults.seen.count(READ)


@pytest.fixture
async def lost(place: World, run: Running) -> AsyncIterator[Lost]:
    stage = Stage(place)
    async with run(replies=AT_ONCE):
        ticket = await stage.opened()
        await stage.say(ticket, "First")
        await stage.replied(ticket, "First")
        stage.market.customer_writes(ticket, "<p>more</p>")
        await stage.until("it", lambda: len(stage.mirrored(ticket)) == 2)
    async with run(replies=AT_ONCE) as bridge:
        found = Lost(place, ticket)
        await rests(bridge, found)
        yield found


async def rests(bridge: Bridge, lost: Lost) -> None:
    """Nothing of the start is left to be done for the ticket."""

    async def rests() -> bool:
        record = await bridge.store.load(lost.key)
        _, due = await bridge.store.lease(lost.key.account, 0)
        soon = due is not None and due < bridge.store.now() + 60  # later it becomes overdue
        return not soon and not record.stored.missed_at

    await lost.until("rest", rests)


async def test_a_message_in_an_expired_thread_is_sent_and_answered(lost: Lost) -> None:
    await lost.forget(record=False)
    before = lost.reads()
    ts = await lost.say(lost.ticket, "Second")
    await lost.replied(lost.ticket, "First", "Second")
    await lost.reaction(ts, "white_check_mark")
    assert lost.reads() == before + 2, "the root, and the thread"
    await lost.say(lost.ticket, "Third")
    await lost.replied(lost.ticket, "First", "Second", "Third")
    assert lost.reads() == before + 2
    lost.balanced(lost.ticket)


async def test_a_message_in_the_thread_of_an_expired_record_is_sent_once(lost: Lost) -> None:
    await lost.forget(record=True)
    ts = await lost.say(lost.ticket, "Second")
    await lost.replied(lost.ticket, "First", "Second")
    await lost.reaction(ts, "white_check_mark")
    await lost.say(lost.ticket, "Third")
    await lost.replied(lost.ticket, "First", "Second", "Third")
    lost.balanced(lost.ticket)


@pytest.mark.long
async def test_a_button_of_an_expired_thread_works_the_second_time(lost: Lost) -> None:
    await lost.forget(record=False)
    await lost.anna.click(CHANNEL, lost.thread, "ticket:solve")
    await lost.until("told", lambda: lost.anna.ephemerals(CHANNEL))
    assert "press again" in lost.anna.ephemerals(CHANNEL)[0]["text"]

    async def solved() -> bool:
        if lost.market.ticket(lost.ticket).status == Status.SOLVED:
            return True  # the card may have lost the button by now
        await lost.anna.click(CHANNEL, lost.thread, "ticket:solve")
        return False

    await lost.until("solved", solved)


@pytest.mark.long
async def test_a_thread_of_other_people_costs_one_call(lost: Lost) -> None:
    before = lost.reads()
    other = await lost.anna.say(CHANNEL, "Lunch?")
    for text in ("Yes", "At one", "Me too"):
        await lost.ben.say(CHANNEL, text, other)
    await lost.until("the call", lambda: lost.reads() > before)
    await lost.quiet()
    assert lost.reads() == before + 1
    assert not [row for row in lost.slack.workspace.thread(CHANNEL, other) if row.get("bot_id")]
    assert len(views.cards(lost.slack, lost.ticket)) == 1
