"""An outage of Redis is told once, and so is its end."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from slackbridge.domain.errors import Later
from slackbridge.ops import outage
from slackbridge.ops.outage import LASTS_SECONDS, Outage

FULL = Later("Redis refuses this: its memory is full; raise maxmemory (OOM)", 1.0, code="redis")


class Clock:
    now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(outage, "time", clock)
    return clock


class Slack:
    """Where it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.away = False

    async def tell(self, text: str) -> None:
        if self.away:
            raise Later("Slack did not answer", 1.0)
        self.told.append(text)


async def beats(one: Outage, clock: Clock, seconds: float, failure: Later | None) -> None:
    """Heartbeats for so long, with this outcome."""
    end = clock.now + seconds
    while clock.now < end:
        if failure is not None:
            one.begun(failure)
        else:
            one.over()
        await one.report()
        clock.now += 10


async def test_it_is_told_once_when_it_lasts_and_once_when_it_is_over(clock: Clock) -> None:
    slack = Slack()
    one = Outage("web-1-1-abcdef", slack.tell)
    with capture_logs() as lines:
        await beats(one, clock, LASTS_SECONDS, FULL)
        assert slack.told == []
        await beats(one, clock, 300, FULL)
        assert len(slack.told) == 1
        assert "raise maxmemory" in slack.told[0]
        await beats(one, clock, 300, None)
        assert len(slack.told) == 2
        assert "can store again" in slack.told[1]
        await beats(one, clock, 300, FULL)
        assert len(slack.told) == 3
    events = [line["event"] for line in lines]
    assert events == ["redis.takes_nothing", "redis.back", "redis.takes_nothing"]


async def test_a_short_one_is_for_the_log_only(clock: Clock) -> None:
    slack = Slack()
    one = Outage("web-1-1-abcdef", slack.tell)
    for _ in range(5):
        await beats(one, clock, 20, FULL)
        await beats(one, clock, 20, None)
    assert slack.told == []


async def test_slack_is_told_once_it_is_there(clock: Clock) -> None:
    slack = Slack()
    one = Outage("web-1-1-abcdef", slack.tell)
    slack.away = True
    await beats(one, clock, 60, FULL)
    slack.away = False
    await beats(one, clock, 60, FULL)
    assert len(slack.told) == 1
