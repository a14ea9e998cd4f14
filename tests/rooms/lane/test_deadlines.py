"""What the passing of time alone costs in Slack: one edit of a card, when it becomes overdue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from slackbridge.domain.model import Capabilities, Conversation, Status, TicketKey
from slackbridge.domain.record import Change, Patch
from slackbridge.domain.view import OVERDUE, Card, Form, Item
from slackbridge.providers.clickbank.wire import TicketRow
from slackbridge.store.redis import connect
from tests.model.market import ACCOUNT
from tests.model.process import Process, VirtualStore, set_clock
from tests.model.slack import FakeChat, Workspace
from tests.model.world import BEGIN, World

HOUR = 3_600.0
DAY = 24 * HOUR
STEP = 240.0


class Counting(FakeChat):
    """Counts the edits of each card by what its deadline says."""

    def __init__(self, slack: Workspace) -> None:
        super().__init__(slack)
        self.edits: Counter[tuple[str, str]] = Counter()
        self.at: list[float] = []

    async def edit(self, channel: str, ts: str, item: Item, form: Form) -> None:
        assert isinstance(item, Card)
        assert isinstance(item, Card)
        self.edits[item.key.id, item.left] += 1
        self.at.append(self.slack.world.now)
        await super().edit(channel, ts, item, form)


class Tickets:
    """A marketplace in which nothing happens. `reads` counts by ticket."""

    capabilities = Capabilities(statuses=frozenset(Status))

    def __init__(self, told: Mapping[str, Conversation]) -> None:
        self.told = dict(told)
        self.reads: Counter[str] = Counter()

    async def get(self, id: str) -> Conversation:
        self.reads[id] += 1
        return self.told[id]


class Stage:
    """Tickets that are shown already, and a bridge that works through virtual time."""

    def __init__(self, redis: Redis, tickets: Mapping[str, Conversation]) -> None:
        self.redis = redis
        self.world = World()
        self.market = Tickets(tickets)
        self.chat = Counting(Workspace(self.world))
        self.restart()

    def restart(self) -> None:
        """Another process takes over."""
        self.process = Process(
            self.redis, self.world, self.chat, cast(Any, self.market), cast(Any, None)
        )

    async def shown(self) -> None:
        """All have their threads; what that cost is not counted."""
        store = VirtualStore(self.redis, self.world)
        await set_clock(self.redis, self.world)
        await store.begin_map(f"{self.world.now:.0f}")
        seen = {id: told.ticket.revision for id, told in self.market.told.items()}
        await store.make_due(ACCOUNT, dict.fromkeys(seen, self.world.now), seen)
        await self.passes(STEP)
        assert len(self.chat.slack.cards()) == len(seen)
        self.chat.edits.clear()
        self.chat.at.clear()
        self.market.reads.clear()

    async def read_again(self, *ids: str) -> None:
        """These are read for another reason."""
        store = VirtualStore(self.redis, self.world)
        await set_clock(self.redis, self.world)
        now = self.world.now
        await store.make_due(ACCOUNT, {}, {id: self.market.told[id].ticket.revision for id in ids})
        for id in ids:
            await store.write(TicketKey(ACCOUNT, id), Change(put=Patch(unread_at=now), due=now))

    async def passes(self, seconds: float) -> None:
        """Whatever is due in this time is worked on."""
        end = self.world.now + seconds
        while self.world.now < end:
            await set_clock(self.redis, self.world)
            while leases := await self.process.claim(50):
                for lease in leases:
                    await self.process.reconcile(lease)
                await set_clock(self.redis, self.world)
            self.world.advance(STEP)


@pytest.fixture
async def redis(redis_url: str) -> Any:
    client = connect(redis_url)
    yield client
    await client.aclose()


def of_clickbank(id: str, hours: float) -> Conversation:
    """A ticket of ClickBank's that is due so many hours from the beginning."""

    def text(at: float) -> str:
        return datetime.fromtimestamp(at, UTC).isoformat()

    row = TicketRow.of(
        {
            "ticketId": id,
            "type": "REFUND",
            "status": "OPEN",
            "openedDate": text(BEGIN - HOUR),
            "expirationDate": text(BEGIN + hours * HOUR),
        }
    )
    assert row is not None
    return row.conversation(ACCOUNT, "")


def tickets(many: int) -> dict[str, Conversation]:
    """The first is due in half an hour, each other an hour after the one before."""
    return {f"{n}": of_clickbank(f"{n}", n - 0.5) for n in range(1, many + 1)}


def once_overdue(chat: Counting, hours: int) -> bool:
    """Whether exactly the tickets that were due by then were edited, to say so, each once."""
    return chat.edits == {(f"{n}", OVERDUE): 1 for n in range(1, hours + 1)}


async def test_an_idle_day(redis: Redis, record_property: Callable[[str, object], None]) -> None:
    stage = Stage(redis, tickets(50))
    await stage.shown()
    await stage.passes(DAY)
    edits, reads = stage.chat.edits.total(), stage.market.reads.total()
    record_property("an idle day of 50 tickets with deadlines", f"{edits} edits, {reads} reads")
    assert once_overdue(stage.chat, 24)
    assert reads == 24
    for n, at in enumerate(stage.chat.at):
        assert 0 <= at - (BEGIN + (n + 0.5) * HOUR) < 2 * STEP


async def test_no_restart_and_no_other_reading_edits_a_card_twice(redis: Redis) -> None:
    stage = Stage(redis, tickets(4))
    await stage.shown()
    for _ in range(12):
        stage.restart()
        await stage.read_again("1", "2", "3", "4")
        await stage.passes(DAY / 12)
    assert once_overdue(stage.chat, 4)


async def test_what_became_overdue_while_nothing_ran_is_said_afterwards(redis: Redis) -> None:
    stage = Stage(redis, tickets(4))
    await stage.shown()
    stage.world.advance(2.7 * HOUR)
    stage.restart()
    await stage.passes(HOUR / 4)
    assert once_overdue(stage.chat, 3)


async def test_a_deadline_that_is_put_off_or_met_makes_nothing_overdue(redis: Redis) -> None:
    stage = Stage(redis, tickets(3))
    await stage.shown()
    two = stage.market.told["2"]
    stage.market.told["1"] = of_clickbank("1", 40)
    closed = replace(two.ticket, status=Status.CLOSED, raw_status="CLOSED", revision="closed")
    stage.market.told["2"] = replace(two, ticket=closed)
    await stage.read_again("1", "2")
    await stage.passes(DAY)
    said = {left for (id, left), _ in stage.chat.edits.items() if id != "3"}
    assert said == {""}
    assert stage.chat.edits["3", OVERDUE] == 1


async def test_an_upgrade_redraws_a_card_at_most_once_and_in_no_storm(redis: Redis) -> None:
    """An older version wrote the hours left into its cards, and read each ticket every hour."""
    stage = Stage(redis, {f"{n}": of_clickbank(f"{n}", 30) for n in range(60)})
    await stage.shown()
    store = VirtualStore(redis, stage.world)
    for n in range(60):
        at = stage.world.now + n * HOUR / 60
        old = Patch(card="0123456789ab", recheck_at=at)
        await store.write(TicketKey(ACCOUNT, f"{n}"), Change(put=old, due=at))
    stage.restart()
    await stage.passes(2 * HOUR)
    assert stage.chat.edits == {(f"{n}", ""): 1 for n in range(60)}
    assert max(Counter(at // STEP for at in stage.chat.at).values()) <= 5
