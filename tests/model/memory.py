"""Snapshots of Redis before its last writes, for failovers that lose them."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

SECONDS = 1.0  # `appendfsync everysec`, or a replica that lags behind
KEPT = 12
COPY = """
redis.call('SELECT', ARGV[2])
redis.call('FLUSHDB')
redis.call('SELECT', ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do
  redis.call('COPY', key, key, 'DB', ARGV[2])
end
"""


@dataclass(frozen=True)
class Moment:
    """Before a write, with what of it the town must know again. `database` holds the rest."""

    at: float
    database: int
    taken_back: frozenset[int]
    accepted: dict[str, int]


class Memory:
    """Databases 1 to 12 of the server hold what 0 held."""

    def __init__(self, redis: Redis) -> None:
        self._copy = redis.register_script(COPY)
        self._moments: list[Moment] = []
        self._count = 0

    async def note(self, at: float, taken_back: set[int], accepted: dict[str, int]) -> None:
        """Take a snapshot before a write."""
        self._count += 1
        database = 1 + self._count % KEPT
        await self._copy(args=[0, database])
        moment = Moment(at, database, frozenset(taken_back), dict(accepted))
        self._moments = [*self._moments, moment][-KEPT:]

    def keep(self) -> None:
        """What was written until now is never lost."""
        self._moments = []

    async def back(self, now: float, writes: int) -> Moment | None:
        """Roll back this many writes, if they are recent enough."""
        known = [moment for moment in self._moments if moment.at > now - SECONDS]
        if not known:
            return None
        moment = known[-1 - writes % len(known)]
        await self._copy(args=[moment.database, 0])
        self._moments = [moment]
        return moment
