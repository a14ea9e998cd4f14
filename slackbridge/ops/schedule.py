"""When things happen: APScheduler, one job per account and a few of our own.

A turn that takes longer than its interval is not begun twice, and turns that were missed while
the process could not run become one. That it could not run (SIGSTOP, a suspended or frozen machine)
is noticed before the next turn begins.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger(__name__)
# It warns of each turn that is left out because the one before still runs, which is meant.
logging.getLogger("apscheduler").setLevel(logging.ERROR)
Job = Callable[[], Awaitable[None]]
WATCH_SECONDS = 2.0
SET_SECONDS = 2.0
ASLEEP_SECONDS = 15.0  # a timer that is so late means that the process did not run


class Schedule:
    """Repeats jobs. Jobs must raise nothing.

    `on_gap` is called once after each time in which the process did not run, or may not have.
    """

    def __init__(self, on_gap: Callable[[], None] = lambda: None) -> None:
        self._on_gap = on_gap
        self._turns: set[asyncio.Task[Any]] = set()
        self._ahead = 0.0
        self._looked = 0.0
        self._look: asyncio.TimerHandle | None = None
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def every(self, seconds: float, job: Job, name: str, *, now: bool = False) -> None:
        """Run `job` every so many seconds, the first time at once or after that time."""
        first = {"next_run_time": datetime.now(UTC)} if now else {}

        async def turn() -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - a coroutine runs in one
            self._turns.add(task)
            task.add_done_callback(self._turns.discard)
            with contextlib.suppress(asyncio.CancelledError):  # `stop` cuts off what runs
                self.notice_gap()
                await job()

        self._scheduler.add_job(turn, "interval", seconds=seconds, id=name, name=name, **first)

    def start(self) -> None:
        """Begin; needs a running event loop."""
        self._scheduler.start()
        self._ahead, self._looked = _ahead(), time.monotonic()
        self._watch()

    def notice_gap(self) -> None:
        """See whether the process has slept. Whoever notes that all is well asks this first."""
        late = time.monotonic() - self._looked - WATCH_SECONDS
        jump = _ahead() - self._ahead
        self._looked = time.monotonic()
        if late > ASLEEP_SECONDS:
            log.warning("process.slept", seconds=round(late))
        if abs(jump) > SET_SECONDS:  # a suspended machine looks the same
            log.warning("clock.set", seconds=round(jump))
            self._ahead += jump
        if late > ASLEEP_SECONDS or abs(jump) > SET_SECONDS:
            self._all_now()
            self._on_gap()

    def _all_now(self) -> None:
        """Jobs are timed by the wall clock: if it is set back, none may wait until it is there."""
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))

    def _watch(self) -> None:
        self.notice_gap()
        self._look = asyncio.get_running_loop().call_later(WATCH_SECONDS, self._watch)

    async def stop(self, patience: float) -> None:
        """Begin no more jobs and cut off those that run; they are over when this returns.

        What they use can be closed then. One that ignores it gets `patience` seconds.
        """
        if self._look is not None:
            self._look.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._turns:
            await asyncio.wait(self._turns, timeout=patience)


def _ahead() -> float:
    """How far the wall clock is ahead of the one that nobody sets, in seconds."""
    return datetime.now(UTC).timestamp() - time.monotonic()
