"""`python -m tests.model`: a long run of the model.

First each fault once, then lives at random. Exit 1 on a broken invariant, or if some fault never
struck.

Starts its own Redis server. The same seed repeats the same run.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from hypothesis import Phase, settings

from slackbridge.store import embedded
from tests.model.driver import CI, live, sweep
from tests.model.world import ALL_FAULTS


def main(
    steps: Annotated[int, typer.Option(help="About so many steps.")] = 5_000,
    length: Annotated[int, typer.Option(help="Steps of one life at most.")] = 50,
    seed: Annotated[int, typer.Option(help="Which lives.")] = 0,
    shrink: Annotated[bool, typer.Option(help="Look for the shortest history.")] = True,
) -> None:
    """Run many histories."""
    how = settings(
        CI,
        max_examples=max(1, steps // length),
        stateful_step_count=length,
        derandomize=False,
        phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
    )
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        server = asyncio.run(embedded.start(Path(folder)))
        try:
            done = sweep(server.url)
            done += live(server.url, how, seed)
        finally:
            asyncio.run(server.stop())
    seconds = time.monotonic() - begun
    for what, count in sorted(done.items()):
        typer.echo(f"{what:<42}{count:>8}")
    typer.echo(f"{done['steps'] / seconds:.0f} steps/s, {seconds:.0f} s")
    if missed := sorted(ALL_FAULTS - done.keys()):
        typer.echo("Faults that never struck:\n" + "\n".join(missed), err=True)
        raise typer.Exit(1)


app = typer.Typer(pretty_exceptions_enable=False)
app.command()(main)
app()
