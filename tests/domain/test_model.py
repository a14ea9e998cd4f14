"""The domain model: keys round-trip, and fingerprints change with the facts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.model import ACCOUNT_NAME, Kind, Person, Status, TicketKey, fingerprint
from tests.values import AT

accounts = st.from_regex(ACCOUNT_NAME, fullmatch=True)
ids = st.text(min_size=1).filter(lambda id: id == id.strip())


@given(accounts, ids)
def test_a_key_is_read_as_it_is_written(account: str, id: str) -> None:
    key = TicketKey(account, id)
    assert TicketKey.parse(str(key)) == key
    assert TicketKey.parse(f" {key}\n") == key


@pytest.mark.parametrize(
    "text",
    ["", "7", ":7", "shop:", "shop: ", "Shop:7", "my shop:7", "-a:7", "a" * 41 + ":7", "ä:7"],
)
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="account:id"):
        TicketKey.parse(text)


@given(st.text())
def test_any_text_is_a_key_or_a_value_error(text: str) -> None:
    try:
        key = TicketKey.parse(text)
    except ValueError:
        return
    assert str(key) == text.strip()


@given(st.text(), st.text())
def test_a_fingerprint_changes_exactly_when_the_facts_do(one: str, two: str) -> None:
    assert (fingerprint(AT, one) == fingerprint(AT, two)) is (one == two)
    assert fingerprint(AT, one) != fingerprint(AT + timedelta(seconds=1), one)


@given(st.integers(0, 4 * 10**12))
def test_a_fingerprint_begins_with_the_time(ms: int) -> None:
    at = datetime.fromtimestamp(ms / 1000, UTC)
    earlier, later = (
        int(fingerprint(at + timedelta(milliseconds=ms), "").partition(".")[0]) for ms in (0, 2)
    )
    assert earlier < later
    assert abs(earlier - at.timestamp() * 1000) <= 1


def test_lone_surrogates_are_no_reason_to_fail() -> None:
    assert fingerprint(AT, "\ud83d")


def test_a_fingerprint_is_short() -> None:
    assert re.fullmatch(r"1772357400000\.[0-9a-f]{12}", fingerprint(AT, "ä" * 9_000))


def test_words() -> None:
    assert {s for s in Status if s.active} == {Status.NEEDS_AGENT, Status.WAITING}
    assert not any(kind.sent for kind in (Kind.NOTE, Kind.NOTICE))
    assert all(kind.sent for kind in Kind if kind.speaks)
    assert (str(Person("Ann", "a@b")), str(Person("", "a@b")), str(Person())) == ("Ann", "a@b", "")
