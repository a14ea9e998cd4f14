"""What every use of Redis shares: the connection, faults as `Later`, and the few keys that belong
to no ticket: rate buckets, things said once, counters and heartbeats.
"""

from __future__ import annotations

import asyncio
import functools
import secrets
from collections.abc import Callable, Coroutine
from importlib.resources import files
from typing import Any, ParamSpec, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError

from slackbridge.domain.errors import Code, Later
from slackbridge.store import keys

P = ParamSpec("P")
T = TypeVar("T")


def connect(url: str) -> Redis:
    """A client for a redis://, rediss:// or unix:// address. Nothing is sent yet."""
    return Redis.from_url(
        url,
        decode_responses=True,
        encoding_errors="replace",
        socket_timeout=3.0,
        socket_connect_timeout=2.0,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), 2),
        health_check_interval=15,
    )


def guarded(
    call: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """A fault of Redis is `Later`: every act of ours may simply be done again."""

    @functools.wraps(call)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await call(*args, **kwargs)
        except (RedisError, OSError) as error:
            kind = type(error).__name__
            raise Later(f"Redis is not available ({kind})", 1.0, code=Code.REDIS) from error

    return wrapper


def script(name: str) -> str:
    """The text of a Lua script of ours."""
    return files("slackbridge.store").joinpath("scripts", f"{name}.lua").read_text("utf-8")


class Common:
    """Acts that concern no ticket. Each is safe to run twice."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._pace = redis.register_script(script("pace"))

    def now(self) -> float:
        """Unix seconds by the store's clock."""
        raise NotImplementedError

    @guarded
    async def once(self, name: str, seconds: float) -> bool:
        px = max(1, int(seconds * 1000))
        return bool(await self.redis.set(keys.once(name), "1", nx=True, px=px))

    @guarded
    async def pace(self, bucket: str, who: str, interval: float, burst: int, live: bool) -> float:
        """Seconds to wait before the next call of a rate bucket; 0 = go now."""
        waited = await self._pace(
            keys=[keys.pace(bucket)],
            args=[who, int(interval * 1000), burst, 1 if live else 0],
        )
        return float(waited) / 1000

    @guarded
    async def block(self, bucket: str, seconds: float) -> None:
        """Nobody calls this bucket for so long (the other side said Retry-After)."""
        name = keys.pace(bucket)
        pipe = self.redis.pipeline(transaction=False)
        pipe.hset(name, "block", str(int((self.now() + seconds) * 1000)))
        pipe.expire(name, int(seconds) + 120)
        await pipe.execute()

    @guarded
    async def beat(self, process: str, state: str) -> None:
        """Say that a process lives, and how it is, for the next 30 s."""
        await self.redis.set(keys.alive(process), state, ex=30)

    @guarded
    async def rest(self, process: str) -> None:
        """A process ends: nobody need wait until its heartbeat is old."""
        await self.redis.delete(keys.alive(process))

    @guarded
    async def server_facts(self) -> dict[str, str]:
        """Version, persistence and eviction policy; what the server does not tell is left out."""
        info = await awaited(self.redis.info())
        facts = {
            "version": str(info.get("redis_version", "")),
            "policy": str(info.get("maxmemory_policy", "")),
        }
        try:
            appendonly = await awaited(self.redis.config_get("appendonly"))
            facts["appendonly"] = str(appendonly.get("appendonly", ""))
        except RedisError:
            facts["appendonly"] = "yes" if info.get("aof_enabled") else ""
        return facts

    @guarded
    async def heartbeats(self) -> dict[str, str]:
        """What each living process says of itself, by its name."""
        names = [name async for name in self.redis.scan_iter(match=keys.alive("*"), count=1000)]
        values = await awaited(self.redis.mget(names)) if names else []
        return {n.rpartition(":")[2]: v for n, v in zip(names, values, strict=True) if v}

    @guarded
    async def map_began(self) -> str:
        """Since when a bridge keeps its map here; '' = nobody ever did, or everything is lost."""
        return str(await awaited(self.redis.get(keys.born())) or "")

    @guarded
    async def begin_map(self, state: str) -> None:
        """A bridge keeps its map here from now on."""
        await self.redis.set(keys.born(), state)

    @guarded
    async def spend(self, provider: str, account: str, per_second: float) -> int:
        """Wait for a turn among all that call a provider from here, and count one call.

        The account's sum of the day (UTC). Marketplaces count by address: processes and accounts
        share the rate.
        """
        who = secrets.token_hex(4)
        bucket, interval = f"calls:{provider}", 1 / per_second
        while wait := await self.pace(bucket, who, interval, 2, live=True):  # noqa: ASYNC110
            await asyncio.sleep(wait)
        name = keys.spent(account, int(self.now()) // keys.DAY)
        pipe = self.redis.pipeline(transaction=False)
        pipe.incr(name)
        pipe.expire(name, 2 * keys.DAY)
        count, _ = await pipe.execute()
        return int(count)


async def awaited(call: Any) -> Any:
    """redis-py types every command as sync-or-async; ours are always async."""
    return await call
