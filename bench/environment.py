"""The environment of every figure: a Redis, worlds, and bridges in this process."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from redis.asyncio import Redis

from bench.load import Load
from slackbridge.app import Bridge
from slackbridge.config import load
from slackbridge.config.settings import Settings
from slackbridge.demo.world import World, secrets_of, world, write_config
from slackbridge.store.keys import DEFAULT

Changes = Mapping[str, Mapping[str, Any]]
HOUR = 3600.0
BARE: Changes = {
    "slack": {"post_seconds": 0.0},
    "replies": {"undo_seconds": 0},
    "account": {"poll_seconds": HOUR, "full_walk_seconds": HOUR, "per_second": 10_000},
}
"""No delays of our own, and no polls except the measured one."""


class CallTimes(list[str]):
    """Replaces a sandbox's `faults.seen` and records when each call arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.at: list[tuple[str, float]] = []
        self._waiting: dict[str, asyncio.Future[float]] = {}

    def append(self, operation: str, /) -> None:
        now = time.perf_counter()
        super().append(operation)
        self.at.append((operation, now))
        if (waiting := self._waiting.pop(operation, None)) is not None:
            waiting.set_result(now)

    async def next(self, operation: str, seconds: float = 15.0) -> float:
        """The `perf_counter` time of the next call of that name. Raises TimeoutError."""
        future = asyncio.get_running_loop().create_future()
        self._waiting[operation] = future
        async with asyncio.timeout(seconds):
            return float(await future)


@dataclass
class Bench:
    """The argument of every `measure`. `quick` divides all counts by ten, to try a figure out."""

    redis_url: str
    load: Load
    quick: bool = False

    def rounds(self, number: int) -> int:
        return max(3, number // 10) if self.quick else number

    @contextlib.asynccontextmanager
    async def world(self, **more: Any) -> AsyncIterator[World]:
        """A world without tickets on an empty Redis."""
        async with Redis.from_url(self.redis_url) as redis:
            await redis.flushall()
        async with world(seed=False, redis_url=self.redis_url, **more) as place:
            yield place


def settings(place: World, changes: Changes | None = None) -> Settings:
    """A bridge's configuration in this world: BARE with changes to its tables."""
    given = changes or {}
    tables = {
        name: {**BARE.get(name, {}), **given.get(name, {})} for name in {*BARE, *given} - {"routes"}
    }
    path = place.folder / "slackbridge.toml"
    write_config(path, place.slack.api_url, place.refurbed.url, place.redis_url, tables)
    return load.load(path, secrets_of(place.slack, place.refurbed))


@contextlib.asynccontextmanager
async def running(place: World, chosen: Settings) -> AsyncIterator[Bridge]:
    """A bridge in this process, connected and after its first walk."""
    bridge = Bridge(chosen, place.redis_url)
    stop = asyncio.Event()
    task = asyncio.create_task(bridge.run(stop))
    try:
        await place.until("two sockets", lambda: task.done() or place.slack.socket.connected == 2)
        for account in bridge.providers:
            await place.until("the first walk", partial(_born, bridge, account))
        yield bridge
    finally:
        stop.set()
        await task


async def _born(bridge: Bridge, account: str) -> bool:
    return bool((await bridge.store.facts(account)).born_at)


async def until_idle(bridge: Bridge, seconds: float = 30.0) -> None:
    """Wait until no pass is running or due soon. Raises TimeoutError."""
    end = time.monotonic() + seconds
    for account in bridge.providers:
        while await _busy(bridge, account):
            if time.monotonic() > end:
                raise TimeoutError(f"still busy after {seconds:g} s")
            await asyncio.sleep(0.02)


async def _busy(bridge: Bridge, account: str) -> bool:
    """One transaction: a ticket claimed between two reads would be in neither."""
    soon = (bridge.store.now() + 0.5) * 1000
    async with bridge.store.redis.pipeline(transaction=True) as pipe:
        pipe.hlen(DEFAULT.lease(account))
        pipe.zcount(DEFAULT.work(account), "-inf", soon)
        return any(await pipe.execute())


def free_port() -> int:
    """An unused port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
