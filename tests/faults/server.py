"""A world whose Redis can be hurt: stopped, killed, taken back to an earlier moment, or cut off."""

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
    """A world without tickets; the server at its end may be another than at its beginning."""
    async with world(seed=False) as place:
        yield place
        if place.redis is not None:
            await place.redis.stop()


def journal(place: World) -> Path:
    """The file that Redis appends every write to."""
    (found,) = (place.folder / "redis" / "appendonlydir").glob("*.incr.aof")
    return found


def moment(place: World) -> int:
    """Now, as a length of that file: what comes later can be lost."""
    return journal(place).stat().st_size


async def kill(place: World) -> None:
    """kill -9."""
    assert place.redis is not None
    os.kill(place.redis.pid, signal.SIGKILL)
    await place.redis.stop()


async def back(place: World) -> None:
    """Start it again with what is left."""
    place.redis = await embedded.start(place.folder / "redis")
    assert place.redis.url == place.redis_url


async def rewind(place: World, length: int) -> None:
    """A failover to a server that lags behind, or a crash of the host: later writes are lost."""
    await kill(place)
    os.truncate(journal(place), length)
    await back(place)


@contextlib.asynccontextmanager
async def running(place: World, **changes: dict[str, Any]) -> AsyncIterator[Bridge]:
    """Run a bridge in the world, in this process."""
    async with serving(configured(place, changes), place.redis_url, place.slack) as bridge:
        yield bridge
