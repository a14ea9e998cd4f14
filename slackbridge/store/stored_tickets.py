"""Walks over what is stored, and takes a ticket out of it: for the operator, never for a lane."""

from __future__ import annotations

from collections.abc import AsyncIterator

from redis.asyncio import Redis
from redis.exceptions import RedisError

from slackbridge.domain.errors import Code, Later
from slackbridge.domain.model import TicketKey
from slackbridge.store import keys
from slackbridge.store.common import awaited, guarded

BATCH = 500


class StoredTickets:
    """The records of every ticket."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def tickets(self, account: str) -> AsyncIterator[TicketKey]:
        """The key of every record of an account, in no order; Redis may name one twice (SCAN).

        Raises Later while Redis is away.
        """
        start = keys.ticket(TicketKey(account, ""))
        try:
            async for name in self._redis.scan_iter(match=start + "*", count=BATCH):
                yield TicketKey(account, name.removeprefix(start))
            start = keys.intents(TicketKey(account, ""))
            async for name in self._redis.scan_iter(match=start + "*", count=BATCH):
                key = TicketKey(account, name.removeprefix(start))
                if not await self._has_record(key):
                    yield key
        except (RedisError, OSError) as error:
            kind = type(error).__name__
            raise Later(f"Redis is not available ({kind})", 1.0, code=Code.REDIS) from error

    async def _has_record(self, key: TicketKey) -> bool:
        return bool(await self._redis.exists(keys.ticket(key)))

    @guarded
    async def forget(self, key: TicketKey, channel: str, root: str) -> int:
        """Delete all that is held of a ticket whose thread is there ('' = it has none).

        Safe to run twice. How many fields and keys there were; a lane at work on it stops.
        """
        account, id = key.account, key.id
        pipe = self._redis.pipeline(transaction=True)
        pipe.hlen(keys.ticket(key))
        pipe.hlen(keys.intents(key))
        pipe.delete(keys.ticket(key))
        pipe.delete(keys.intents(key))
        for name in (keys.lease(account), keys.generation(account), keys.seen(account)):
            pipe.hdel(name, id)
        for name in (keys.work(account), keys.lately(account)):
            pipe.zrem(name, id)
        fields, intents, _, _, *entries = await pipe.execute()
        mapped = 0
        if root:  # its bucket may be on another node
            mapped = await awaited(self._redis.hdel(keys.threads(channel, root), root))
        return int(fields) + int(intents) + sum(map(int, entries)) + int(mapped)
