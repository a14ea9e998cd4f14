"""The rig: one or two bridge processes, restarted whenever they are killed, with a Slack workspace,
marketplaces and a Redis server behind a fault proxy. Runs follow each other, each on its own
ticket. Faults hit the first process; the second one keeps working.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from slackbridge.demo.markets import Markets
from slackbridge.demo.process import BridgeProcess
from slackbridge.demo.waiting import Missed
from slackbridge.demo.world import ACCOUNT, QUICK, Table, World, world
from slackbridge.sandbox.faults import Faults
from slackbridge.store.keys import DEFAULT
from tests.rig.blow import Point
from tests.rig.cast import Cast
from tests.rig.ledger import Verdict, audit
from tests.rig.redis_kinds import Kind, sabotaged
from tests.rig.scenes import Scene
from tests.rig.shop import shop

HASTY: Table = {
    **QUICK,
    "replies": {"undo_seconds": 0.6},
    "files": {"outbound": True, "inbound": "upload", "loopback": True},
    "timing": {
        **QUICK["timing"],
        "lease_seconds": 2,
        "call_timeout_seconds": 1.5,
        "settle_seconds": 0.5,
        "retry_max_seconds": 1,
    },
}
ENDLESS = frozenset({"ListTickets", "List", "ListSearch", "redis.lease", "redis.time"})
"""Calls that go on while nothing happens."""
REST_SECONDS = 0.5
CALM_SECONDS = 0.4
DRAIN_SECONDS = 120.0  # patience, too: only a run that fails takes so long
READY_SECONDS = 120.0  # patience with a bridge that an earlier run has killed


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reached` is whether the call was made at all."""

    point: Point
    verdict: Verdict
    reached: bool

    @property
    def word(self) -> str:
        if self.verdict.faults:
            return self.verdict.faults[0].partition(":")[0]
        if not self.reached:
            return "not reached"
        return "unresolved" if self.verdict.unresolved else "ok"


class Rig:
    """One world with running bridges."""

    def __init__(self, place: World, faults: Faults, redis: Redis, processes: int) -> None:
        self.place = place
        self._redis = redis
        self._faults = faults
        self._sockets = 2 * processes
        self._numbers = itertools.count(1)

    async def rehearse(self, scene: Scene) -> Counter[str]:
        """Play a scene undisturbed; how often each operation was called. Raises Missed."""
        cast = await self._prepared(scene)
        servers = self._servers(scene)
        before = [len(server.seen) for server in servers]
        await scene.play(cast)
        if faults := (await self._rested(scene, cast)).faults:
            raise Missed(f"undisturbed: {faults}")
        seen: Counter[str] = Counter()
        for server, n in zip(servers, before, strict=True):
            seen.update(name for name in server.seen[n:] if name)
        return seen

    async def strike(self, scene: Scene, point: Point, seed: int) -> Outcome:
        """Play a scene with a fault at that point."""
        try:
            cast = await self._prepared(scene)
        except Missed as missed:
            return Outcome(point, Verdict(silent=[f"not prepared: {missed}{self._ended()}"]), False)
        fault = point.fault(self.place.bridge.pid, seed)
        for server in self._servers(scene):
            server.add(fault)
        try:
            await scene.play(cast)
            verdict = await self._rested(scene, cast)
        except Missed as missed:
            verdict = Verdict(silent=[f"{missed}{self._ended()}"])
        finally:
            for server in self._servers(scene):
                server.clear()
        return Outcome(point, verdict, bool(fault.struck))

    def copy_logs(self, folder: Path) -> None:
        """Copy what the bridges have logged."""
        folder.mkdir(parents=True, exist_ok=True)
        for log in self.place.folder.glob("*.log"):
            shutil.copy(log, folder)

    def _ended(self) -> str:
        return "" if self.place.bridge.pid else "; the bridge has ended by itself"

    async def _prepared(self, scene: Scene) -> Cast:
        cast = Cast(self.place, shop(self.place, scene.account), next(self._numbers))
        # The bridge spaces its calls as Slack wants it: no process is killed ten times a minute.
        if paces := await self._redis.keys(DEFAULT.pace("*")):
            await self._redis.delete(*paces)
        line = self.place.slack.socket
        await self.place.until("the bridge", lambda: line.connected >= self._sockets, READY_SECONDS)
        await scene.prepare(cast)
        await self._calm(scene)
        return cast

    async def _calm(self, scene: Scene) -> None:
        """Wait until earlier runs have no more effects."""
        before: list[str] = []
        while (now := self._busy(scene)) != before:
            before = now
            await asyncio.sleep(CALM_SECONDS)

    def _busy(self, scene: Scene) -> list[str]:
        return [
            f"{name} {n}"
            for server in self._servers(scene)
            for name, n in Counter(server.seen).items()
            if name not in ENDLESS and not name.startswith("redis.")
        ]

    async def _rested(self, scene: Scene, cast: Cast) -> Verdict:
        return await rested(self.place, lambda: _judged(scene, cast))

    def _servers(self, scene: Scene) -> list[Faults]:
        market = shop(self.place, scene.account)
        return [self.place.slack.faults, market.faults, self._faults]


async def rested(place: World, judged: Callable[[], Verdict]) -> Verdict:
    """The verdict once no work is left: no process is stopped, and a good verdict stays good.

    A stopped process may set a wrong reaction when it continues, and corrects it at once.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + DRAIN_SECONDS
    await place.until("the sleeper", lambda: not _asleep(place.bridge.pid))
    while True:
        with contextlib.suppress(Missed):
            await place.until("balance", lambda: not judged().faults, end - loop.time())
        await asyncio.sleep(REST_SECONDS)
        verdict = judged()
        if not verdict.faults or loop.time() >= end:
            return verdict


def _asleep(pid: int) -> bool:
    """Whether a process is stopped by SIGSTOP."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return False  # it has ended, or there are no such files here
    return status.rpartition(")")[2].split()[0] == "T"


def _judged(scene: Scene, cast: Cast) -> Verdict:
    verdict = audit(cast)
    if wrong := scene.wrong(cast):
        verdict.unexpected.append(wrong)
    return verdict


@contextlib.asynccontextmanager
async def rig(
    account: str = ACCOUNT, processes: int = 1, kind: Kind = Kind.SINGLE
) -> AsyncIterator[Rig]:
    """A rig whose world has the marketplace of that account, on that kind of Redis."""
    markets = Markets.REFURBED if account == ACCOUNT else Markets.ALL
    async with contextlib.AsyncExitStack() as stack:
        url, faults, redis = await stack.enter_async_context(sabotaged(kind))
        place = await stack.enter_async_context(
            world(extra=HASTY, seed=False, redis_url=url, markets=markets)
        )
        bridges = [place.bridge, *(place.another(n) for n in range(1, processes))]
        for bridge in bridges:
            await bridge.start()
            stack.push_async_callback(bridge.stop)
        async with nursed(*bridges):
            yield Rig(place, faults, redis, processes)


@contextlib.asynccontextmanager
async def nursed(*bridges: BridgeProcess) -> AsyncIterator[None]:
    """Restart a bridge whenever it is killed."""
    nurses = [asyncio.create_task(_nurse(bridge)) for bridge in bridges]
    try:
        yield
    finally:
        for nurse in nurses:
            nurse.cancel()
        await asyncio.gather(*nurses, return_exceptions=True)


async def _nurse(bridge: BridgeProcess) -> None:
    while await bridge.wait() < 0:
        await bridge.start()
