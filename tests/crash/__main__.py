"""`python -m tests.crash`: the whole kill matrix, as a table; exit 1 on loss, doubling, silence."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from typing import Annotated

import typer

from slackbridge.sandbox.faults import Phase
from tests.crash.matrix import Outcome, Point, events, strike_all

MARKS = {"ok": "·", "not reached": " ", "unresolved": "?"}


def main(
    jobs: Annotated[int, typer.Option(help="How many worlds at a time.")] = 2,
    seed: Annotated[int, typer.Option(help="Moves the kills that come after an answer.")] = 0,
    only: Annotated[str, typer.Option(help="Only operations whose name holds this.")] = "",
) -> None:
    """Kill the bridge at every moment of a ticket's life."""
    outcomes = asyncio.run(_all(jobs, seed, only))
    typer.echo(table(outcomes))
    raise typer.Exit(1 if any(o.verdict.faults for o in outcomes) else 0)


async def _all(jobs: int, seed: int, only: str) -> list[Outcome]:
    points = [point for point in await events() if only in point.operation]
    begun, outcomes = time.monotonic(), []
    typer.echo(f"{len(points)} kills, seed {seed}, {jobs} at a time")
    async for outcome in strike_all(points, seed, jobs):
        outcomes.append(outcome)
        for fault in outcome.verdict.faults:
            typer.echo(f"{outcome.point}: {fault}")
        if sys.stderr.isatty():
            typer.echo(f"\r{len(outcomes)}/{len(points)} ", nl=False, err=True)
    typer.echo(f"{time.monotonic() - begun:.0f} s")
    return outcomes


def table(outcomes: list[Outcome]) -> str:
    """A row for every event, a column for every phase; then the sums."""
    words = {outcome.point: outcome.word for outcome in outcomes}
    rows = sorted({(point.operation, point.k) for point in words})
    lines = [" " * 28 + " ".join(f"{phase:>8}" for phase in Phase)]
    for operation, k in rows:
        found = [words.get(Point(operation, k, phase), "") for phase in Phase]
        cells = " ".join(f"{MARKS.get(word, word):>8}" for word in found)
        lines.append(f"{operation + '#' + str(k):<28}{cells}")
    sums = Counter(words.values())
    lines.append(", ".join(f"{n} {word}" for word, n in sums.most_common()))
    return "\n".join(lines)


typer.run(main)
