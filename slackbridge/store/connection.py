"""The client of each kind of Redis, made from its address."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from redis.asyncio import Redis, Sentinel
from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.driver_info import DriverInfo

from slackbridge.ports.redis_address import RedisAddress, RedisKind, redis_address
from slackbridge.store.cluster import ClusterClient

TIMEOUTS: dict[str, Any] = {"socket_timeout": 3.0, "socket_connect_timeout": 2.0}
READING: dict[str, Any] = {"decode_responses": True, "encoding_errors": "replace"}
SENTINEL_SECONDS = 1.0  # they are asked one after the other


def connect(url: str) -> Redis:
    """A client for an address as `ports.redis_address` reads it. Nothing is sent yet.

    Raises ValueError where it cannot be read.
    """
    address = redis_address(url)
    options = {
        **TIMEOUTS,
        **READING,
        "retry": Retry(ExponentialBackoff(cap=0.2, base=0.02), 2),
        "health_check_interval": 15,
        "driver_info": DriverInfo(),  # else each connection reads redis-py's version from its files
    }
    match address.kind:
        case RedisKind.SINGLE:
            return Redis.from_url(url, **options)
        case RedisKind.SENTINEL:
            return _of_sentinels(address, options)
        case RedisKind.CLUSTER:
            return _of_cluster(address, options)


def is_cluster(redis: Redis) -> bool:
    """Whether the keys lie on several servers."""
    return isinstance(cast(object, redis), ClusterClient)


def kind_of(redis: Redis) -> RedisKind:
    if is_cluster(redis):
        return RedisKind.CLUSTER
    return RedisKind.SENTINEL if isinstance(redis, _Followed) else RedisKind.SINGLE


async def disconnect(redis: Redis) -> None:
    """Close its connections for good."""
    client = cast(object, redis)
    await (client.disconnect() if isinstance(client, ClusterClient) else redis.aclose())


class _Followed(Redis):
    """A client of the master that Sentinels name; it is asked for again at each connection."""

    sentinels: Sentinel

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await super().aclose(close_connection_pool)
        asked = self.sentinels.sentinels
        self.sentinels.sentinels = []  # a late call would leave a connection open
        await asyncio.gather(*(sentinel.aclose() for sentinel in asked))


def _of_sentinels(address: RedisAddress, options: dict[str, Any]) -> Redis:
    theirs = _read(address)
    tls = {name: value for name, value in theirs.items() if name.startswith("ssl")}
    asked = {
        **tls,
        "socket_timeout": SENTINEL_SECONDS,
        "socket_connect_timeout": SENTINEL_SECONDS,
        "decode_responses": True,
        "retry": Retry(NoBackoff(), 0),
        "username": address.sentinel_user or None,
        "password": address.sentinel_password or None,
    }
    sentinels = cast(Any, Sentinel)(address.hosts, sentinel_kwargs=asked)
    redis: Redis = sentinels.master_for(address.master, redis_class=_Followed, **options, **theirs)
    cast(_Followed, redis).sentinels = sentinels
    return redis


def _of_cluster(address: RedisAddress, options: dict[str, Any]) -> Redis:
    cluster = ClusterClient(address.hosts, **{**options, **_read(address)})
    return cast(Redis, cluster)  # it has the same commands


def _read(address: RedisAddress) -> dict[str, Any]:
    """What the address says besides the hosts, as redis-py's arguments."""
    read: dict[str, Any] = {**parse_url(address.plain)}
    del read["host"], read["port"]
    if read.pop("connection_class", None) is SSLConnection:
        read["ssl"] = True
    return read
