"""The server epoch: since when the Redis server that answers now has answered us.

Detects a server that was restarted, restored or promoted. It may have lost the last second of
writes, and never says so. Asked on every new connection, before any other command, is in turn:

* INFO: the run id, new at each start, and the replication id, new at each promotion;
* where INFO is refused (a user without `@dangerous`), our mark: a script that we have loaded lies
  in the memory of that process alone and is lost at its end. On a Redis Cluster also the
  configuration epoch, new at each promotion. Redis before 7 replicates scripts: no mark there;
* where nothing tells, each connection made again after it broke counts as another server. That is
  safe and costs the reading back of a page of each channel.

On a Redis Cluster every server that takes over slots, also by resharding, begins an epoch of all.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis, UnixDomainSocketConnection
from redis.exceptions import RedisError, ResponseError

from slackbridge.store.connection import is_cluster
from slackbridge.store.refusals import CLUSTER, IS_SENTINEL, IsReplica, WrongServer

SCRIPTS_NOT_REPLICATED = 7  # the first version of Redis


class _UnixConnection(UnixDomainSocketConnection):
    async def _connect(self) -> None:
        # Without the base class' own greeting, which checks the health before it is authenticated.
        connecting = asyncio.open_unix_connection(self.path)
        self._reader, self._writer = await asyncio.wait_for(connecting, self.socket_connect_timeout)


@dataclass(frozen=True, slots=True)
class _Server:
    """Who answers; `id` '' = it does not tell in which life of which server."""

    id: str
    proof: str
    replica: bool = False
    mode: str = ""  # standalone, cluster or sentinel
    fresh: bool = False  # it has certainly not answered us before


class ServerEpoch:
    """Meets the server of every new connection."""

    def __init__(self, redis: Redis, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._at = monotonic()
        self._since: float | None = None
        self._many = is_cluster(redis)
        self._met: set[str] = set()
        self._mark = ""
        self._marking = asyncio.Lock()
        self._connections: weakref.WeakSet[Any] = weakref.WeakSet()
        self._over = False
        self.proof = ""
        """What tells one server from another: info, mark, connection; '' = none was met yet."""
        for options in _connection_options(redis):
            options["redis_connect_func"] = self._greet
        if not self._many and redis.connection_pool.connection_class is UnixDomainSocketConnection:
            redis.connection_pool.connection_class = _UnixConnection

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
        server = await self._asked(connection)
        if server.mode == "sentinel":
            raise WrongServer(IS_SENTINEL)
        if server.mode == "cluster" and not self._many and await _shards(connection) > 1:
            raise WrongServer(CLUSTER)
        if not server.replica:
            self._meet(server, connection)
        elif self._many:
            connection.mark_for_reconnect()  # it answers where the slots are, and may be promoted
        else:
            raise IsReplica

    def _meet(self, server: _Server, connection: Any) -> None:
        self.proof = server.proof
        again = not server.id and connection in self._connections
        self._connections.add(connection)
        if again or server.fresh or server.id not in self._met:
            self._met = {*self._met, server.id} if self._many else {server.id}
            self._at, self._since = self._monotonic(), None

    async def _asked(self, connection: Any) -> _Server:
        try:
            told = dict(_lines(await _answer(connection, "INFO")))
        except ResponseError:
            told = {}
        if run := told.get("run_id"):
            return _Server(
                f"{run} {told.get('master_replid', '')}",
                "info",
                replica=told.get("role") == "slave",
                mode=told.get("redis_mode") or told.get("server_mode", ""),
            )
        return await self._hello(connection)

    async def _hello(self, connection: Any) -> _Server:
        """The same without INFO."""
        try:
            told = _pairs(await _answer(connection, "HELLO"))
        except ResponseError:
            return _Server("", "connection")
        replica, mode = told.get("role") in ("replica", "slave"), told.get("mode", "")
        major = told.get("version", "").partition(".")[0]
        if replica or not major.isdigit() or int(major) < SCRIPTS_NOT_REPLICATED:
            return _Server("", "connection", replica=replica, mode=mode)
        async with self._marking:
            return await self._marked(connection, mode)

    async def _marked(self, connection: Any, mode: str) -> _Server:
        """Look for our mark, and leave one."""
        try:
            epoch = await _configuration_epoch(connection) if self._many else ""
            known = self._mark and await _has(connection, self._mark)
            if not known:
                if not self._mark or not self._many:  # another: it may come back to this server
                    self._mark = f"return '{secrets.token_hex(8)}'"
                await _answer(connection, "SCRIPT", "LOAD", self._mark)
        except ResponseError:  # a Sentinel has no scripts
            return _Server("", "connection", mode=mode)
        return _Server(f"{self._mark} {epoch}", "mark", mode=mode, fresh=not known)


def _connection_options(redis: Redis) -> Iterator[dict[str, Any]]:
    """The arguments of the connections to come."""
    if not is_cluster(redis):
        yield redis.connection_pool.connection_kwargs
        return
    nodes = cast(Any, redis).nodes_manager
    yield nodes.connection_kwargs
    for node in nodes.startup_nodes.values():
        yield node.connection_kwargs


async def _shards(connection: Any) -> int:
    """How many nodes hold slots; 0 = it does not tell."""
    try:
        told = dict(_lines(await _answer(connection, "CLUSTER", "INFO")))
    except ResponseError:
        return 0
    return int(told.get("cluster_size", "0"))


async def _configuration_epoch(connection: Any) -> str:
    """That of the node, or of its master."""
    told = dict(_lines(await _answer(connection, "CLUSTER", "INFO")))
    return told.get("cluster_my_epoch", "")


async def _has(connection: Any, script: str) -> bool:
    name = hashlib.sha1(script.encode()).hexdigest()  # noqa: S324 - Redis names them so
    return bool((await _answer(connection, "SCRIPT", "EXISTS", name))[0])


async def _answer(connection: Any, *command: str) -> Any:
    await connection.send_command(*command, check_health=False)
    return await connection.read_response()


def _lines(told: bytes | str) -> Iterator[tuple[str, str]]:
    for line in _text(told).splitlines():
        name, _, value = line.partition(":")
        yield name, value


def _pairs(told: Any) -> dict[str, str]:
    """A map, which is a list to clients of the older protocol."""
    items = told.items() if isinstance(told, dict) else zip(told[::2], told[1::2], strict=False)
    return {_text(name): _text(value) for name, value in items}


def _text(told: object) -> str:
    return told.decode() if isinstance(told, bytes) else str(told)
