"""A Redis that is full, read-only or silent: it is seen, told once, and hinders no stop.

What it costs in work is tried in test_redis.py and tests/rig/test_redis.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from slackbridge.app import Bridge
from slackbridge.cli import doctor
from slackbridge.demo.waiting import until
from slackbridge.demo.world import World, world
from slackbridge.ops import health, outage, service
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.bridge.conftest import configured
from tests.bridge.stage import Stage
from tests.faults.server import running

pytestmark = pytest.mark.long

State = Callable[[World], AbstractAsyncContextManager[None]]


@contextlib.asynccontextmanager
async def full(place: World) -> AsyncIterator[None]:
    async with Redis.from_url(place.redis_url) as redis:
        await redis.config_set("maxmemory", 1)
        try:
            yield
        finally:
            await redis.config_set("maxmemory", 0)


@contextlib.asynccontextmanager
async def read_only(place: World) -> AsyncIterator[None]:
    """A replica, as after a failover behind one address."""
    async with Redis.from_url(place.redis_url) as redis:
        await redis.replicaof("127.0.0.1", "1")
        try:
            yield
        finally:
            await redis.replicaof("NO", "ONE")


@contextlib.asynccontextmanager
async def silent(place: World) -> AsyncIterator[None]:
    """The server is stopped: connections stay, and nothing is answered."""
    assert place.redis is not None
    os.kill(place.redis.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(place.redis.pid, signal.SIGCONT)


STATES: dict[str, tuple[State, str]] = {
    "full": (full, "memory is full; raise maxmemory"),
    "read-only": (read_only, "replica"),
    "silent": (silent, "Redis does not answer"),
}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def ready(port: int) -> tuple[int, dict[str, Any], float]:
    """What /readyz answers, and after how many seconds."""
    url, begun = f"http://127.0.0.1:{port}/readyz", time.monotonic()
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        told = await answer.json()
        return answer.status, told, time.monotonic() - begun


@pytest.mark.parametrize("name", STATES)
async def test_it_is_seen_and_told_once(
    place: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, words = STATES[name]
    port, stage = free_port(), Stage(place)
    monkeypatch.setattr(service, "BEAT_SECONDS", 0.3)
    monkeypatch.setattr(health, "BEAT_SECONDS", 0.3)
    monkeypatch.setattr(outage, "LASTS_SECONDS", 1.0)
    async with running(place, ops={"health_port": port}, replies={"undo_seconds": 0}):
        ticket = await stage.opened()
        assert (await ready(port))[0] == 200

        def told() -> list[str]:
            rows = place.slack.workspace.history("C0OPS")
            return [row["text"] for row in rows if "The bridge (" in row["text"]]

        with capture_logs() as lines:
            async with state(place):
                status, body, seconds = await ready(port)
                assert status == 503
                assert words in body["why"]
                assert seconds < 2.5
                await until("Slack is told", told)
                assert words in told()[0]
                await stage.quiet(2.0)
            await until("it is back", lambda: len(told()) == 2)
            assert "can store again" in told()[-1]
        assert (await ready(port))[0] == 200
        events = [line["event"] for line in lines]
        for event in ("redis.takes_nothing", "redis.back"):
            assert events.count(event) == 1, events
        assert events.count("lease.unavailable") <= 1, events
        ts = await stage.say(ticket, "Hello")
        await stage.reaction(ts, "white_check_mark")
        await stage.quiet(0.5)
        assert stage.replies(ticket) == ["Hello"]
        stage.balanced(ticket)


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("begun", [False, True], ids=["at the start", "at work"])
async def test_a_stop_takes_less_than_ten_seconds(place: World, name: str, begun: bool) -> None:
    state, _ = STATES[name]
    bridge, stop = Bridge(configured(place, {}), place.redis_url), asyncio.Event()
    async with contextlib.AsyncExitStack() as stack:
        if begun:
            task = asyncio.create_task(bridge.run(stop))
            await until("both sockets", lambda: place.slack.socket.connected == 2)
            await Stage(place).opened()
            slow = Fault("chat.postMessage", Phase.ANSWER, Action.DELAY, times=None, seconds=1.0)
            place.slack.faults.add(slow)
            place.refurbed.customer_opens(html="<p>another</p>")
            await until("a pass is under way", lambda: slow.struck)
            await stack.enter_async_context(state(place))
            await asyncio.sleep(1.5)
        else:
            await stack.enter_async_context(state(place))
            task = asyncio.create_task(bridge.run(stop))
            await until("it waits", lambda: bridge.pulse.waiting)
            await asyncio.sleep(0.5)
        since = time.monotonic()
        stop.set()
        await task
        assert time.monotonic() - since < 10


@pytest.mark.parametrize("name", STATES)
async def test_the_doctor_finds_it_and_does_not_hang(place: World, name: str) -> None:
    state, words = STATES[name]
    bridge = Bridge(configured(place, {}), place.redis_url)
    await bridge.chat.client.open()
    try:
        async with state(place):
            begun = time.monotonic()
            found = await doctor.examine(bridge)
            assert time.monotonic() - begun < 20
    finally:
        await bridge.close()
    bad = [finding for finding in found if not finding.ok]
    (redis,) = [finding for finding in bad if finding.what == "redis"]
    assert redis.remedy
    assert name == "silent" or words in redis.found
    assert any(finding.what == "slack bot token" and finding.ok for finding in found)


async def test_a_stop_with_a_silent_server_of_our_own(tmp_path: Path) -> None:
    """The whole process, which also ends its server."""
    data = tmp_path / "redis"
    async with world(seed=False) as place:
        path = place.folder / "slackbridge.toml"
        text = path.read_text("utf-8")
        url = f"url = {json.dumps(place.redis_url)}"
        path.write_text(text.replace(url, f"data_dir = {json.dumps(str(data))}"), "utf-8")
        await place.bridge.start()
        await place.until("both sockets", lambda: place.slack.socket.connected == 2)
        server = int(json.loads((data / "lock").read_text("utf-8"))["server"])
        os.kill(server, signal.SIGSTOP)
        await asyncio.sleep(0.5)
        begun = time.monotonic()
        assert await place.bridge.stop(15) == 0
        assert time.monotonic() - begun < 10
        with pytest.raises(ProcessLookupError):
            os.kill(server, 0)
