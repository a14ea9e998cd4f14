"""The workers across a failover to a Redis server that may lack the last writes."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from slackbridge.demo.waiting import until
from slackbridge.ports.store import Lease
from slackbridge.rooms.lane.lane import Lane
from slackbridge.rooms.lane.workers import Workers
from slackbridge.store import embedded
from slackbridge.store.redis import RedisStore, connect

ACCOUNT = "shop"


class Log:
    """What happened, in order; also a lane that has nothing to do."""

    def __init__(self, store: RedisStore) -> None:
        self.lines: list[str] = []
        self._store = store

    async def meet(self) -> None:
        self.lines.append("met")

    async def reconcile(self, claim: Lease) -> None:
        await self._store.release(claim, None)
        self.lines.append(f"worked on {claim.key.id}")

    async def until(self, line: str) -> None:
        await until(line, lambda: line in self.lines)


async def marked(redis: Redis, *ids: str) -> None:
    """Another process has found that they changed."""
    store = RedisStore(redis)
    await store.sync()
    await store.make_due(ACCOUNT, dict.fromkeys(ids, store.now()), {})


async def kept(redis: Redis) -> None:
    """All writes so far are in the file: on a busy disk that may take seconds."""
    await redis.set("last", "1")
    with suppress(ResponseError):  # before Redis 7.2
        await cast(Any, redis).execute_command("WAITAOF", 1, 0, 10_000)


async def test_another_server_is_met_before_anything_is_done_that_it_may_have_forgotten(
    tmp_path: Path,
) -> None:
    server = await embedded.start(tmp_path)
    ours, theirs = connect(server.url), connect(server.url)
    store = RedisStore(ours)
    log = Log(store)
    await store.sync()
    workers = Workers(store, {ACCOUNT: cast(Lane, cast(Any, log))}, 60, log.meet)
    await marked(theirs, "1")
    work = asyncio.create_task(workers.run())
    try:
        await log.until("worked on 1")
        await kept(theirs)
        os.kill(server.pid, signal.SIGKILL)
        await server.stop()
        server = await embedded.start(tmp_path)
        await marked(theirs, "2")  # the workers are idle, and learn of both by their next claim
        workers.wake()
        await log.until("worked on 2")
        assert log.lines == ["met", "worked on 1", "met", "worked on 2"]
    finally:
        await workers.stop(1)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await ours.aclose()
        await theirs.aclose()
        await server.stop()
