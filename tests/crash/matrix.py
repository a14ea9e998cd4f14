"""The kill matrix: a life is played once undisturbed to number what the bridge says to both
servers, then again and again with kill -9 at one of these moments, and a restart.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from slackbridge.demo.world import Missed, World, world
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.crash.ledger import Verdict, audit
from tests.crash.life import HASTY, Life

IDLE = {"ListTickets": 3}
"""Polls go on for ever: so many of them count as events."""
REST_SECONDS = 0.7
DRAIN_SECONDS = 30.0
LATE_SECONDS = 0.05


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A moment: the `k`-th call (from 0) of an operation, in one of its phases."""

    operation: str
    k: int
    phase: Phase

    def __str__(self) -> str:
        return f"{self.operation}#{self.k} {self.phase}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reached` is whether the moment came at all."""

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


async def events() -> list[Point]:
    """Every moment of an undisturbed life. Raises Missed if even that goes wrong."""
    async with living() as life:
        await life.play()
        if faults := (await rested(life)).faults:
            raise Missed(f"undisturbed: {faults}")
        seen = Counter(life.place.slack.faults.seen + life.place.refurbed.faults.seen)
    return [
        Point(operation, k, phase)
        for operation, times in seen.items()
        for k in range(min(times, IDLE.get(operation, times)))
        for phase in Phase
    ]


async def strike(point: Point, seed: int) -> Outcome:
    """Play a life with a kill at that moment."""
    async with living() as life:
        place = life.place
        fault = _kill(point, place.bridge.pid, seed)
        place.slack.faults.add(fault)
        place.refurbed.faults.add(fault)
        try:
            await life.play()
        except Missed as missed:
            ended = "" if place.bridge.pid else "; the bridge has ended by itself"
            return Outcome(point, Verdict(silent=[f"{missed}{ended}"]), bool(fault.struck))
        return Outcome(point, await rested(life), bool(fault.struck))


async def strike_all(points: Iterable[Point], seed: int, jobs: int) -> AsyncIterator[Outcome]:
    """All of them, so many at a time, as they end."""
    turn = asyncio.Semaphore(jobs)

    async def one(point: Point) -> Outcome:
        async with turn:
            return await strike(point, seed)

    for done in asyncio.as_completed([one(point) for point in points]):
        yield await done


def _kill(point: Point, pid: int, seed: int) -> Fault:
    """After an answer the bridge lives on for a moment, so that it dies between two writes."""
    late = random.Random(f"{seed} {point}").uniform(0, LATE_SECONDS)
    return Fault(
        point.operation,
        point.phase,
        Action.KILL,
        skip=point.k,
        pid=pid,
        seconds=late if point.phase is Phase.AFTER else 0.0,
    )


@contextlib.asynccontextmanager
async def living() -> AsyncIterator[Life]:
    """A life in a world of its own; its bridge runs, and again whenever it was killed."""
    async with world(extra=HASTY, seed=False) as place:
        await place.bridge.start()
        nurse = asyncio.create_task(_nurse(place))
        try:
            yield Life(place)
        finally:
            nurse.cancel()
            await asyncio.gather(nurse, return_exceptions=True)


async def _nurse(place: World) -> None:
    while await place.bridge.wait() < 0:
        await place.bridge.start()


async def rested(life: Life) -> Verdict:
    """The verdict once everything has come to rest."""
    with contextlib.suppress(Missed):
        await life.place.until(
            "balance", lambda: not audit(life.place, life.asked).faults, DRAIN_SECONDS
        )
    await asyncio.sleep(REST_SECONDS)
    return audit(life.place, life.asked)
