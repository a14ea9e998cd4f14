"""Account health: reported once when it goes down and once when it is back, across restarts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.account import AccountHealth, AccountState
from slackbridge.domain.errors import (
    Code,
    Failure,
    Later,
    Rejected,
    Unauthorized,
    Unknown,
    Unsupported,
)
from slackbridge.domain.record import AccountFacts, encoded_facts
from slackbridge.rules.account_health import after, state_of, words

FAILURES: dict[str, Failure | None] = {
    "ok": None,
    "down": Later("no answer", 2),
    "401": Unauthorized("bad token"),
    "501": Unsupported("not yet"),
}


def told(polls: str, health: AccountHealth | None = None) -> list[tuple[int, AccountState]]:
    """What is said at which poll (from 1); the process is restarted before every poll."""
    health = health or AccountHealth()
    said = []
    for number, poll in enumerate(polls.split(), 1):
        health, tell = after(health, FAILURES[poll], float(number))
        health = AccountFacts.of(encoded_facts({"health": health})).health
        said += [(number, health.state)] if tell else []
    return said


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (None, AccountState.OK),
        (Unauthorized("x"), AccountState.UNAUTHORIZED),
        (Unsupported("x"), AccountState.UNSUPPORTED),
        (Later("x", 1), AccountState.DOWN),
        (Unknown("x"), AccountState.DOWN),
        (Rejected("x"), AccountState.DOWN),
    ],
)
def test_what_an_outcome_says(failure: Failure | None, state: AccountState) -> None:
    assert state_of(failure) is state


@pytest.mark.parametrize(
    ("polls", "said"),
    [
        ("ok ok", []),
        ("down down ok down down ok", []),
        ("down down down down down ok ok", [(3, AccountState.DOWN), (6, AccountState.OK)]),
        ("401 401 401 ok ok", [(1, AccountState.UNAUTHORIZED), (4, AccountState.OK)]),
        ("501 501 ok", [(1, AccountState.UNSUPPORTED), (3, AccountState.OK)]),
        ("down 401 ok", [(2, AccountState.UNAUTHORIZED), (3, AccountState.OK)]),
        (
            "down down down 401 ok",
            [(3, AccountState.DOWN), (4, AccountState.UNAUTHORIZED), (5, AccountState.OK)],
        ),
        (
            "401 501 ok",
            [(1, AccountState.UNAUTHORIZED), (2, AccountState.UNSUPPORTED), (3, AccountState.OK)],
        ),
        ("401 down 401 down 401 ok", [(1, AccountState.UNAUTHORIZED), (6, AccountState.OK)]),
        ("501 down down down down ok", [(1, AccountState.UNSUPPORTED), (6, AccountState.OK)]),
    ],
)
def test_it_is_said_once(polls: str, said: list[tuple[int, AccountState]]) -> None:
    assert told(polls) == said


@given(st.lists(st.sampled_from(list(FAILURES)), max_size=30).map(" ".join))
def test_nothing_is_said_twice_and_good_news_only_after_bad(polls: str) -> None:
    states = [AccountState.OK, *(state for _, state in told(polls))]
    assert all(before is not now for before, now in pairwise(states))


def test_since_is_when_the_state_began() -> None:
    health = AccountHealth(since=1)
    for now, poll, since in [(5, "ok", 1), (6, "down", 6), (7, "down", 6), (8, "401", 8)]:
        health, _ = after(health, FAILURES[poll], now)
        assert health.since == since
    assert after(health, None, 9)[0] == AccountHealth(AccountState.OK, 9)


def test_nothing_is_known_of_a_new_account() -> None:
    assert AccountFacts.of({}).health == AccountHealth()


@pytest.mark.parametrize(
    ("state", "words_in_it"),
    [
        (AccountState.UNAUTHORIZED, ("stopped", "SHOP_TOKEN", "why")),
        (AccountState.UNSUPPORTED, ("does not offer", "why")),
        (AccountState.DOWN, ("does not answer", "why")),
        (AccountState.OK, ("works again",)),
    ],
)
def test_words(state: AccountState, words_in_it: tuple[str, ...]) -> None:
    text = words("shop", state, "why", "SHOP_TOKEN")
    assert all(word in text for word in ("*shop*", *words_in_it))


def test_a_day_s_calls_that_are_used_up_are_no_silence() -> None:
    text = words("shop", AccountState.DOWN, "22,500 of 25,000 are used", "T", Code.QUOTA)
    assert text == "⏳ *shop*: tickets come late (22,500 of 25,000 are used)."
