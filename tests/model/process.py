"""One process of the bridge in the model: the real rooms on the real store, in virtual time."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, cast

from redis.asyncio import Redis

from slackbridge.domain.errors import Later
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import Change
from slackbridge.ports.archive import Archive
from slackbridge.ports.chat import Chat
from slackbridge.ports.provider import Provider
from slackbridge.ports.store import Lease, Store
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.inbound.permissions import Permissions
from slackbridge.rooms.lane.lane import Lane
from slackbridge.rooms.lane.poster import Poster
from slackbridge.rooms.lane.sender import Sender
from slackbridge.rooms.lane.settings import LaneSettings, SendSettings
from slackbridge.rooms.lane.workers import requeue
from slackbridge.rooms.polling.poller import Poller, PollSettings
from slackbridge.rooms.recovery.catch_up import CatchUp
from slackbridge.rooms.recovery.failover import Failover
from slackbridge.rooms.recovery.stray_effects import StrayEffects
from slackbridge.rooms.recovery.unrecorded_posts import UnrecordedPosts
from slackbridge.rules.intake import IntakeSettings
from slackbridge.store.common import awaited, script
from slackbridge.store.redis import RedisStore
from tests.model.market import ACCOUNT, FakeProvider
from tests.model.slack import CHANNEL, FakeArchive, FakeChat
from tests.model.world import Gate, Gated, Pass, What, World

LEASE, TIMEOUT, SETTLE, SLACK_SETTLE, UNDO = 15.0, 10.0, 15.0, 5.0, 10.0
RETENTION = 180 * 86_400
CLOCK = "model:clock"
FRESH = 900.0
RULES = IntakeSettings("direct", ("//",), undo=UNDO, fresh=FRESH)
PATIENCE = SendSettings(timeout=TIMEOUT, settle=SETTLE, retry=2.0, retry_max=60.0, give_up=FRESH)
PLACE = LaneSettings(
    "model", (), CHANNEL, "", RETENTION, retry=2.0, retry_max=60.0, quarantine_after=5
)
RHYTHM = PollSettings(30, 300, 172_800, 900, 300, down_max=60)


class VirtualStore(RedisStore):
    """The real store and scripts, with the world's clock in place of the server's."""

    def __init__(self, redis: Redis, world: World) -> None:
        now = self._world_now
        self._world = world
        self._begun = world.now
        super().__init__(
            redis, lease_seconds=LEASE, retention_seconds=RETENTION, clock=now, monotonic=now
        )
        self._write = redis.register_script(_timed("write"))
        self._lease = redis.register_script(_timed("lease"))
        self._release = redis.register_script(_timed("release"))
        self._renew = redis.register_script(_timed("renew"))
        self._make_due = redis.register_script(_timed("make_due"))

    def _world_now(self) -> float:
        return self._world.now

    async def write(self, key: TicketKey, change: Change, token: int | None = None) -> bool:
        await self._world.writes()
        return await super().write(key, change, token)

    def server_epoch(self) -> float:
        return max(self._begun, self._world.met)

    async def once(self, name: str, seconds: float) -> bool:
        """Keys expire in real time, so the virtual expiry is stored separately."""
        name = f"model:once:{name}"
        if self._world.now < float(await self.redis.get(name) or 0):
            return False
        await self.redis.set(name, self._world.now + seconds)
        return True


def _timed(name: str) -> str:
    """A script that reads the world's clock instead of the server's."""
    text = script(name)
    assert "redis.call('TIME')" in text or name == "make_due"
    return text.replace("redis.call('TIME')", f"redis.call('HMGET', '{CLOCK}', 's', 'us')")


async def set_clock(redis: Redis, world: World) -> None:
    """What the scripts read."""
    micros = int(world.now * 1_000_000)
    await awaited(redis.hset(CLOCK, "s", str(micros // 1_000_000)))
    await awaited(redis.hset(CLOCK, "us", str(micros % 1_000_000)))


def _drop(work: Coroutine[Any, Any, None]) -> None:
    """Background work is a separate step in the model."""
    work.close()


class Process:
    """What one `slackbridge run` is made of, as `app` builds it."""

    def __init__(
        self,
        redis: Redis,
        world: World,
        chat: FakeChat,
        provider: FakeProvider,
        rules: IntakeSettings,
    ) -> None:
        self.gate = Gate(world, TIMEOUT)
        self.asleep: list[Pass] = []
        store = cast(Store, Gated(self.gate, "store", VirtualStore(redis, world)))
        special = (What.STALE, What.REWRITTEN)
        slack = cast(Chat, Gated(self.gate, "chat", chat, special))
        market = cast(Provider, Gated(self.gate, "market", provider, special))
        self.store = store
        people = Permissions(slack, ("*",))
        self.desk = InboundDesk(store, people.may, rules, lambda: None)
        self.poller = Poller(ACCOUNT, "TOKEN", store, market, self.desk, RHYTHM)
        self.catch_up = CatchUp(store, slack, self.desk, (ACCOUNT,), (CHANNEL,), 3600.0)
        check = UnrecordedPosts(store, slack)
        loss = StrayEffects(store, slack, TIMEOUT + SLACK_SETTLE)
        poster = Poster(
            store,
            slack,
            check,
            loss,
            self.desk.announce,
            timeout=TIMEOUT,
            settle=SLACK_SETTLE,
            edit_every=1.0,
        )
        sender = Sender(market, people.may, PATIENCE)
        self.lane = Lane(store, slack, market, sender, poster, self.desk, PLACE)
        archive = cast(Archive, FakeArchive(chat))
        self._failover = Failover(
            store, archive, self.desk, self.catch_up, (ACCOUNT,), (CHANNEL,), _drop
        )
        self._epoch = -1.0

    async def claim(self, limit: int) -> list[Lease]:
        """As the workers do: nothing in a new server epoch while a pass of the old one runs."""
        epoch = self.store.server_epoch()
        if epoch != self._epoch:
            if self.asleep:
                return []
            await self._failover.run()
            self._epoch = epoch
        try:
            claims, _ = await self.store.lease(ACCOUNT, limit)
        except Later:
            return []
        return claims

    async def reconcile(self, lease: Lease) -> None:
        """As the workers do: what fails is due again when the lease ends."""
        try:
            await requeue(self.store, lease, await self.lane.reconcile(lease))
        except Later:
            return
