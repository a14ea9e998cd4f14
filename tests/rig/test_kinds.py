"""A bridge behind Sentinels or on a Redis Cluster, whose master is killed in mid-work: every
customer's message is shown once, every reply is at the marketplace once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from slackbridge.demo.world import ACCOUNT, World
from slackbridge.store.keys import DEFAULT
from tests.bridge.stage import Stage
from tests.rig.cast import Asked
from tests.rig.ledger import audit
from tests.rig.life import Life, living, outcome
from tests.store import servers

pytestmark = [
    pytest.mark.crash,
    pytest.mark.long,
    pytest.mark.timeout(240),
    pytest.mark.skipif(bool(servers.missing()), reason=servers.missing()),
]
Failover = Callable[[], Awaitable[None]]
CROWD = 4
ANSWERS = 3


async def at_first(place: World, operation: str, strike: Failover) -> None:
    """Strike at the first call of an operation."""
    server = place.slack if "." in operation else place.refurbed
    await place.until(operation, partial(server.faults.seen.__contains__, operation), 60)
    await strike()


async def a_life(url: str, operation: str, strike: Failover) -> None:
    """Everything that can be asked of one ticket."""
    async with living(url) as life:
        pid = life.place.bridge.pid
        await asyncio.gather(life.play(), at_first(life.place, operation, strike))
        assert (await outcome(life)).faults == []
        assert life.place.bridge.pid == pid, "the bridge lived through it"


async def a_crowd(url: str, strike: Failover) -> None:
    """Many customers and answers at once, in the middle of which the master is killed."""
    async with living(url) as life:
        place, stage = life.place, Stage(life.place)
        await place.until("the bridge", lambda: place.slack.socket.connected >= 2)
        tickets = place.refurbed.bulk(CROWD, messages=2)
        await asyncio.gather(*(_served(life, stage, ticket) for ticket in tickets), strike())
        # Slack lets 50 threads a minute be read, and all of them are.
        await place.until("balance", lambda: not audit(life).faults, 90)
        assert (await outcome(life)).faults == []


async def _served(life: Life, stage: Stage, ticket: int) -> None:
    """Its customer writes and gets answers, in turn."""
    await life.place.until("its thread", partial(stage.mirrored, ticket), 60)
    for n in range(ANSWERS):
        life.place.refurbed.customer_writes(ticket, f"<p>question {n} of {ticket}</p>")
        text = f"answer {n} to {ticket}"
        life.asked.append(Asked([text], await stage.say(ticket, text)))
        await life.place.until("its answer", partial(life.sent, text), 60)


async def test_a_life_behind_sentinels() -> None:
    async with servers.sentinels() as watched:
        await a_life(watched.url, "UpdateTicket", watched.failover)


async def test_a_crowd_behind_sentinels() -> None:
    async with servers.sentinels() as watched:

        async def strike() -> None:
            await asyncio.sleep(2.0)
            await watched.failover()

        await a_crowd(watched.url, strike)


async def test_a_life_on_a_cluster() -> None:
    async with servers.cluster(replicas=True) as slots:
        kill = partial(slots.failover, DEFAULT.work(ACCOUNT))
        await a_life(slots.url, "chat.postMessage", kill)


async def test_a_crowd_on_a_cluster() -> None:
    """The account's primary is killed, then one that holds other keys."""
    async with servers.cluster(replicas=True) as slots:

        async def strike() -> None:
            await asyncio.sleep(2.0)
            await slots.failover(DEFAULT.work(ACCOUNT))
            promoted = await slots.owner(DEFAULT.work(ACCOUNT))
            names = [DEFAULT.work(f"other-{n}") for n in range(40)]
            others = [name for name in names if await slots.owner(name) is not promoted]
            await slots.failover(others[0])

        await a_crowd(slots.url, strike)
