"""What waited too long is asked about, not sent."""

from __future__ import annotations

import pytest

from slackbridge.domain.intent import Press, State, after_press
from slackbridge.domain.model import Kind
from slackbridge.rules import receipt
from slackbridge.rules.staleness import ABSENT, STALE, asked_if_stale, requeue_or_ask
from tests.values import KEY, intent

DUE, FRESH = 2000.0, 900.0


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.sent])
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(("now", "late"), [(DUE + FRESH, False), (DUE + FRESH + 1, True)])
def test_only_what_is_queued_and_late_is_held(
    kind: Kind, state: State, now: float, late: bool
) -> None:
    it = intent(state, kind=kind, due=DUE, tries=2)
    after = asked_if_stale(it, now, FRESH)
    if not late or state is not State.QUEUED or kind is Kind.ASSIGN:
        assert after is it
        return
    assert (after.state, after.reason, after.text) == (State.HELD, STALE, "Hello")


def test_what_has_no_time_of_its_own_waits_since_it_was_asked_for() -> None:
    it = intent(kind=Kind.STATUS, created=DUE)
    assert asked_if_stale(it, DUE + FRESH, FRESH) is it
    assert asked_if_stale(it, DUE + FRESH + 1, FRESH).state is State.HELD


def test_what_is_queued_again_waits_since_its_attempt() -> None:
    it = intent(State.SENDING)
    ended = it.attempt.deadline if it.attempt else 0.0
    assert requeue_or_ask(it, ended + FRESH, FRESH).state is State.QUEUED
    late = requeue_or_ask(it, ended + FRESH + 1, FRESH)
    assert (late.state, late.reason) == (State.HELD, ABSENT)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.sent])
@pytest.mark.parametrize("ts", ["", "1000.000100"])
def test_every_button_of_what_is_asked_leads_on(kind: Kind, ts: str) -> None:
    held = intent(State.HELD, kind=kind, ts=ts, reason=STALE, label="Refund")
    words = receipt.words(held, KEY, DUE)
    assert words is not None
    assert STALE in words.text
    for press in words.buttons:
        after = after_press(held, press, DUE, "U2")
        assert after is not None
        assert after.state is (State.QUEUED if press.sends else after.state)
    assert sum(press.sends for press in words.buttons) == 1
    customer = kind in (Kind.REPLY, Kind.FOLLOW_UP)
    assert bool(ts) or (Press.SEND in words.buttons) is customer
