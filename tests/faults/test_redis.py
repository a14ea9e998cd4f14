"""Redis loses what it had acknowledged, or answers oddly. Each test names its invariants.

Restart, kill -9, READONLY, OOM, a freeze and SCRIPT FLUSH: tests/rig/test_redis.py.
FLUSHALL: tests/bridge/test_rebuild.py. Redis away: tests/bridge/test_catch_up.py.
"""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.rooms.inbound.desk import UNCERTAIN
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.errors import NotAcknowledged
from slackbridge.sandbox.slack.people import Person
from tests.bridge.stage import Stage
from tests.faults.liar import liar
from tests.faults.server import moment, own_world, rewind, running
from tests.rig.saboteur import Saboteur

pytestmark = [pytest.mark.long, pytest.mark.timeout(60)]
AT_ONCE = {"replies": {"undo_seconds": 0}}


async def busy_second(stage: Stage, old: int) -> tuple[int, str]:
    """Every kind of write of a bridge, to be rolled back."""
    ticket = await stage.opened("<p>a new ticket</p>")
    stage.market.customer_writes(old, "<p>one more thing</p>")
    await stage.until("it", lambda: len(stage.mirrored(old)) == 2)
    ts = await stage.say(old, "an answer")
    await stage.replied(old, "an answer")
    await stage.reaction(ts, "white_check_mark")
    return ticket, ts


async def well(stage: Stage, old: int, ticket: int) -> None:
    """Nothing is lost, nothing doubled, and everything goes on."""
    stage.market.customer_writes(old, "<p>thank you</p>")
    stage.market.customer_writes(ticket, "<p>hello?</p>")
    await stage.until("more", lambda: len(stage.mirrored(old)) >= 3)
    await stage.until("more", lambda: len(stage.mirrored(ticket)) >= 2)
    await stage.quiet()
    assert stage.replies(old) == ["an answer"]
    for each in (old, ticket):
        stage.balanced(each)


@pytest.mark.parametrize(
    ("restarted", "torn"),
    [(False, 0), (True, 0), (True, 9)],
    ids=["bridge runs", "bridge restarted", "torn"],
)
async def test_a_second_that_redis_lost_is_not_done_again(
    place: World, restarted: bool, torn: int
) -> None:
    """F12; I1, I2, I3, I8. The file may end in the middle of a command."""
    stage = Stage(place)
    async with running(place, **AT_ONCE):
        old = await stage.opened("<p>an old ticket</p>")
        await stage.quiet(0.3)
        before = moment(place) + torn
        ticket, ts = await busy_second(stage, old)
        await stage.quiet(0.3)
        if not restarted:
            await rewind(place, before)
            await well(stage, old, ticket)
    if restarted:
        await rewind(place, before)
        async with running(place, **AT_ONCE):
            await well(stage, old, ticket)
    assert "white_check_mark" in views.reactions(place.slack, CHANNEL, ts)


async def test_a_server_that_forgot_what_a_pass_has_just_posted(place: World) -> None:
    """F12; I1, I2: the pass began on the old server, and the new one knows its lease."""
    stage, slack = Stage(place), {"post_seconds": 0.0, "post_burst": 20}
    async with running(place, slack=slack):
        third = Fault("chat.postMessage", Phase.ANSWER, Action.DELAY, skip=2, seconds=0.5)
        sixth = Fault("chat.postMessage", Phase.ANSWER, Action.DELAY, skip=5, seconds=1.5)
        place.slack.faults.add(third)
        place.slack.faults.add(sixth)
        (ticket,) = place.refurbed.bulk(1, messages=9)
        await stage.until("the third post", lambda: third.struck)
        before = moment(place)
        await stage.until("the sixth post", lambda: sixth.struck)
        await rewind(place, before)
        await stage.until("all", lambda: len(stage.mirrored(ticket)) >= 9)
        place.refurbed.customer_writes(ticket, "<p>thank you</p>")
        await stage.until("more", lambda: len(stage.mirrored(ticket)) >= 10)
        await stage.quiet()
        stage.balanced(ticket)


async def test_a_server_that_knows_only_that_a_card_was_begun(place: World) -> None:
    """F12; I1, I2: the thread may hold more than the card that is found."""
    stage = Stage(place)
    async with running(place, slack={"post_seconds": 0.0, "post_burst": 20}):
        slow = Fault("chat.postMessage", Phase.ANSWER, Action.DELAY, seconds=0.5)
        place.slack.faults.add(slow)
        (ticket,) = place.refurbed.bulk(1, messages=3)
        await stage.until("its card", lambda: slow.struck)
        before = moment(place)
        await stage.until("all", lambda: len(stage.mirrored(ticket)) == 3)
        await rewind(place, before)
        place.refurbed.customer_writes(ticket, "<p>thank you</p>")
        await stage.until("more", lambda: len(stage.mirrored(ticket)) >= 4)
        await stage.quiet()
        stage.balanced(ticket)


@pytest.mark.parametrize("restarted", [False, True], ids=["bridge runs", "bridge restarted"])
async def test_a_reply_accepted_in_a_lost_second_is_sent(place: World, restarted: bool) -> None:
    """F12; I7, I12."""
    stage = Stage(place)
    slowly = {"replies": {"undo_seconds": 1.2}}
    async with running(place, **slowly):
        ticket = await stage.opened()
        await stage.quiet(0.3)
        before = moment(place)
        ts = await stage.say(ticket, "an answer")
        await stage.receipt(ticket, ts, "goes out")
        if not restarted:
            await rewind(place, before)
            await stage.replied(ticket, "an answer")
            await stage.reaction(ts, "white_check_mark")
    if restarted:
        await rewind(place, before)
        async with running(place, **slowly):
            await stage.replied(ticket, "an answer")
            await stage.reaction(ts, "white_check_mark")
    await stage.quiet(0.3)
    assert stage.replies(ticket) == ["an answer"]
    receipts = [r for r in views.thread(place.slack, ticket) if views.effect_of(r) == f"w:{ts}"]
    assert len(receipts) == 1
    stage.balanced(ticket)


ERRORS = (
    "LOADING Redis is loading the dataset in memory",
    "MISCONF Errors writing to the AOF file: No space left on device",
    "BUSY Redis is busy running a script",
)


async def test_what_redis_refuses_is_not_acknowledged_and_comes_later() -> None:
    """F11, F24; I7, I8, I12."""
    await asyncio.gather(*(refuses(error) for error in ERRORS))


def told_in_vain(pressing: asyncio.Task[object], anna: Person) -> bool:
    """Whether she knows that nothing came of it: from Slack (no answer), or in our words."""
    told = [row["text"] for row in anna.ephemerals(CHANNEL)]
    return isinstance(pressing.exception(), NotAcknowledged) or UNCERTAIN in told


async def refuses(error: str) -> None:
    """Answer every script with this error for a while."""
    async with (
        own_world() as place,
        liar(place.redis_url, place.folder / "liar") as (between, place.redis_url),
    ):
        stage = Stage(place)
        place.slack.socket.redelivery = 1.0
        async with running(place, **AT_ONCE):
            ticket = await stage.opened()
            between.error = error
            pressing = asyncio.create_task(
                stage.anna.click(CHANNEL, stage.root(ticket), "ticket:claim")
            )
            ts = await stage.say(ticket, "an answer")
            stage.market.customer_writes(ticket, "<p>more</p>")
            await asyncio.gather(pressing, return_exceptions=True)
            assert between.told
            assert told_in_vain(pressing, stage.anna)
            assert stage.replies(ticket) == []
            between.error = ""
            await stage.replied(ticket, "an answer")
            await stage.reaction(ts, "white_check_mark")
            await stage.until("more", lambda: len(stage.mirrored(ticket)) == 2)
            await stage.quiet(0.5)
            assert stage.replies(ticket) == ["an answer"]
            stage.balanced(ticket)


async def test_a_line_to_redis_that_breaks_all_the_time(place: World) -> None:
    """F11; I1, I2, I7, I8. A partition: requests and answers are dropped."""
    stage = Stage(place)
    saboteur = await Saboteur.start(place.redis_url)
    place.redis_url = saboteur.url
    for phase in (Phase.ARRIVAL, Phase.ANSWER):
        swallowed = Fault("redis.*", phase, Action.RESET, times=None, probability=0.03)
        saboteur.faults.add(swallowed)

    def both(ticket: int) -> bool:
        return len(stage.mirrored(ticket)) == 2

    async with running(place, **AT_ONCE):
        tickets = [await stage.opened() for _ in range(2)]
        said = [await stage.say(ticket, "an answer") for ticket in tickets]
        for ticket in tickets:
            stage.market.customer_writes(ticket, "<p>more</p>")
        for ticket, ts in zip(tickets, said, strict=True):
            await stage.replied(ticket, "an answer")
            await stage.reaction(ts, "white_check_mark")
            await stage.until("more", partial(both, ticket))
        await stage.quiet(0.5)
        for ticket in tickets:
            assert stage.replies(ticket) == ["an answer"]
            stage.balanced(ticket)
    await saboteur.stop()
