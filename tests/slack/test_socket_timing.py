"""When a connection is asked for and renewed, and whether a gap was covered: arithmetic."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.slack.socket_coverage import Coverage
from slackbridge.slack.socket_timing import NEAR, Attempts, Patience, renew_after

HOUR = 3600.0
PATIENCE = Patience(first=2.0, most=60.0, burst=6)


def played(attempts: Attempts, times: int, at_least: float = 0.0) -> list[float]:
    """When so many attempts are made that all fail at once."""
    now, made = 0.0, []
    for _ in range(times):
        now += attempts.wait(now)
        made.append(now)
        attempts.made(now)
        attempts.failed(now, at_least)
    return made


def test_waits_double_up_to_the_longest() -> None:
    assert played(Attempts(PATIENCE, lambda: 1.0), 8) == [0, 2, 6, 14, 30, 62, 122, 182]


@given(st.floats(0, 1), st.integers(7, 60))
def test_it_never_storms(chance: float, times: int) -> None:
    """Tier 1: after a small burst about one a minute, whatever the dice say."""
    made = played(Attempts(PATIENCE, lambda: chance), times)
    for first, last in zip(made, made[PATIENCE.burst :], strict=False):
        assert last - first >= PATIENCE.most * 0.99
    assert made[-1] >= (times - PATIENCE.burst) * PATIENCE.most * 0.99


def test_connections_that_are_opened_and_lost_are_paced_too() -> None:
    """None of them counts as failed, and yet each costs a call."""
    attempts, now, made = Attempts(PATIENCE, lambda: 1.0), 0.0, []
    for _ in range(12):
        now += attempts.wait(now)
        made.append(now)
        attempts.made(now)
    assert made == [0] * 6 + [60, 120, 180, 240, 300, 360]
    assert attempts.wait(now, alone=True) == 0, "without any other, only failures count"
    attempts.failed(now)
    assert attempts.wait(now, alone=True) == PATIENCE.first


def test_slack_says_how_long_to_wait() -> None:
    assert played(Attempts(PATIENCE, lambda: 0.0), 3, at_least=45.0) == [0, 45, 90]


def test_an_old_failure_is_forgotten() -> None:
    attempts = Attempts(PATIENCE, lambda: 1.0)
    played(attempts, 6)
    attempts.failed(10_000.0)
    assert attempts.wait(10_000.0) == 2.0


@pytest.mark.parametrize(
    ("lifetime", "other", "after"),
    [
        (HOUR, None, math.inf),  # there is none
        (HOUR, HOUR, HOUR / 2),  # opened in the same moment
        (HOUR, HOUR - 10, HOUR / 2 - 10),
        (HOUR, HOUR / 2, math.inf),  # they end in turn already
        (HOUR, 5.0, HOUR / 2 + 5),  # the other one is about to be renewed
        (HOUR, -20.0, HOUR / 2),  # it lasts longer than Slack thought
        (HOUR, 3 * HOUR, HOUR / 2),
        (0.0, HOUR, math.inf),  # Slack does not say how long
        (HOUR, math.inf, math.inf),
    ],
)
def test_connections_in_step_are_moved_apart(
    lifetime: float, other: float | None, after: float
) -> None:
    assert renew_after(lifetime, other) == after


@given(st.floats(1, 50_000), st.floats(0, 50_000))
def test_whatever_the_moment_two_connections_end_in_turn(lifetime: float, other: float) -> None:
    after = renew_after(lifetime, other)
    if math.isinf(after):
        apart = other % lifetime
    else:
        assert 0 < after < lifetime
        apart = (after - other) % lifetime
    assert NEAR * lifetime * 0.99 <= apart <= (1 - NEAR * 0.99) * lifetime


def test_two_connections_from_one_start_are_never_renewed_together() -> None:
    """A day of both, each renewed by Slack after its hour."""
    ends, renewed = [HOUR, min(HOUR, renew_after(HOUR, HOUR))], []
    for _ in range(40):
        mine = min((0, 1), key=lambda each: ends[each])
        now = ends[mine]
        renewed.append(now)
        ends[mine] = now + min(HOUR, renew_after(HOUR, ends[1 - mine] - now))
    assert min(b - a for a, b in pairwise(renewed)) >= NEAR * HOUR


def test_the_first_connection_shows_a_gap_and_the_second_none() -> None:
    covered = Coverage()
    assert covered.opened("a", 10)
    assert not covered.opened("b", 11)
    covered.heard("a", 12)
    assert not covered.ended("a")
    covered.heard("b", 13)
    assert not covered.opened("a2", 14)


def test_when_the_last_one_is_gone_the_next_one_comes_after_a_gap() -> None:
    covered = Coverage()
    covered.opened("a", 10)
    assert not covered.ended("a")
    assert covered.opened("a2", 10.1)


def test_a_connection_that_dies_silently_has_covered_nothing_since_it_was_heard() -> None:
    covered = Coverage()
    covered.opened("a", 10)
    assert not covered.opened("b", 20)  # "a" may have heard all until then
    covered.heard("b", 21)
    assert covered.ended("a")  # it had not: from 10 to 20 there was nobody


def test_what_it_told_later_fills_the_hole() -> None:
    covered = Coverage()
    covered.opened("a", 10)
    covered.opened("b", 20)
    covered.heard("a", 25)
    assert not covered.ended("a")
    covered.heard("b", 26)
    assert not covered.ended("unknown")


@given(st.lists(st.tuples(st.sampled_from("oheh"), st.sampled_from("abc")), max_size=40))
def test_no_gap_stays_hidden(acts: list[tuple[str, str]]) -> None:
    """What no connection has proved to cover is told of after it, once it is certain.

    While there is no connection at all, the next one that opens tells of it.
    """
    covered, since, proved, told = Coverage(), {}, [], [-math.inf]
    if not living(acts):
        acts = [*acts, ("o", "z")]
    for now, (act, link) in enumerate(acts):
        if act == "o" and link not in since:
            since[link] = [now, now]
            told += [now] * covered.opened(link, now)
        elif act == "h" and link in since:
            since[link][1] = now
            covered.heard(link, now)
        elif act == "e" and link in since:
            proved.append(since.pop(link))
            told += [now] * covered.ended(link)
    spans = sorted([*proved, *([a, len(acts)] for a, _ in since.values())])
    hole, reach = -math.inf, -math.inf
    for begin, end in spans:
        hole = begin if begin > reach else hole
        reach = max(reach, end)
    assert max(told) >= hole


def living(acts: list[tuple[str, str]]) -> set[str]:
    """The connections that are open at the end."""
    found: set[str] = set()
    for act, link in acts:
        found = found | {link} if act == "o" else found - {link} if act == "e" else found
    return found
