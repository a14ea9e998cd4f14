"""A process that did not run for a while notices it before it says that all is well."""

from __future__ import annotations

import asyncio
import time

import pytest

from slackbridge.ops import schedule
from slackbridge.ops.schedule import Schedule


@pytest.fixture(autouse=True)
def _light_sleeper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(schedule, "ASLEEP_SECONDS", 0.3)


async def test_a_gap_is_noticed_before_the_next_turn() -> None:
    told: list[str] = []
    jobs = Schedule(lambda: told.append("gap"))

    async def turn() -> None:
        told.append("turn")

    jobs.every(0.2, turn, "turn", now=True)
    jobs.start()
    await asyncio.sleep(0.1)
    told.clear()
    time.sleep(0.6)  # noqa: ASYNC251 - the process does not run
    await asyncio.sleep(0.2)
    await jobs.stop(1)
    assert told[:2] == ["gap", "turn"]
    assert told.count("gap") == 1


async def test_a_turn_that_goes_on_after_a_sleep_can_ask() -> None:
    gaps: list[str] = []
    jobs = Schedule(lambda: gaps.append("gap"))
    jobs.start()
    time.sleep(0.6)  # noqa: ASYNC251
    jobs.notice_gap()
    jobs.notice_gap()
    await jobs.stop(1)
    assert gaps == ["gap"]


async def test_a_busy_loop_is_no_gap() -> None:
    gaps: list[str] = []
    jobs = Schedule(lambda: gaps.append("gap"))
    jobs.start()
    for _ in range(5):
        time.sleep(0.1)  # noqa: ASYNC251
        await asyncio.sleep(0.06)
    await jobs.stop(1)
    assert gaps == []


@pytest.mark.parametrize("seconds", [3600.0, -3600.0])
async def test_a_suspended_machine_or_a_set_clock_is_a_gap(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    gaps: list[str] = []
    jobs = Schedule(lambda: gaps.append("gap"))
    jobs.start()
    ahead = schedule._ahead()
    monkeypatch.setattr(schedule, "_ahead", lambda: ahead + seconds)
    await asyncio.sleep(0.2)
    await jobs.stop(1)
    assert gaps == ["gap"]
