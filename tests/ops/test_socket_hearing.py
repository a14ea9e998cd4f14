"""How long Slack may not be heard in Socket Mode, and what is said of it."""

from __future__ import annotations

import pytest

from slackbridge.ops.socket_hearing import SocketHearing


class Hand:
    """Connections and a clock, set by hand."""

    def __init__(self, why: str = "") -> None:
        self.now, self.live, self._why = 1_000.0, 0, why

    def connected(self) -> int:
        return self.live

    def why(self) -> str:
        return self._why

    def clock(self) -> float:
        return self.now


async def passed(ear: SocketHearing, hand: Hand, seconds: float, step: float = 5.0) -> None:
    """So much time with its ticks."""
    for _ in range(int(seconds / step)):
        hand.now += step
        await ear.tick()


async def test_it_is_given_up_after_so_many_minutes() -> None:
    hand = Hand("Slack's host for Socket Mode does not answer.")
    ear = SocketHearing(hand, 10, hand.clock)
    await ear.tick()
    assert ear.why() == "no connection to Slack: Slack's host for Socket Mode does not answer"
    await passed(ear, hand, 595)
    assert not ear.given_up.is_set()
    assert ear.why().startswith("no connection to Slack for 10 minutes: Slack's host")
    await passed(ear, hand, 5)
    assert ear.given_up.is_set()
    words = ear.last_words()
    assert words.startswith("No connection to Slack for 10 minutes (slack.deaf_minutes): Slack's")
    assert "SLACK_APP_TOKEN" in words
    assert "\n" not in words


async def test_one_connection_is_enough_and_begins_the_count_anew() -> None:
    hand = Hand()
    ear = SocketHearing(hand, 10, hand.clock)
    await passed(ear, hand, 590)
    hand.live = 1
    await passed(ear, hand, 5)
    assert ear.why() == ""
    hand.live = 0
    await passed(ear, hand, 595)
    assert not ear.given_up.is_set()
    assert ear.why() == "no connection to Slack for 10 minutes"


async def test_a_process_that_slept_was_not_deaf_for_so_long() -> None:
    """It could not listen; when it wakes it connects anew."""
    hand = Hand()
    ear = SocketHearing(hand, 10, hand.clock)
    await passed(ear, hand, 30)
    await passed(ear, hand, 86_400, step=86_400)
    assert not ear.given_up.is_set()
    await passed(ear, hand, 600)
    assert ear.given_up.is_set()


@pytest.mark.parametrize("hours", [1, 100])
async def test_nought_means_never(hours: int) -> None:
    hand = Hand()
    ear = SocketHearing(hand, 0, hand.clock)
    await passed(ear, hand, hours * 3600)
    assert not ear.given_up.is_set()
