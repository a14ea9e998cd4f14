"""A world whose Redis can be stopped, killed, or rolled back to an earlier state."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from slackbridge.app import Bridge
from slackbridge.demo.world import World, world
from slackbridge.store import embedded
from tests.bridge.conftest import configured
from tests.serving import serving


@contextlib.asynccontextmanager
async def own_world() -> AsyncIterator[World]:
    """A world without tickets; its Redis server may be replaced meanwhile."""
    async with world(seed=False) as place:
        yield place
        if place.redis is not None:
            await place.redis.stop()


def journal(place: World) -> Path:
    """Redis' append-only file."""
    (found,) = (place.folder / "redis" / "appendonlydir").glob("*.incr.aof")
    return found


def moment(place: World) -> int:
    """The current length of that file: later writes can be rolled back."""
    return journal(place).stat().st_size


async def kill(place: World) -> None:
    """kill -9."""
    assert place.redis is not None
    os.kill(place.redis.pid, signal.SIGKILL)
    await place.redis.stop()


async def back(place: World) -> None:
    """Start it again on the same data."""
    place.redis = await embedded.start(place.folder / "redis")
    assert place.redis.url == place.redis_url


async def rewind(place: World, length: int) -> None:
    """Simulate a failover to a lagging replica, or a host crash: later writes are lost."""
    await kill(place)
    os.truncate(journal(place), length)
    await back(place)


@contextlib.asynccontextmanager
async def running(place: World, **changes: dict[str, Any]) -> AsyncIterator[Bridge]:
    """Run a bridge in the world, in this process."""
    async with serving(configured(place, changes), place.redis_url, place.slack) as bridge:
        yield bridge
