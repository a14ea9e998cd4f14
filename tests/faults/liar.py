"""A Redis proxy that answers every EVALSHA with an error while one is set."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from tests.rig.saboteur import CHUNK, operation

OURS = ("redis.lease", "redis.make_due", "redis.pace", "redis.release", "redis.write")


class Liar:
    """`error` is the answer ('' passes calls on); `told` counts the errors sent."""

    def __init__(self, target: str) -> None:
        self.error = ""
        self.told = 0
        self._target = target

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_unix_connection(self._target)
        answers = asyncio.create_task(_pump(back, writer))
        try:
            while chunk := await reader.read(CHUNK):
                if self.error and operation(chunk) in OURS:
                    self.told += 1
                    writer.write(f"-{self.error}\r\n".encode())
                else:
                    forth.write(chunk)
        except OSError:
            return
        finally:
            answers.cancel()
            for end in (writer, forth):
                end.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
    writer.transport.abort()


@contextlib.asynccontextmanager
async def liar(url: str, socket: Path) -> AsyncIterator[tuple[Liar, str]]:
    """A proxy to the server at that unix socket, and the proxy's address."""
    target = url.removeprefix("unix://").partition("?")[0]
    found = Liar(target)
    server = await asyncio.start_unix_server(found.serve, str(socket))
    try:
        yield found, url.replace(target, str(socket))
    finally:
        server.close()
