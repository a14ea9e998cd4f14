"""A Redis that answers with a refusal: one line names it, and nothing hangs."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from slackbridge.demo.waiting import until
from slackbridge.domain.errors import Code, Later
from slackbridge.domain.record import Change, Patch
from slackbridge.store import embedded
from slackbridge.store.common import awaited
from slackbridge.store.redis import RedisStore, connect
from tests.store.commands import commanded
from tests.values import KEY

SOON = 20.0  # seconds; it hung for good, or recursed a thousand calls deep


@pytest.fixture
async def guarded_server(tmp_path: Path) -> AsyncIterator[str]:
    """The socket of a server that wants the password `secret`."""
    socket = tmp_path / "s"
    options = ("--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path))
    program = embedded.find_program()
    process = await asyncio.create_subprocess_exec(
        program, *options, "--requirepass", "secret", stdout=subprocess.DEVNULL
    )
    await until("the server", socket.exists, 30)
    yield str(socket)
    process.terminate()
    await process.wait()


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[RedisStore]:
    store = RedisStore(connect(url))
    yield store
    await store.close()


@pytest.mark.parametrize(
    ("given", "words"),
    [("", "wants a password"), ("?password=wrong", "does not accept the user or the password")],
)
async def test_a_password_that_is_missing_or_wrong(
    guarded_server: str, given: str, words: str
) -> None:
    async with opened(f"unix://{guarded_server}{given}") as store:
        began = time.monotonic()
        with pytest.raises(Later, match=words) as refused:
            await store.sync()
        assert time.monotonic() - began < SOON
    assert refused.value.code == Code.REDIS
    assert "\n" not in refused.value.reason


async def test_refusals_of_a_command_are_named(guarded_server: str) -> None:
    url = f"unix://{guarded_server}?password=secret"
    async with opened(url) as store, Redis.from_url(url) as admin:
        change = Change(put=Patch(revision="1"))
        assert await store.write(KEY, change)
        await admin.config_set("maxmemory", "1")
        with pytest.raises(Later, match="its memory is full"):
            await store.make_due(KEY.account, {KEY.id: 1.0}, {})
        await admin.config_set("maxmemory", "0")
        await awaited(admin.replicaof("127.0.0.1", 1))
        with pytest.raises(Later, match="it is a replica"):
            await store.write(KEY, change)


@pytest.mark.crash
@pytest.mark.parametrize(
    "command", ["check", "run", pytest.param("health", marks=pytest.mark.long)]
)
async def test_commands_say_it_and_end(guarded_server: str, tmp_path: Path, command: str) -> None:
    """`check` and `health` end with 1; `run` waits, says so, and stops when it is told to."""
    url = f"unix://{guarded_server}"
    code, said = await commanded(tmp_path, command, url, until="it wants a password")
    assert code == (0 if command == "run" else 1)
    assert said.count("\n") < 30
