"""B14: bytes of Redis per mapped ticket with 10 messages, counting every lasting key.

The bridge mirrors a few tickets; their stored data is then copied thousands of times under other
ids, so that the server's overhead is that of a large store. The floor is a naive layout: a hash
per ticket, a key per thread, a hash per message map.
"""

from __future__ import annotations

import time
from typing import Any, cast

from redis.asyncio import Redis

from bench.environment import Bench, running, settings, until_idle
from bench.figure import Figure
from slackbridge.demo.world import ACCOUNT, CHANNEL
from slackbridge.domain.model import TicketKey
from slackbridge.store.keys import DEFAULT

TICKETS = 10
MESSAGES = 10
COPIES = 5_000
SECONDS_APART = 900.0  # between the copies' threads: 5,000 of them span 52 days
NAIVE = 863.0


async def measure(bench: Bench) -> list[Figure]:
    async with bench.world() as place:
        place.refurbed.bulk(TICKETS, MESSAGES)
        async with running(place, settings(place)) as bridge:
            await until_idle(bridge)
        async with Redis.from_url(place.redis_url, decode_responses=True) as redis:
            sample = await _sample(redis)
            await redis.flushall()
            before = await _used(redis)
            copies = bench.rounds(COPIES)
            for number in range(copies):
                await _copy(redis, number, *sample[number % len(sample)])
            each = (await _used(redis) - before) / copies
    return [Figure("B14", "Redis per ticket, 10 messages", "B", each, NAIVE, 1.15)]


async def _used(redis: Redis) -> int:
    return int((await redis.info("memory"))["used_memory"])


async def _sample(redis: Redis) -> list[tuple[dict[str, str], str]]:
    """Each ticket's record, and the revision stored by the poll."""
    seen = await _any(redis.hgetall(DEFAULT.seen(ACCOUNT)))
    records = [await _any(redis.hgetall(DEFAULT.ticket(TicketKey(ACCOUNT, id)))) for id in seen]
    for passing in (DEFAULT.work(ACCOUNT), DEFAULT.lease(ACCOUNT), DEFAULT.generation(ACCOUNT)):
        assert not await redis.exists(passing), f"{passing} stays"
    assert all(sum(name.startswith("m:") for name in record) == MESSAGES for record in records)
    return list(zip(records, seen.values(), strict=True))


async def _copy(redis: Redis, number: int, record: dict[str, str], revision: str) -> None:
    key = TicketKey(ACCOUNT, str(5_000_000 + number))
    at = time.time() - number * SECONDS_APART
    ts = f"{at:.6f}"
    async with redis.pipeline(transaction=False) as pipe:
        pipe.hset(DEFAULT.ticket(key), mapping=cast(Any, record | {"ts": ts}))
        pipe.hset(DEFAULT.seen(ACCOUNT), key.id, revision)
        pipe.hset(DEFAULT.threads(CHANNEL, ts), ts, str(key))
        pipe.zadd(DEFAULT.lately(ACCOUNT), {key.id: at})
        await pipe.execute()


async def _any(call: Any) -> Any:
    """redis-py types every command as sync-or-async; ours are always async."""
    return await call
