"""The store on a Redis or Valkey server: one idempotent script for each act.

The client may therefore run a script again after a lost answer. Needs Redis 6.2 or later, or any
Valkey.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import structlog
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisClusterException, RedisError

from slackbridge.domain.fields import PLACE_FIELDS, SHOWN_FIELDS
from slackbridge.domain.intent import Intent
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import (
    AccountFacts,
    Change,
    FactsPatch,
    Record,
    StoredTicket,
    encoded,
    encoded_facts,
)
from slackbridge.ports.store import Lease, LostLease
from slackbridge.store.clock import StoreClock
from slackbridge.store.common import Common, awaited, guarded, pipelined, script
from slackbridge.store.connection import connect, disconnect, is_cluster
from slackbridge.store.keys import DAY, DEFAULT, Keys, name_field
from slackbridge.store.server_epoch import ServerEpoch

log = structlog.get_logger(__name__)
__all__ = ["RedisStore", "connect"]
BATCH = 500
CLOCK_SECONDS = 15.0


class RedisStore(Common):
    """Implements `ports.Store`. `lease_seconds` is how long a lease lasts without renewal."""

    def __init__(
        self,
        redis: Redis,
        *,
        keys: Keys = DEFAULT,
        lease_seconds: float = 15.0,
        retention_seconds: int = 180 * DAY,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(redis, keys)
        self._queue = (keys.work, keys.lease, keys.generation)
        self._lease_ms = int(lease_seconds * 1000)
        self._retention = retention_seconds
        self._clock = StoreClock(clock, monotonic, many=is_cluster(redis))
        self._all_met = not is_cluster(redis)
        self._epoch = ServerEpoch(redis, monotonic)
        self._write = redis.register_script(script("write"))
        self._lease = redis.register_script(script("lease"))
        self._time = redis.register_script(script("time"))
        self._renew = redis.register_script(script("renew"))
        self._release = redis.register_script(script("release"))
        self._make_due = redis.register_script(script("make_due"))

    def now(self) -> float:
        return self._clock.now()

    def server_epoch(self) -> float:
        return self._epoch.since(self._clock.offset)

    @guarded
    async def sync(self) -> None:
        """Read the clock."""
        if not self._all_met:  # whom we meet later has taken over from one of these
            await cast(Any, self.redis).execute_command("PING", target_nodes="primaries")
            self._all_met = True
        await self._set_clock()

    async def _set_clock(self) -> None:
        if self._clock.many:
            seconds, micros = await self._time(keys=[self.keys.rules])
        else:
            seconds, micros = await self.redis.time()
        self._clock.set(int(seconds) * 1000 + int(micros) / 1000)

    async def _keep_clock(self) -> None:
        """No lease sets it on a cluster. While its server is away it goes on as it is."""
        if self._clock.many and self._clock.age() > CLOCK_SECONDS:
            try:
                await self._set_clock()
            except (RedisError, RedisClusterException) as error:
                log.warning("clock.unread", why=type(error).__name__)

    @guarded
    async def load(self, key: TicketKey) -> Record:
        fields, stored, seen = await pipelined(
            self.redis,
            ("HGETALL", self.keys.ticket(key)),
            ("HGETALL", self.keys.intents(key)),
            ("HGET", self.keys.seen(key.account), key.id),
        )
        intents = [
            intent
            for field, text in stored.items()
            if not field.startswith("=") and (intent := _load(key, field, text)) is not None
        ]
        intents.sort(key=lambda intent: (intent.created, intent.id))
        return Record(fields, tuple(intents), seen)

    @guarded
    async def intent(self, key: TicketKey, id: str) -> Intent | None:
        name = self.keys.intents(key)
        text = await awaited(self.redis.hget(name, id))
        if text is None:
            second = await awaited(self.redis.hget(name, name_field(id)))
            text = await awaited(self.redis.hget(name, second)) if second else None
        return _load(key, id, text) if text is not None else None

    @guarded
    async def write(self, key: TicketKey, change: Change, token: int | None = None) -> bool:
        swaps = [
            [after.id, before.dump() if before else "", after.dump()]
            for before, after in change.swaps
        ]
        swaps += [[name_field(name), "", id] for name, id in change.names]
        put, drop = encoded(change.put)
        known = change.known.raw if change.known else {}
        act = {
            "id": key.id,
            "token": "" if token is None else str(token),
            "lease_ms": self._lease_ms,
            "swaps": swaps,
            "put": [text for pair in put.items() for text in pair],
            "drop": [[name, known.get(name, "")] for name in drop],
            "forget": list(change.forget),
            "seen": change.seen,
            "due": self._clock.there(key.account, change.due),
            "ttl": -1 if change.ttl is None else change.ttl,
        }
        keys, account = self.keys, key.account
        result = await self._write(
            keys=[
                *(keys.ticket(key), keys.intents(key), keys.lease(account)),
                *(keys.generation(account), keys.work(account)),
                *(keys.sequence(account), keys.seen(account)),
            ],
            args=[json.dumps(act)],
        )
        if result == "stale":
            raise LostLease
        return bool(result == "ok")

    @guarded
    async def lease(self, account: str, limit: int) -> tuple[list[Lease], float | None]:
        await self._keep_clock()
        answer = await self._lease(
            keys=[name(account) for name in (*self._queue, self.keys.sequence)],
            args=[limit, self._lease_ms],
        )
        self._clock.heard(account, float(answer[0]))
        leases = [
            Lease(TicketKey(account, answer[i]), int(answer[i + 1]), int(answer[i + 2]))
            for i in range(2, len(answer), 3)
        ]
        return leases, self._clock.here(account, float(answer[1]))

    @guarded
    async def renew(self, lease: Lease) -> None:
        names = [name(lease.key.account) for name in (self.keys.work, self.keys.lease)]
        result = await self._renew(keys=names, args=[lease.key.id, lease.token, self._lease_ms])
        if result == "stale":
            raise LostLease

    @guarded
    async def release(self, lease: Lease, due: float | None) -> None:
        await self._release(
            keys=[name(lease.key.account) for name in self._queue],
            args=[
                *(lease.key.id, lease.token, lease.generation),
                self._clock.there(lease.key.account, due),
            ],
        )

    @guarded
    async def make_due(
        self, account: str, due: Mapping[str, float], seen: Mapping[str, str]
    ) -> None:
        if not due and not seen:
            return
        args: list[str | int] = [len(due)]
        for id, at in due.items():
            args += [id, self._clock.there(account, at)]
        for id, revision in seen.items():
            args += [id, revision]
        names = (*self._queue, self.keys.sequence, self.keys.seen)
        await self._make_due(keys=[name(account) for name in names], args=args)

    @guarded
    async def seen(self, account: str, ids: Sequence[str]) -> list[str | None]:
        if not ids:
            return []
        return list(await awaited(self.redis.hmget(self.keys.seen(account), list(ids))))

    @guarded
    async def revisions(
        self, account: str, ids: Sequence[str], ended: Sequence[str]
    ) -> tuple[list[str | None], list[str | None]]:
        if not ended:
            return await self.seen(account, ids), []
        records = [self.keys.ticket(TicketKey(account, id)) for id in ended]
        seen, *shown = await pipelined(
            self.redis,
            ("HMGET", self.keys.seen(account), *ids, *ended),
            *(("HMGET", record, *SHOWN_FIELDS) for record in records),
        )
        of_ended = zip(seen[len(ids) :], shown, strict=True)
        return seen[: len(ids)], [polled or _shown(fields) for polled, fields in of_ended]

    @guarded
    async def active(self, account: str) -> set[str]:
        return set(await awaited(self.redis.hkeys(self.keys.seen(account))))

    @guarded
    async def hasten(self, account: str, at: float) -> None:
        later = await awaited(
            self.redis.zrangebyscore(
                self.keys.work(account), self._clock.there(account, at), "+inf"
            )
        )
        if later:
            await self.make_due(account, dict.fromkeys(later, at), {})

    @guarded
    async def forget_seen(self, account: str, ids: Sequence[str]) -> None:
        if ids:
            await awaited(self.redis.hdel(self.keys.seen(account), *ids))

    @guarded
    async def bind(self, channel: str, ts: str, key: TicketKey) -> None:
        bucket = self.keys.threads(channel, ts)
        expiry = ("EXPIRE", bucket, self._retention)
        await pipelined(self.redis, ("HSET", bucket, ts, str(key)), expiry)

    @guarded
    async def ticket_of(self, channel: str, ts: str) -> TicketKey | None:
        text = await awaited(self.redis.hget(self.keys.threads(channel, ts), ts))
        return TicketKey.parse(text) if text else None

    @guarded
    async def keep_threads(self, account: str) -> None:
        ids = sorted(await self.active(account))
        for begin in range(0, len(ids), BATCH):
            tickets = [TicketKey(account, id) for id in ids[begin : begin + BATCH]]
            reads = [("HMGET", self.keys.ticket(key), *PLACE_FIELDS) for key in tickets]
            places = await pipelined(self.redis, *reads)
            buckets = {
                self.keys.threads(channel, root) for channel, root in places if channel and root
            }
            if buckets:
                expiries = [("EXPIRE", name, self._retention) for name in sorted(buckets)]
                await pipelined(self.redis, *expiries)

    @guarded
    async def touch(self, key: TicketKey, at: float) -> None:
        name = self.keys.lately(key.account)
        expired = ("ZREMRANGEBYSCORE", name, "-inf", at - self._retention)
        await pipelined(self.redis, ("ZADD", name, at, key.id), expired)

    @guarded
    async def recently_active(self, account: str, seconds: float) -> list[TicketKey]:
        name = self.keys.lately(account)
        latest = await awaited(self.redis.zrange(name, -1, -1, withscores=True))
        since = latest[0][1] - seconds if latest else 0.0
        ids = await awaited(self.redis.zrevrangebyscore(name, "+inf", since))
        return [TicketKey(account, id) for id in ids]

    @guarded
    async def note(self, account: str, patch: FactsPatch) -> None:
        fields = cast(Any, encoded_facts(patch))
        await awaited(self.redis.hset(self.keys.facts(account), mapping=fields))

    @guarded
    async def facts(self, account: str) -> AccountFacts:
        return AccountFacts.of(await awaited(self.redis.hgetall(self.keys.facts(account))))

    @guarded
    async def stuck(self, account: str) -> dict[str, str]:
        return dict(await awaited(self.redis.hgetall(self.keys.stuck(account))))

    @guarded
    async def set_stuck(self, key: TicketKey, text: str) -> None:
        await awaited(self.redis.hset(self.keys.stuck(key.account), key.id, text))

    @guarded
    async def clear_stuck(self, key: TicketKey) -> None:
        await awaited(self.redis.hdel(self.keys.stuck(key.account), key.id))

    async def close(self) -> None:
        """Close all connections; every later call raises Later."""
        self._epoch.end()
        await disconnect(self.redis)


def _shown(fields: Sequence[str | None]) -> str | None:
    """The revision among SHOWN_FIELDS; '' = it has a thread but no revision, None = neither."""
    stored = StoredTicket.of({name: f for name, f in zip(SHOWN_FIELDS, fields, strict=True) if f})
    return stored.revision or ("" if stored.root else None)


def _load(key: TicketKey, field: str, text: str) -> Intent | None:
    try:
        return Intent.load(text)
    except ValidationError:
        log.error("intent.unreadable", ticket=str(key), intent=field)
        return None
