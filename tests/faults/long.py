"""`python -m tests.faults.long`: one ticket of very many messages, and others beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Annotated

import typer

from slackbridge.demo.world import World, world
from tests.bridge.stage import Stage
from tests.faults.server import running

SOME = 20
BESIDE_SECONDS = 10.0


async def play(place: World, messages: int, say: Callable[[str], None]) -> float:
    """The longest time in seconds from another ticket's opening to its first post.

    Raises AssertionError if a message is lost, doubled or out of order, or a ticket was delayed.
    """
    stage = Stage(place)
    async with running(place, slack={"post_seconds": 0.0, "post_burst": 20}):
        (much,) = place.refurbed.bulk(1, messages=messages)
        begun, slowest = time.monotonic(), 0.0
        await stage.until("a part of it", lambda: len(stage.mirrored(much)) > SOME)
        while (shown := len(stage.mirrored(much))) < messages:
            opened = time.monotonic()
            beside = await stage.opened()
            slowest = max(slowest, time.monotonic() - opened)
            assert slowest < BESIDE_SECONDS
            stage.balanced(beside)
            say(f"{opened - begun:6.0f} s  {shown} messages; slowest beside it {slowest:.1f} s")
            await asyncio.sleep(min(30.0, messages / 1_000))
        stage.balanced(much)
        return slowest


async def _alone(messages: int) -> None:
    async with world(seed=False) as place:
        await play(place, messages, typer.echo)
        if place.redis is not None:
            await place.redis.stop()


def main(messages: Annotated[int, typer.Option(help="How many.")] = 10_000) -> None:
    """Play it, and say how long the others took."""
    asyncio.run(_alone(messages))
    typer.echo("all well")


if __name__ == "__main__":
    typer.run(main)
