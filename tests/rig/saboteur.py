"""A fault proxy between the bridge and Redis: it forwards and counts every command, and applies
faults. An operation is `redis.` and a command, or the name of one of our scripts.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
from importlib.resources import files
from typing import Self
from urllib.parse import unquote, urlsplit

from slackbridge.sandbox.faults import Action, Fault, Faults, Phase, wake
from slackbridge.store.common import script

SCRIPTS = {
    hashlib.sha1(script(name).encode()).hexdigest(): name  # noqa: S324 - Redis names them so
    for file in files("slackbridge.store").joinpath("scripts").iterdir()
    if (name := file.name.removesuffix(".lua")) != file.name
}
CHUNK = 1 << 16


class Cut(Exception):
    """The connection is closed by a fault."""


class Saboteur:
    """Listens on a loopback port. `faults` are set as on any sandbox server."""

    def __init__(self, target: str, faults: Faults | None = None) -> None:
        self.faults = faults or Faults("redis")
        self._target = urlsplit(target)
        self._lines: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @classmethod
    async def start(cls, target: str, faults: Faults | None = None) -> Self:
        """Start a proxy to the server at that address; several may share their faults."""
        saboteur = cls(target, faults)
        saboteur._server = await asyncio.start_server(saboteur._serve, "127.0.0.1")
        return saboteur

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for line in self._lines:
            line.transport.abort()
        await asyncio.sleep(0)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._target.scheme == "unix":
            return await asyncio.open_unix_connection(unquote(self._target.path))
        return await asyncio.open_connection(self._target.hostname, self._target.port or 6379)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        try:
            server_reader, server = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        self._lines.add(server)
        line = _Line(self.faults, reader, writer, server_reader, server)
        tasks = [asyncio.create_task(line.asks()), asyncio.create_task(line.answers())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)
            for end in (writer, server):
                end.transport.abort()
                self._lines.discard(end)


class _Line:
    """One connection: request and answer in turn."""

    def __init__(
        self,
        faults: Faults,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server_reader: asyncio.StreamReader,
        server: asyncio.StreamWriter,
    ) -> None:
        self._faults = faults
        self._reader, self._writer = reader, writer
        self._server_reader, self._server = server_reader, server
        self._asked = ""

    async def asks(self) -> None:
        with contextlib.suppress(Cut, OSError):
            while chunk := await self._reader.read(CHUNK):
                self._asked = operation(chunk)
                self._faults.seen.append(self._asked)
                await self._strike(Phase.ARRIVAL)
                self._server.write(chunk)
                await self._server.drain()

    async def answers(self) -> None:
        with contextlib.suppress(Cut, OSError):
            while chunk := await self._server_reader.read(CHUNK):
                await self._strike(Phase.ANSWER)
                if fault := self._faults.at(self._asked, Phase.HALF):
                    self._writer.write(chunk[: len(chunk) // 2])
                    await self._writer.drain()
                    await _act(fault)
                    raise Cut
                self._writer.write(chunk)
                await self._writer.drain()
                await self._strike(Phase.AFTER)
                self._asked = ""

    async def _strike(self, phase: Phase) -> None:
        if self._asked and (fault := self._faults.at(self._asked, phase)):
            await _act(fault)


async def _act(fault: Fault) -> None:
    match fault.action:
        case Action.DELAY:
            await asyncio.sleep(fault.seconds)
        case Action.KILL:
            await asyncio.sleep(fault.seconds)
            os.kill(fault.pid, signal.SIGKILL)
            raise Cut
        case Action.STOP:
            os.kill(fault.pid, signal.SIGSTOP)
            asyncio.get_running_loop().call_later(fault.seconds, wake, fault.pid)
        case _:
            raise Cut


def operation(chunk: bytes) -> str:
    """The operation of a request; of a pipeline, its first command."""
    words = chunk[:400].split(b"\r\n")
    if not chunk.startswith(b"*") or len(words) < 3:
        return ""  # the rest of a long one
    name = words[2].decode("ascii", "replace").lower()
    if name == "evalsha" and len(words) > 4:
        name = SCRIPTS.get(words[4].decode("ascii", "replace"), name)
    return f"redis.{name}"
