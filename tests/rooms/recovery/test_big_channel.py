"""Catching up in channels that are read for minutes, under Slack's limits, on a faster clock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.testing import capture_logs

from slackbridge.domain.model import TicketKey
from slackbridge.rooms.recovery.catch_up import CatchUp
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.messages import Message
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.client import SlackClient
from slackbridge.store.connection import connect
from slackbridge.store.redis import RedisStore
from tests.ops.pulses import pulse

ACCOUNT, CHANNEL, OTHER = "shop", "C0SUPPORT", "C0REFUNDS"
DAYS = 29
DAY = 86_400.0
GAP_HOURS = 2


@dataclass
class Hurried:
    """The shared buckets, with paces so many times faster. A block lasts as long as Slack asks."""

    store: RedisStore
    speed: float

    async def pace(self, bucket: str, who: str, interval: float, burst: int, live: bool) -> float:
        wait = await self.store.pace(bucket, who, interval / self.speed, burst, live)

        return wait

    async def block(self, bucket: str, seconds: float) -> None:
        await self.store.block(bucket, seconds)


@dataclass
class Desk:
    """What is marked, in order."""

    marked: list[str] = field(default_factory=list)

    async def look_again(self, key: TicketKey) -> None:
        self.marked.append(key.id)


@dataclass
class Town:
    """A workspace whose minute lasts 60 / `speed` seconds, and a bridge's part that catches up."""

    slack: SlackSandbox
    store: RedisStore
    chat: SlackChat
    desk: Desk = field(default_factory=Desk)

    @property
    def calls(self) -> int:
        return self.slack.faults.seen.count("conversations.history")

    def catch_up(self, *channels: str) -> CatchUp:
        desk: Any = self.desk
        return CatchUp(self.store, self.chat, desk, [ACCOUNT], channels or [CHANNEL], 3600.0)

    async def fill(self, channel: str, roots: int, answered: int) -> list[str]:
        """So many cards over a month, each with replies; some are answered in the gap. Their ids,
        newest root first.
        """
        timeline, now = self.slack.workspace.timeline(channel), self.store.now()
        found: list[str] = []
        for n in range(roots):
            begun = now - DAYS * DAY + n * (DAYS * DAY - GAP_HOURS * 3600) / roots
            root = Message(channel, f"{begun:.6f}", "a card", None, bot_id="B1")
            timeline.add(root)
            timeline.add(Message(channel, f"{begun + 1:.6f}", "old", "U0ANNA", thread_ts=root.ts))
            if n % (roots // answered) == 0:
                at = f"{now - 60 + n * 0.001:.6f}"
                timeline.add(Message(channel, at, "new", "U0ANNA", thread_ts=root.ts))
                found.insert(0, f"{channel}-{n}")
                await self.store.bind(channel, root.ts, TicketKey(ACCOUNT, found[0]))
        await self.store.note(ACCOUNT, {"listened_at": now - GAP_HOURS * 3600})
        return found

    async def answer(self, channel: str, root: int) -> str:
        """Somebody answers in the root of that number."""
        timeline = self.slack.workspace.timeline(channel)
        ts = timeline.visible()[root].ts
        at = f"{self.store.now():.6f}"
        timeline.add(Message(channel, at, "late", "U0ANNA", thread_ts=ts))
        await self.store.bind(channel, ts, TicketKey(ACCOUNT, f"{root}"))
        return f"{root}"

    async def when(self, what: Any) -> None:
        async with asyncio.timeout(60):
            while not what():  # noqa: ASYNC110 - it is the sandbox that counts
                await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def town(redis_url: str, speed: float) -> AsyncIterator[Town]:
    store = RedisStore(connect(redis_url))
    await store.sync()
    slack = await SlackSandbox.start()
    slack.limits.speed = speed
    client = SlackClient(slack.bot_token, slack.api_url, Hurried(store, speed))
    await client.open()
    try:
        yield Town(slack, store, SlackChat(client))
    finally:
        await client.close()
        await slack.stop()
        await store.close()


@pytest.mark.long
@pytest.mark.timeout(120)
async def test_twenty_thousand_roots_are_read_through_a_restart_of_slack(redis_url: str) -> None:
    """Until now this never ended: over the limit after some fifty calls, and then from page one."""
    async with town(redis_url, speed=20) as place:
        answered = await place.fill(CHANNEL, 20_000, 250)
        catch_up = place.catch_up()
        reading = asyncio.create_task(catch_up.run())
        await place.when(lambda: place.calls >= 40)
        assert answered[0] in place.desk.marked, "page by page"
        told = catch_up.progress()
        assert "channel C0SUPPORT, " in told[0]
        assert ", back to 20" in told[0]
        away = Fault("conversations.history", Phase.ARRIVAL, Action.RESET, times=2)
        place.slack.faults.add(away)
        place.slack.workspace.cursors += 1
        await reading
        assert away.struck == 2
        assert sorted(place.desk.marked) == sorted(answered), "each of them, and once"
        assert place.calls <= 20_000 / 200 + 10, "on from the place reached"
        assert sum(place.slack.limits.refused.values()) <= 2
        assert (await place.store.facts(ACCOUNT)).listened_at > place.store.now() - 60
        assert catch_up.progress() == []


async def test_a_start_after_a_kill_covers_the_gap_and_the_newest_come_first(
    redis_url: str,
) -> None:
    async with town(redis_url, speed=60) as place:
        answered = await place.fill(CHANNEL, 4_000, 40)
        listened = (await place.store.facts(ACCOUNT)).listened_at
        killed = asyncio.create_task(place.catch_up().run())
        await place.when(lambda: place.calls >= 8)
        killed.cancel()
        await asyncio.gather(killed, return_exceptions=True)
        assert (await place.store.facts(ACCOUNT)).listened_at == listened
        assert 0 < len(place.desk.marked) < 40, "it ends at once, though reading it all takes long"
        assert place.desk.marked == answered[: len(place.desk.marked)]
        place.desk.marked.clear()
        await place.catch_up().run()
        assert sorted(place.desk.marked) == sorted(answered)


async def test_a_gap_in_the_middle_begins_at_the_newest_and_ends_below(redis_url: str) -> None:
    async with town(redis_url, speed=60) as place:
        answered = await place.fill(CHANNEL, 4_000, 40)
        catch_up = place.catch_up()
        reading = asyncio.create_task(catch_up.run())
        await place.when(lambda: place.calls >= 8)
        before = len(place.desk.marked)
        await catch_up.run()
        await reading
        assert answered[0] in place.desk.marked[before : before + 4], "after the page under way"
        assert set(place.desk.marked) == set(answered)
        assert place.calls <= 20 + 12, "what was read before the gap is read again, no more"


async def test_one_slow_channel_holds_no_other_back(redis_url: str) -> None:
    async with town(redis_url, speed=60) as place:
        await place.fill(CHANNEL, 4_000, 40)
        answered = await place.fill(OTHER, 10, 5)
        reading = asyncio.create_task(place.catch_up(CHANNEL, OTHER).run())
        await place.when(lambda: set(answered) <= set(place.desk.marked))
        assert place.calls < 10
        await reading


async def test_an_app_that_is_distributed_gets_on_and_says_how_long_it_takes(
    redis_url: str,
) -> None:
    """A minute of Slack's lasts a tenth of a second here; only a refusal costs a whole one."""
    async with town(redis_url, speed=600) as place:
        place.slack.limits.restricted = True
        answered = await place.fill(CHANNEL, 150, 10)
        catch_up = place.catch_up()
        with capture_logs() as logs:
            reading = asyncio.create_task(catch_up.run())
            await place.when(lambda: "left" in " ".join(catch_up.progress()))
            await reading
        assert place.desk.marked == answered
        assert [log["event"] for log in logs].count("history.restricted") == 1
        assert place.calls <= 10 + 3, "15 rows a call, and few refusals"


async def test_a_sweep_of_a_big_channel_is_cheap_and_finds_old_threads_in_turn(
    redis_url: str,
) -> None:
    """Until now each sweep, every two minutes, read all of it."""
    async with town(redis_url, speed=600) as place:
        await place.fill(CHANNEL, 4_000, 40)
        catch_up = place.catch_up()
        await catch_up.run()
        await asyncio.sleep(1.1)  # marks are whole seconds
        place.desk.marked.clear()
        marks = []
        answered = [await place.answer(CHANNEL, n) for n in (3_990, 2_010, 10)]
        for _ in range(4):
            before = place.calls
            await catch_up.sweep(0.001)
            assert place.calls - before <= 10
            marks.append((await place.store.facts(ACCOUNT)).listened_at)
            await asyncio.sleep(0.01)
        assert place.desk.marked == answered, "each once, the newest root first"
        assert marks[0] == marks[1] < marks[-1], "only a whole lap moves the mark"


async def test_readyz_says_how_far_it_is(redis_url: str) -> None:
    """And is ready meanwhile: what is heard and sent now does not wait."""
    async with town(redis_url, speed=60) as place:
        await place.fill(CHANNEL, 4_000, 40)
        catch_up = place.catch_up()
        health = pulse(place.store, catch_up.progress)
        assert health.state()["catching_up"] == []
        reading = asyncio.create_task(catch_up.run())
        await place.when(lambda: "back to" in str(health.state()["catching_up"]))
        assert await health.not_stored() == ""
        await reading
        assert health.state()["catching_up"] == []
