"""The first walk over an account's tickets: which get a thread, and what is said of the rest."""

from __future__ import annotations

import pytest

from slackbridge.domain.view import NoticeButton
from slackbridge.rules.evidence import CLOCK_SKEW_SECONDS
from slackbridge.rules.first_walk import FirstWalk

HOUR = 3600.0
NOW = 1_000 * HOUR


@pytest.mark.parametrize(
    ("shown_at", "changed", "rests"),
    [
        (0.0, NOW - 23 * HOUR, False),
        (0.0, NOW - 25 * HOUR, True),
        (NOW - 72 * HOUR, NOW - 71 * HOUR, False),
        (NOW - 72 * HOUR, NOW - 72 * HOUR - CLOCK_SKEW_SECONDS, False),
        (NOW - 72 * HOUR, NOW - 73 * HOUR, True),
        (NOW - HOUR, NOW - 23 * HOUR, False),  # never less than at a first start
    ],
)
def test_what_changed_since_a_bridge_worked_gets_its_thread(
    shown_at: float, changed: float, rests: bool
) -> None:
    walk = FirstWalk(NOW, 24 * HOUR, shown_at, frozenset({"known"}))
    assert walk.rests("new", changed) is rests
    assert not walk.rests("known", changed), "it is read: its thread may lack something"


def test_the_rest_is_one_notice_with_a_button() -> None:
    id, text, button, label = FirstWalk(NOW, 24 * HOUR).summary("shop", 3)
    assert (id, button, label) == ("born", NoticeButton.SHOW_ALL, "Show all 3 now")
    assert text == (
        "👋 *shop* is connected. 3 active tickets had no activity in the last 24 hours; each gets "
        "its thread when something happens on it."
    )


def test_after_a_rebuild_it_is_another_notice() -> None:
    walk = FirstWalk(NOW, 24 * HOUR, NOW - 72 * HOUR + CLOCK_SKEW_SECONDS)
    said = walk.summary("shop", 3)
    assert said.id != FirstWalk(NOW, 24 * HOUR).summary("shop", 3).id
    assert said.text == (
        "👋 *shop* is connected again. 3 active tickets have no thread and had no activity in the "
        "last 72 hours; each gets its thread when something happens on it."
    )
