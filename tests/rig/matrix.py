"""The matrix: every scene is played once without faults to number the bridge's calls, then
again with every fault at each of these calls.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

from slackbridge.demo.world import ACCOUNT
from tests.rig.blow import Point, blows
from tests.rig.redis_kinds import Kind
from tests.rig.rig import Outcome, Rig, rig
from tests.rig.scenes import SCENES, Scene

NAMED = {scene.name: scene for scene in SCENES}
BACKGROUND = frozenset(
    {"ListTickets", "List", "ListSearch", "SearchTickets", "apps.connections.open"}
    | {f"redis.{name}" for name in ("get", "hmget", "hkeys", "incrby", "lease", "make_due", "set")}
)
"""Calls of the polls, the heartbeat and the sockets: they strike once a scene."""
HANDSHAKE = frozenset(
    f"redis.{name}"
    for name in (
        *("hello", "auth", "client", "info", "ping", "script", "time", "cluster", "command"),
        *("sentinel", "publish", "subscribe"),
    )
)
"""What redis-py says at a connection, and what Sentinels say."""
RUNS_OF_A_RIG = 30


async def points(scenes: Iterable[Scene], kind: Kind) -> list[Point]:
    """Every moment of these scenes. Raises Missed if one goes wrong even undisturbed."""
    found: list[Point] = []
    for account in dict.fromkeys(scene.account for scene in scenes):
        async with rig(account, kind=kind) as place:
            for scene in scenes:
                if scene.account == account:
                    found += await _moments(place, scene)
    return found


async def _moments(place: Rig, scene: Scene) -> list[Point]:
    seen = await place.rehearse(scene)
    return [
        Point(scene.name, operation, k, blow)
        for operation, times in seen.items()
        if operation not in HANDSHAKE
        for k in range(1 if operation in BACKGROUND else times)
        for blow in blows(operation)
    ]


async def strike_all(
    points: Sequence[Point], seed: int, jobs: int, kind: Kind, logs: Path | None = None
) -> AsyncIterator[Outcome]:
    """All of them, in so many rigs at a time, as they end. What the bridges of a failed run have
    logged is copied to `logs`.

    Every second rig of refurbed's has two processes; the next seed gives the other half two.
    """
    shares: asyncio.Queue[tuple[int, list[Point]]] = asyncio.Queue()
    for number, share in enumerate(_shares(points), seed):
        # Where there are webhooks, a process listens on a port, which two cannot share.
        alone = NAMED[share[0].scene].account != ACCOUNT
        shares.put_nowait((1 if alone else 1 + number % 2, share))
    outcomes: asyncio.Queue[Outcome] = asyncio.Queue()

    async def work() -> None:
        while not shares.empty():
            processes, share = shares.get_nowait()
            async with rig(NAMED[share[0].scene].account, processes, kind) as place:
                left = await _strike(place, share, seed, outcomes, logs)
            if left:
                shares.put_nowait((processes, left))

    async with asyncio.TaskGroup() as group:
        for _ in range(jobs):
            group.create_task(work())
        for _ in points:
            yield await outcomes.get()


async def _strike(
    place: Rig,
    share: list[Point],
    seed: int,
    outcomes: asyncio.Queue[Outcome],
    logs: Path | None,
) -> list[Point]:
    """Play these points in one rig. After a failed point the rig is dropped."""
    for n, point in enumerate(share, 1):
        outcome = await place.strike(NAMED[point.scene], point, seed)
        outcomes.put_nowait(outcome)
        if outcome.verdict.faults:
            if logs:
                place.copy_logs(logs / re.sub(r"[^\w.#]+", "-", str(point)))
            return share[n:]
    return []


def _shares(points: Sequence[Point]) -> Iterable[list[Point]]:
    for account in dict.fromkeys(NAMED[point.scene].account for point in points):
        mine = [point for point in points if NAMED[point.scene].account == account]
        for at in range(0, len(mine), RUNS_OF_A_RIG):
            yield mine[at : at + RUNS_OF_A_RIG]
