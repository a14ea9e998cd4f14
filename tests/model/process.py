"""One process of the bridge in the model: the real rooms on the real store, in virtual time."""

from __future__ import annotations

from typing import cast

from redis.asyncio import Redis

from slackbridge.catchup import CatchUp
from slackbridge.door import Desk
from slackbridge.errors import Later
from slackbridge.intake import Rules
from slackbridge.lane import Lane, Place
from slackbridge.model import TicketKey
from slackbridge.people import People
from slackbridge.poll import Poller, Rhythm
from slackbridge.ports import Change, Chat, Claim, Provider, Store
from slackbridge.poster import Poster
from slackbridge.rebuild import Archive
from slackbridge.retrace import Retrace
from slackbridge.sender import Patience, Sender
from slackbridge.store.common import script, settled
from slackbridge.store.redis import RedisStore
from tests.model.market import ACCOUNT, FakeProvider
from tests.model.slack import CHANNEL, FakeArchive, FakeChat
from tests.model.world import Gate, Gated, Pass, What, World

LEASE, TIMEOUT, SETTLE, SLACK_SETTLE, UNDO = 15.0, 10.0, 15.0, 5.0, 10.0
RETENTION = 180 * 86_400
CLOCK = "model:clock"
RULES = Rules("direct", ("//",), undo=UNDO, fresh=900)
PATIENCE = Patience(timeout=TIMEOUT, settle=SETTLE, retry=2.0, retry_max=60.0, give_up=900)
PLACE = Place("model", (), CHANNEL, "", RETENTION, retry=2.0, retry_max=60.0, quarantine_after=5)
RHYTHM = Rhythm(30, 300, 172_800, 900, 300, down_max=60)


class VirtualStore(RedisStore):
    """The real store and its real scripts; only the server's clock is the world's."""

    def __init__(self, redis: Redis, world: World) -> None:
        now = self._world_now
        self._world = world
        self._begun = world.now
        super().__init__(
            redis, lease_seconds=LEASE, retention_seconds=RETENTION, clock=now, monotonic=now
        )
        self._write = redis.register_script(_timed("write"))
        self._claim = redis.register_script(_timed("claim"))
        self._release = redis.register_script(_timed("release"))
        self._mark = redis.register_script(_timed("mark"))

    def _world_now(self) -> float:
        return self._world.now

    async def write(self, key: TicketKey, change: Change, token: int | None = None) -> bool:
        await self._world.writes()
        return await super().write(key, change, token)

    def since(self) -> float:
        return max(self._begun, self._world.met)

    async def once(self, name: str, seconds: float) -> bool:
        """Keys expire in real time: here the end is stored beside."""
        name = f"model:once:{name}"
        if self._world.now < float(await self.redis.get(name) or 0):
            return False
        await self.redis.set(name, self._world.now + seconds)
        return True


def _timed(name: str) -> str:
    """A script of ours that reads the world's clock where it would read the server's."""
    text = script(name)
    assert "redis.call('TIME')" in text or name == "mark"
    return text.replace("redis.call('TIME')", f"redis.call('HMGET', '{CLOCK}', 's', 'us')")


async def set_clock(redis: Redis, world: World) -> None:
    """What the scripts read."""
    micros = int(world.now * 1_000_000)
    await settled(redis.hset(CLOCK, "s", str(micros // 1_000_000)))
    await settled(redis.hset(CLOCK, "us", str(micros % 1_000_000)))


class Process:
    """What one `slackbridge run` is made of, as `app` builds it."""

    def __init__(self, redis: Redis, world: World, chat: FakeChat, provider: FakeProvider) -> None:
        self.gate = Gate(world, TIMEOUT)
        self.asleep: list[Pass] = []
        store = cast(Store, Gated(self.gate, "store", VirtualStore(redis, world)))
        slack = cast(Chat, Gated(self.gate, "chat", chat))
        special = (What.STALE, What.REWRITTEN)
        market = cast(Provider, Gated(self.gate, "market", provider, special))
        self.store = store
        people = People(slack, ("*",))
        self.desk = Desk(store, people.may, RULES, lambda: None)
        self.poller = Poller(ACCOUNT, "TOKEN", store, market, self.desk, RHYTHM)
        self.catch_up = CatchUp(store, slack, self.desk, (ACCOUNT,), (CHANNEL,), 3600.0)
        poster = Poster(store, slack, timeout=TIMEOUT, settle=SLACK_SETTLE, edit_every=1.0)
        sender = Sender(market, people.may, PATIENCE)
        self.lane = Lane(store, slack, market, sender, poster, self.desk, PLACE)
        archive = cast(Archive, FakeArchive(chat))
        self._retrace = Retrace(store, archive, self.desk, self.catch_up, (ACCOUNT,), (CHANNEL,))
        self._met = -1.0

    async def claim(self, limit: int) -> list[Claim]:
        """As the crew does: nothing of a server that was not met while nothing of ours runs."""
        since = self.store.since()
        if since != self._met:
            if self.asleep:
                return []
            await self._retrace.run()
            self._met = since
        try:
            claims, _ = await self.store.claim(ACCOUNT, limit)
        except Later:
            return []
        return claims

    async def reconcile(self, claim: Claim) -> None:
        """As the crew does: what fails is due again when the lease ends."""
        try:
            await self.lane.reconcile(claim)
        except Later:
            return
