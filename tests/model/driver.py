"""Runs the machine on a Redis server: many short histories."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from slackbridge.store.redis import connect
from tests.model import checks, scenes
from tests.model.machine import ROUNDS, Model
from tests.model.town import NO_TROUBLE, Town
from tests.model.world import ALL_FAULTS, Trouble

CI = settings(
    max_examples=15,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # `python -m tests.model` looks for the shortest history
    suppress_health_check=list(HealthCheck),
)
LONG = settings(CI, max_examples=60)


@contextmanager
def silence() -> Iterator[None]:
    """Silence the log: injected faults fill it."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def live(url: str, how: settings, number: int | None = None) -> Counter[str]:
    """Run; returns the steps done. Raises AssertionError with the shortest failing history."""
    loop = asyncio.new_event_loop()
    redis = connect(url)

    class Lives(Model):
        """On this server."""

    Lives.loop, Lives.redis, Lives.done = loop, redis, Counter()
    try:
        with silence():
            run_state_machine_as_test(
                Lives if number is None else seed(number)(Lives), settings=how
            )
        return Lives.done
    finally:
        loop.run_until_complete(redis.aclose())
        loop.close()


def sweep(url: str) -> Counter[str]:
    """Each fault once, amid what leads to the call that it strikes, on a quiet town.

    Returns the faults met. Raises AssertionError with the faults found.
    """
    met: Counter[str] = Counter()
    for scene, trouble in scenes.EACH:
        with silence():
            met += asyncio.run(_swept(url, scene, trouble))
    return met


async def _swept(url: str, scene: str, trouble: Trouble) -> Counter[str]:
    redis = connect(url)
    town = Town(redis, answers=False)
    try:
        await town.begin()
        town.market.opens("question")
        for _ in range(4):
            await town.polls(0, NO_TROUBLE)
            await town.works(0, NO_TROUBLE)
            await town.pass_time(2)
            await town.look()
        await scenes.amid(town, 0, 0, scene, [trouble])
        await town.look()
        await town.heals()
        while not await town.rests():
            await town.look()
            assert town.step < ROUNDS, f"{scene}, {trouble}: no rest"
        await town.look()
        found = [*checks.always(town), *checks.at_rest(town)]
        assert not found, f"{scene}, {trouble}: {found}"
    finally:
        await town.close()
        await redis.aclose()
    return Counter({name: n for name, n in town.done.items() if name in ALL_FAULTS})
