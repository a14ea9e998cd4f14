"""`python -m tests.rig`: the matrix, as a table; exit 1 on loss, doubling or silence."""

from __future__ import annotations

import asyncio
import math
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from tests.rig.blow import NAMES, Point
from tests.rig.matrix import points, strike_all
from tests.rig.redis_kinds import Kind
from tests.rig.rig import Outcome
from tests.rig.scenes import SCENES

TOLD_EVERY = 250


def main(
    jobs: Annotated[int, typer.Option(help="How many rigs at a time.")] = 5,
    seed: Annotated[int, typer.Option(help="Picks the sample, and moves the late kills.")] = 0,
    only: Annotated[str, typer.Option(help="Only moments whose name holds this.")] = "",
    sample: Annotated[int, typer.Option(help="Only so many, some of every scene.")] = 0,
    redis: Annotated[
        Kind, typer.Option(help="One server, one that Sentinels name, or a Redis Cluster.")
    ] = Kind.SINGLE,
    logs: Annotated[
        Path | None, typer.Option(help="A folder for the bridges' logs of failed runs.")
    ] = None,
) -> None:
    """Inject a fault at every call of every scene.

    Between the bridge and each server of Redis is a proxy that injects faults, on each kind alike:
    Sentinels and nodes of a cluster announce the proxies' ports. tests/rig/test_kinds.py kills
    masters.
    """
    outcomes = asyncio.run(_all(jobs, seed, only, sample, redis, logs))
    typer.echo(table(outcomes))
    raise typer.Exit(1 if any(o.verdict.faults for o in outcomes) else 0)


async def _all(
    jobs: int, seed: int, only: str, sample: int, redis: Kind, logs: Path | None
) -> list[Outcome]:
    begun, outcomes = time.monotonic(), []
    scenes = [scene for scene in SCENES if scene.name == only.partition(":")[0]] or SCENES
    wanted = [point for point in await points(scenes, redis) if only in str(point)]
    if sample:
        wanted = sampled(wanted, sample, seed)
    typer.echo(f"{len(wanted)} runs, seed {seed}, {jobs} at a time, {redis}")
    async for outcome in strike_all(wanted, seed, jobs, redis, logs):
        outcomes.append(outcome)
        for fault in outcome.verdict.faults:
            typer.echo(f"{outcome.point}: {fault}")
        if sys.stderr.isatty():
            typer.echo(f"\r{len(outcomes)}/{len(wanted)} ", nl=False, err=True)
        elif len(outcomes) % TOLD_EVERY == 0:
            minutes = (time.monotonic() - begun) / 60
            typer.echo(f"{len(outcomes)} of {len(wanted)} after {minutes:.0f} min")
    typer.echo(f"{time.monotonic() - begun:.0f} s")
    return outcomes


def sampled(all: list[Point], number: int, seed: int) -> list[Point]:
    """A sample that takes the same share of every scene; the same seed gives the same sample."""
    part = min(1.0, number / len(all))
    picked: list[Point] = []
    for scene in SCENES:
        mine = sorted(point for point in all if point.scene == scene.name)
        picked += random.Random(f"{seed} {scene.name}").sample(mine, math.ceil(part * len(mine)))
    return picked


def table(outcomes: list[Outcome]) -> str:
    """A row for every scene, a column for every kind of fault; then the sums."""
    kinds = list(NAMES.values())
    lines = [f"{'scene':<22}" + "".join(f"{kind:>8}" for kind in kinds) + "  results"]
    for scene in SCENES:
        mine = [o for o in outcomes if o.point.scene == scene.name]
        if mine:
            struck = Counter(NAMES[o.point.blow.action] for o in mine)
            cells = "".join(f"{struck[kind]:>8}" for kind in kinds)
            lines.append(f"{scene.name:<22}{cells}  {_sums(mine)}")
    lines.append(f"{len(outcomes)} runs: {_sums(outcomes)}")
    return "\n".join(lines)


def _sums(outcomes: list[Outcome]) -> str:
    return ", ".join(f"{n} {word}" for word, n in Counter(o.word for o in outcomes).most_common())


if __name__ == "__main__":
    typer.run(main)
