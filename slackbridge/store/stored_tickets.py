"""Walking over all records and deleting one: for the operator's commands, not for lanes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from slackbridge.domain.model import TicketKey
from slackbridge.store.common import Common, awaited, faults_as_later, guarded, pipelined

BATCH = 500


class StoredTickets:
    """The records of every ticket."""

    def __init__(self, store: Common) -> None:
        self.redis = store.redis
        self._keys = store.keys

    async def tickets(self, account: str) -> AsyncIterator[TicketKey]:
        """The key of every record of an account, in no order; SCAN may return one twice.

        Raises Later while Redis is not available.
        """
        with faults_as_later():
            async for key in self._scan(account, self._keys.ticket):
                yield key
            async for key in self._scan(account, self._keys.intents):
                if not await self.redis.exists(self._keys.ticket(key)):
                    yield key

    async def _scan(
        self, account: str, name_of: Callable[[TicketKey], str]
    ) -> AsyncIterator[TicketKey]:
        prefix = name_of(TicketKey(account, ""))
        async for name in self.redis.scan_iter(match=prefix + "*", count=BATCH):
            yield TicketKey(account, name.removeprefix(prefix))

    @guarded
    async def forget(self, key: TicketKey, channel: str, root: str) -> int:
        """Delete all that is stored of a ticket; `root` is its thread ('' = it has none).

        Idempotent. Returns how many fields and entries there were. A lane that works on the ticket
        loses its lease.
        """
        hashes = (self._keys.lease, self._keys.generation, self._keys.seen, self._keys.stuck)
        sets = (self._keys.work, self._keys.lately)
        removed = await pipelined(
            self.redis,
            ("HLEN", self._keys.ticket(key)),
            ("HLEN", self._keys.intents(key)),
            *(("HDEL", name(key.account), key.id) for name in hashes),
            *(("ZREM", name(key.account), key.id) for name in sets),
            ("DEL", self._keys.ticket(key), self._keys.intents(key)),
            atomic=True,
        )
        mapped = 0
        if root:  # its bucket may be on another node
            mapped = await awaited(self.redis.hdel(self._keys.threads(channel, root), root))
        return sum(map(int, removed[:-1])) + int(mapped)
