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
from tests.model.machine import Model

CI = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # `python -m tests.model` looks for the shortest history
    suppress_health_check=list(HealthCheck),
)


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
