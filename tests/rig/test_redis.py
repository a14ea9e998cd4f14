"""Redis restarted, killed, frozen, full or read-only during work: nothing is lost or doubled, and
while it is away no gesture is acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest
from redis.asyncio import Redis

from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.slack.errors import NotAcknowledged
from slackbridge.store import embedded
from tests.bridge.stage import Stage
from tests.rig.life import Life, living, outcome

pytestmark = [pytest.mark.long, pytest.mark.crash, pytest.mark.timeout(240)]
Hurt = Callable[[World], Awaitable[None]]
AWAY_SECONDS = 1.5
FROZEN_SECONDS = 5.0  # longer than the store waits for an answer


async def restart(place: World) -> None:
    await _away(place)
    await _back(place)


async def kill(place: World) -> None:
    assert place.redis is not None
    os.kill(place.redis.pid, signal.SIGKILL)
    await restart(place)


async def freeze(place: World) -> None:
    assert place.redis is not None
    os.kill(place.redis.pid, signal.SIGSTOP)
    await asyncio.sleep(FROZEN_SECONDS)
    os.kill(place.redis.pid, signal.SIGCONT)


async def fill(place: World) -> None:
    """Every write is refused: OOM command not allowed."""
    async with Redis.from_url(place.redis_url) as client:
        await client.config_set("maxmemory", 1)
        await asyncio.sleep(AWAY_SECONDS)
        await client.config_set("maxmemory", 0)


async def demote(place: World) -> None:
    """Every write is refused: READONLY, as after a failover."""
    async with Redis.from_url(place.redis_url) as client:
        await client.replicaof("127.0.0.1", 1)
        await asyncio.sleep(AWAY_SECONDS)
        await client.replicaof("no", "one")


async def forget_scripts(place: World) -> None:
    async with Redis.from_url(place.redis_url) as client:
        await client.script_flush()


async def _away(place: World) -> None:
    assert place.redis is not None
    await place.redis.stop()


async def _back(place: World) -> None:
    server = await embedded.start(place.folder / "redis")
    assert server.url == place.redis_url
    place.redis = server


async def hurt(place: World, wounds: dict[str, Hurt]) -> None:
    """Apply a fault to Redis at the first call of each operation."""
    for operation, wound in wounds.items():
        server = place.slack if "." in operation else place.refurbed
        await place.until(operation, partial(server.faults.seen.__contains__, operation), 40)
        await wound(place)


STOPPED = {"chat.postMessage": restart, "UpdateTicket": kill, "CreateTicket": freeze}
REFUSING = {"chat.postMessage": demote, "UpdateTicket": fill, "CreateTicket": forget_scripts}


@pytest.mark.parametrize("wounds", [STOPPED, REFUSING])
async def test_a_life_survives_what_happens_to_redis(wounds: dict[str, Hurt]) -> None:
    async with living() as life, ending(life.place):
        pid = life.place.bridge.pid
        await asyncio.gather(life.play(), hurt(life.place, wounds))
        assert (await outcome(life)).faults == []
        assert life.place.bridge.pid == pid, "the bridge lived through it"


@contextlib.asynccontextmanager
async def ending(place: World) -> AsyncIterator[None]:
    """Stop the server, which may have been replaced meanwhile."""
    yield
    await place.bridge.stop()
    assert place.redis is not None
    await place.redis.stop()


async def test_without_redis_nothing_is_acknowledged_and_nothing_is_lost(life: Life) -> None:
    async with ending(life.place):
        stage = Stage(life.place)
        await stage.opened()
        await _away(life.place)
        pressing = asyncio.create_task(
            stage.anna.click(CHANNEL, stage.root(int(life.ticket)), "ticket:claim")
        )
        await life.say("said while Redis was away")
        with pytest.raises(NotAcknowledged):
            await pressing
        assert stage.replies(int(life.ticket)) == []
        await _back(life.place)
        await stage.replied(int(life.ticket), "said while Redis was away")
        assert (await outcome(life)).faults == []
