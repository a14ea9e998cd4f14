"""What is said of a reply that passes do not come to."""

from __future__ import annotations

import math

import pytest

from slackbridge.domain.intent import State
from slackbridge.domain.model import Kind
from slackbridge.rules.delayed import delayed
from tests.values import intent

NOW, AGAIN = 2_000.0, 2_060.0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"due": 1_999.0}, False),  # it may be on its way
        ({"due": 1_990.0}, True),
        ({"due": 2_001.0, "reason": "slow"}, False),  # its time has not come
        ({"due": 1_999.0, "reason": "slow"}, True),
        ({"due": 1_990.0, "kind": Kind.NOTICE}, False),
        ({"due": 1_990.0, "state": State.SENDING}, False),
        ({"due": 1_990.0, "state": State.HELD}, False),
    ],
)
def test_when_something_is_said(changes: dict[str, object], says: bool) -> None:
    before = intent().but(created=1_900.0, **changes)
    after = delayed(before, "why", AGAIN, NOW, 900)
    assert (after is not None) == says
    if after is not None:
        assert (after.state, after.reason, after.due) == (State.QUEUED, "why", AGAIN)
        assert after.tries == before.tries + 1


@pytest.mark.parametrize(
    ("created", "tries", "money", "give_up", "state"),
    [
        (1_000.0, 3, False, 900, State.FAILED),
        (1_000.0, 2, False, 900, State.QUEUED),  # after a Retry it is tried some times again
        (1_500.0, 9, False, 900, State.QUEUED),
        (1_000.0, 9, False, math.inf, State.QUEUED),
        (1_990.0, 0, True, 900, State.FAILED),
    ],
)
def test_when_it_is_given_up(
    created: float, tries: int, money: bool, give_up: float, state: State
) -> None:
    before = intent(due=1_990.0, created=created, tries=tries, money=money)
    after = delayed(before, "why", AGAIN, NOW, give_up)
    assert after is not None
    assert (after.state, after.text) == (state, "Hello")
