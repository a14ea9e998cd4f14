"""`slackbridge demo`: start, README commands, stop, and a port in use."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from slackbridge.config.load import child_environment

Process = asyncio.subprocess.Process


@contextlib.asynccontextmanager
async def demo(port: int) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "slackbridge", "demo", "--port", str(port)),
        env=child_environment({}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def readme(url: str) -> str:
    """The output of the README's commands for scripts, one line each."""
    page = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    block = (
        page.partition("### Drive it from a script")[2].partition("```sh\n")[2].partition("```")[0]
    )
    commands = re.sub(r"( *#.*)?\n", "; echo\n", block.replace("http://127.0.0.1:8030", url))
    shell = await asyncio.create_subprocess_exec(
        *("sh", "-ec", commands), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await shell.communicate()
    assert shell.returncode == 0
    lines = out.decode().strip()
    assert len(lines.split()) > 4
    return re.sub(r"\n+", "\n", lines)


@pytest.mark.crash
@pytest.mark.timeout(120)
async def test_it_says_where_it_is_and_ends_at_once_though_pages_are_open() -> None:
    async with demo(0) as process, aiohttp.ClientSession() as session:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        for answer in (await readme(url)).splitlines():
            assert json.loads(answer)["ok"]
        streams = [await session.get(f"{url}/page/events") for _ in range(3)]
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
        assert time.monotonic() - begun < 6, "usually it is one second"
        assert (process.returncode, err) == (0, b"")
        assert b"nothing leaves this machine" in out
        for stream in streams:
            stream.close()


async def test_a_port_that_is_taken_is_named_with_the_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with demo(port) as process:
            out, err = await process.communicate()
    assert (process.returncode, out) == (2, b"")
    assert err.decode().startswith(f"Port {port} is taken")
    assert f"--port {port + 1}" in err.decode()
