"""The server epoch: since when the Redis server that answers now has answered us.

Detects a server that was restarted, restored or promoted. It may have lost the last second of
writes, and never says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis, UnixDomainSocketConnection
from redis.exceptions import RedisError, ResponseError


class _UnixConnection(UnixDomainSocketConnection):
    async def _connect(self) -> None:
        # Without the base class' own greeting, which checks the health before it is authenticated.
        connecting = asyncio.open_unix_connection(self.path)
        self._reader, self._writer = await asyncio.wait_for(connecting, self.socket_connect_timeout)


class ServerEpoch:
    """Asks for the server's run id on every new connection, before any other command."""

    def __init__(self, redis: Redis, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._at = monotonic()
        self._since: float | None = None
        self._server = ""
        self._over = False
        pool = redis.connection_pool
        pool.connection_kwargs["redis_connect_func"] = self._greet
        if pool.connection_class is UnixDomainSocketConnection:
            pool.connection_class = _UnixConnection

    def since(self, offset: float) -> float:
        """The epoch in Unix seconds; it stays the same until another server answers."""
        if self._since is None:
            self._since = self._at + offset
        return self._since

    def end(self) -> None:
        """Refuse new connections: a late call would leave one open."""
        self._over = True

    async def _greet(self, connection: Any) -> None:
        if self._over:
            raise RedisError("the store is closed")
        # With a health check it would connect again, to greet again, without end.
        await connection.on_connect_check_health(check_health=False)
        server = await _run_id(connection)
        if server and server != self._server:
            self._server, self._at, self._since = server, self._monotonic(), None


async def _run_id(connection: Any) -> str:
    """The server's id, new at each start; '' where it is not told."""
    await connection.send_command("INFO", "server", check_health=False)
    try:
        told = await connection.read_response()
    except ResponseError:
        return ""
    text = told.decode() if isinstance(told, bytes) else str(told)
    return dict(line.partition(":")[::2] for line in text.splitlines()).get("run_id", "")
