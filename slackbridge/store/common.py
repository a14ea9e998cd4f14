"""The connection to Redis, its faults as `Later`, and the keys that belong to no ticket: rate
limits, things done once, counters and heartbeats.
"""

from __future__ import annotations

import asyncio
import functools
import secrets
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any, ParamSpec, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError

from slackbridge.domain.errors import Code, Later
from slackbridge.store.keys import DAY, Keys

REFUSALS = {
    "NOAUTH": "it wants a password; put it into REDIS_URL, as in redis://:PASSWORD@HOST",
    "WRONGPASS": "it does not accept the user or the password in REDIS_URL",
    "NOPERM": "the user in REDIS_URL lacks the permission",
    "READONLY": "it is a replica; name its master in REDIS_URL",
    "OOM": "its memory is full; raise maxmemory",
    "MISCONF": "it cannot write to its disk; its log says why",
    "LOADING": "it is still loading its data",
}
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


@contextmanager
def faults_as_later() -> Iterator[None]:
    """A fault of Redis raises `Later`: every act on it is idempotent and may be retried."""
    try:
        yield
    except (RedisError, OSError) as error:
        code = getattr(error, "status_code", None) or str(error).partition(" ")[0]
        why = f"Redis is not available ({type(error).__name__})"
        if code in REFUSALS:
            why = f"Redis refuses this: {REFUSALS[code]} ({code})"
        raise Later(why, 1.0, code=Code.REDIS) from error


def guarded(
    call: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """The method with `faults_as_later` around each call."""

    @functools.wraps(call)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        with faults_as_later():
            return await call(*args, **kwargs)

    return wrapper


def script(name: str) -> str:
    """The text of a Lua script in `scripts/`."""
    return files("slackbridge.store").joinpath("scripts", f"{name}.lua").read_text("utf-8")


class Common:
    """Acts on keys that belong to no ticket. Each is idempotent."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self.redis = redis
        self.keys = keys
        self._pace = redis.register_script(script("pace"))
        self._take_over_rules = redis.register_script(script("take_over_rules"))

    def now(self) -> float:
        """Unix seconds by the store's clock."""
        raise NotImplementedError

    @guarded
    async def once(self, name: str, seconds: float) -> bool:
        px = max(1, int(seconds * 1000))
        return bool(await self.redis.set(self.keys.once(name), "1", nx=True, px=px))

    @guarded
    async def pace(self, bucket: str, who: str, interval: float, burst: int, live: bool) -> float:
        """Seconds to wait before the next call in a rate limit; 0 = go now."""
        args: list[str | int] = [who, int(interval * 1000), burst, int(live)]
        return float(await self._pace(keys=[self.keys.pace(bucket)], args=args)) / 1000

    @guarded
    async def block(self, bucket: str, seconds: float) -> None:
        """Stop all calls in a rate limit for so long (Retry-After)."""
        name, until = self.keys.pace(bucket), int((self.now() + seconds) * 1000)
        block = ("HSET", name, "block", until)
        await pipelined(self.redis, block, ("EXPIRE", name, int(seconds) + 120))

    @guarded
    async def beat(self, process: str, state: str) -> None:
        """Write a process's heartbeat, with its state, for the next 30 s."""
        await self.redis.set(self.keys.alive(process), state, ex=30)

    @guarded
    async def rest(self, process: str) -> None:
        """Delete the heartbeat of a process that ends."""
        await self.redis.delete(self.keys.alive(process))

    @guarded
    async def server_facts(self) -> dict[str, str]:
        """Version, persistence and eviction policy; '' for what the server does not tell."""
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
        """The state of each live process, by its name."""
        prefix = self.keys.alive("")
        names = [name async for name in self.redis.scan_iter(match=prefix + "*", count=1000)]
        values = await pipelined(self.redis, *(("GET", name) for name in names)) if names else []
        return {n.removeprefix(prefix): v for n, v in zip(names, values, strict=True) if v}

    @guarded
    async def map_began(self) -> str:
        return str(await awaited(self.redis.get(self.keys.born)) or "")

    @guarded
    async def begin_map(self, state: str) -> None:
        await self.redis.set(self.keys.born, state)

    @guarded
    async def rules_in_force(self) -> tuple[str, float, str]:
        names = ["digest", "since", "detail"]
        digest, since, detail = await awaited(self.redis.hmget(self.keys.rules, names))
        return digest or "", float(since or 0), detail or ""

    @guarded
    async def take_over_rules(self, before: str, after: str, detail: str) -> bool:
        return bool(
            await self._take_over_rules(keys=[self.keys.rules], args=[before, after, detail])
        )

    @guarded
    async def spend(self, provider: str, account: str, per_second: float) -> int:
        """Wait for the rate limit of a provider and count one call: the account's calls of the day.

        Days are UTC. Marketplaces limit by address, so all processes and accounts share the rate.
        """
        who = secrets.token_hex(4)
        bucket, interval = f"calls:{provider}", 1 / per_second
        while wait := await self.pace(bucket, who, interval, 2, live=True):  # noqa: ASYNC110
            await asyncio.sleep(wait)
        name = self.keys.spent(account, int(self.now()) // DAY)
        count, _ = await pipelined(self.redis, ("INCR", name), ("EXPIRE", name, 2 * DAY))
        return int(count)


async def awaited(call: Any) -> Any:
    """redis-py types every command as sync-or-async; ours are always async."""
    return await call


async def pipelined(redis: Redis, *commands: tuple[Any, ...], atomic: bool = False) -> list[Any]:
    """The answers to several commands in one round trip; `atomic` = as one transaction."""
    pipe = redis.pipeline(transaction=atomic)
    for command in commands:
        pipe.execute_command(*command)
    return await pipe.execute()
