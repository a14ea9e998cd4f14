"""Faults of Redis as `Later`, and the keys that belong to no ticket: rate limits, things done
once, counters and heartbeats.
"""

from __future__ import annotations

import asyncio
import functools
import secrets
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisClusterException, RedisError

from slackbridge.domain.errors import Code, Later
from slackbridge.store.connection import is_cluster, kind_of
from slackbridge.store.facts import facts_of, told
from slackbridge.store.keys import DAY, Keys
from slackbridge.store.refusals import code_of, explained

P = ParamSpec("P")
T = TypeVar("T")
FORSAKEN = frozenset(("READONLY", "MASTERDOWN", "UNBLOCKED"))  # said by what is no master any more


class OnRedis(Protocol):
    """What has a client."""

    redis: Redis


@contextmanager
def faults_as_later() -> Iterator[None]:
    """A fault of Redis raises `Later`: every act on it is idempotent and may be retried."""
    try:
        yield
    except (RedisError, RedisClusterException, OSError) as error:
        raise Later(explained(error), 1.0, code=Code.REDIS) from error
    except (AttributeError, LookupError) as error:
        if not _of_library(error):
            raise
        raise Later(explained(error), 1.0, code=Code.REDIS) from error


def _of_library(error: BaseException) -> bool:
    """Whether redis-py stumbled over a connection or node that another task has just given up."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__")).startswith("redis.")


async def _forsake(redis: Redis) -> None:
    """Use no connection again: they lead to a server that has become a replica.

    Behind an address that moves, a new connection leads to the new master.
    """
    if not is_cluster(redis):
        pool: Any = redis.connection_pool
        await pool.update_active_connections_for_reconnect()
        await pool.disconnect(inuse_connections=False)


S = TypeVar("S", bound=OnRedis)


def guarded(
    call: Callable[Concatenate[S, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """The method with `faults_as_later` around each call."""

    @functools.wraps(call)
    async def wrapper(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with faults_as_later():
            try:
                if is_cluster(self.redis):
                    await self.redis.initialize()  # else the first commands go to any node
                return await call(self, *args, **kwargs)
            except RedisError as error:
                if code_of(error) in FORSAKEN:
                    await _forsake(self.redis)
                raise

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
        self._block = redis.register_script(script("block"))
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
        await self._block(keys=[self.keys.pace(bucket)], args=[int(seconds * 1000)])

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
        """What the server says of itself; '' for what it does not tell. See `facts_of`."""
        return facts_of(kind_of(self.redis), await told(self.redis))

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
