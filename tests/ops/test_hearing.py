"""What proves that Slack does not reach us, and for how long that is believed."""

from __future__ import annotations

import pytest

from slackbridge.ops import hearing
from slackbridge.ops.hearing import NOT_DELIVERED, Hearing


class Clock:
    now = 1_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(hearing, "time", clock)
    return clock


@pytest.mark.parametrize(
    ("written", "requested", "found", "why"),
    [
        (100, None, 160, NOT_DELIVERED),
        (100, 50, 160, NOT_DELIVERED),
        (100, 130, 160, ""),  # Slack reaches us again
        (155, None, 160, ""),  # it may be on its way
        (-100, None, 160, ""),  # from before we listened
    ],
)
def test_a_message_that_was_not_delivered(
    clock: Clock, written: float, requested: float | None, found: float, why: str
) -> None:
    began = clock.now
    ear = Hearing(120)
    if requested is not None:
        clock.now = began + requested
        ear.requested()
    clock.now = began + found
    ear.found(began + written)
    assert ear.why() == why
    clock.now += 119
    assert ear.why() == why
    clock.now += 2
    assert ear.why() == "", "nobody is locked out"


def test_a_request_proves_the_opposite(clock: Clock) -> None:
    ear = Hearing(120)
    clock.now += 60
    ear.found(clock.now - 30)
    assert ear.why()
    ear.requested()
    assert ear.why() == ""
    assert ear.state() == "last request from Slack at 1970-01-12 13:47:40 UTC"
