"""How an account is: said once when it goes down, once when it is back, across restarts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.errors import Failure, Later, Rejected, Unauthorized, Unknown, Unsupported
from slackbridge.mood import Health, Mood, after, mood_of, words

FAILURES: dict[str, Failure | None] = {
    "ok": None,
    "down": Later("no answer", 2),
    "401": Unauthorized("bad token"),
    "501": Unsupported("not yet"),
}


def told(polls: str, health: Health | None = None) -> list[tuple[int, Mood]]:
    """What is said at which poll (from 1); the process is restarted before every poll."""
    health = health or Health()
    said = []
    for number, poll in enumerate(polls.split(), 1):
        health, tell = after(health, FAILURES[poll], float(number))
        health = Health.of(health.facts())
        said += [(number, health.mood)] if tell else []
    return said


@pytest.mark.parametrize(
    ("failure", "mood"),
    [
        (None, Mood.OK),
        (Unauthorized("x"), Mood.UNAUTHORIZED),
        (Unsupported("x"), Mood.UNSUPPORTED),
        (Later("x", 1), Mood.DOWN),
        (Unknown("x"), Mood.DOWN),
        (Rejected("x"), Mood.DOWN),
    ],
)
def test_what_an_outcome_says(failure: Failure | None, mood: Mood) -> None:
    assert mood_of(failure) is mood


@pytest.mark.parametrize(
    ("polls", "said"),
    [
        ("ok ok", []),
        ("down down ok down down ok", []),
        ("down down down down down ok ok", [(3, Mood.DOWN), (6, Mood.OK)]),
        ("401 401 401 ok ok", [(1, Mood.UNAUTHORIZED), (4, Mood.OK)]),
        ("501 501 ok", [(1, Mood.UNSUPPORTED), (3, Mood.OK)]),
        ("down 401 ok", [(2, Mood.UNAUTHORIZED), (3, Mood.OK)]),
        ("down down down 401 ok", [(3, Mood.DOWN), (4, Mood.UNAUTHORIZED), (5, Mood.OK)]),
        ("401 501 ok", [(1, Mood.UNAUTHORIZED), (2, Mood.UNSUPPORTED), (3, Mood.OK)]),
        ("401 down 401 down 401 ok", [(1, Mood.UNAUTHORIZED), (6, Mood.OK)]),
        ("501 down down down down ok", [(1, Mood.UNSUPPORTED), (6, Mood.OK)]),
    ],
)
def test_it_is_said_once(polls: str, said: list[tuple[int, Mood]]) -> None:
    assert told(polls) == said


@given(st.lists(st.sampled_from(list(FAILURES)), max_size=30).map(" ".join))
def test_nothing_is_said_twice_and_good_news_only_after_bad(polls: str) -> None:
    moods = [Mood.OK, *(mood for _, mood in told(polls))]
    assert all(before is not now for before, now in pairwise(moods))


def test_since_is_when_the_mood_began() -> None:
    health = Health(since=1)
    for now, poll, since in [(5, "ok", 1), (6, "down", 6), (7, "down", 6), (8, "401", 8)]:
        health, _ = after(health, FAILURES[poll], now)
        assert health.since == since
    assert after(health, None, 9)[0] == Health(Mood.OK, 9)


def test_nothing_is_known_of_a_new_account() -> None:
    assert Health.of({}) == Health()


@pytest.mark.parametrize(
    ("mood", "words_in_it"),
    [
        (Mood.UNAUTHORIZED, ("stopped", "SHOP_TOKEN", "why")),
        (Mood.UNSUPPORTED, ("does not offer", "why")),
        (Mood.DOWN, ("does not answer", "why")),
        (Mood.OK, ("works again",)),
    ],
)
def test_words(mood: Mood, words_in_it: tuple[str, ...]) -> None:
    text = words("shop", mood, "why", "SHOP_TOKEN")
    assert all(word in text for word in ("*shop*", *words_in_it))
