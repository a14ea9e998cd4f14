"""What adopting an account means, by what is known of both places."""

from __future__ import annotations

import pytest

from slackbridge.domain.account import BoundStore, normal_address
from slackbridge.domain.intent import Attempt, Intent, State
from slackbridge.domain.model import Kind, Ticket, TicketKey
from slackbridge.rules import binding
from slackbridge.rules.adoption import OnRecord, Plan, on_hold, sample
from tests.values import ticket as made

OLD = BoundStore(provider="p", address="https://old")
NEW = BoundStore(provider="p", address="https://new")
KEYS = [TicketKey("shop", str(n)) for n in range(3)]


def named(store: BoundStore, *ids: str) -> BoundStore:
    return store.model_copy(update={"ids": ids})


def plan(bound: BoundStore, now: BoundStore, *there: str | None) -> Plan:
    """Tickets on record of revision "r", and what the new place has of each."""
    records = [OnRecord(key, "link", "r", True) for key in KEYS[: len(there)]]
    found: dict[TicketKey, Ticket | None] = {
        key: None if revision is None else made(revision=revision)
        for key, revision in zip(KEYS, there, strict=False)
    }
    return Plan("shop", bound, now, records, found)


@pytest.mark.parametrize(
    ("case", "refused"),
    [
        (plan(OLD, NEW), False),  # nothing to compare
        (plan(OLD, NEW, "r"), False),
        (plan(OLD, NEW, "r", "x", None), False),
        (plan(OLD, NEW, "x"), True),
        (plan(OLD, NEW, None, None), True),
        (plan(named(OLD, "1"), named(NEW, "1"), "x"), False),
        (plan(named(OLD, "1"), named(NEW, "2"), "r"), True),
        (plan(named(OLD, "1"), NEW, "r"), False),
        (plan(OLD, BoundStore(provider="q", address="https://old"), "r"), True),
    ],
)
def test_only_what_may_be_the_same_store_is_adopted(case: Plan, refused: bool) -> None:
    assert bool(case.refusal) is refused
    assert ("name of its own" in "\n".join(case.lines)) is refused


@pytest.mark.parametrize(
    ("bound", "now", "differs", "offers"),
    [
        (OLD, OLD, False, False),
        (OLD, NEW, True, True),
        (OLD, BoundStore(provider="q", address="https://old"), True, False),
        (named(OLD, "1"), named(OLD, "2"), True, False),
        (named(OLD, "1", "2"), named(OLD, "2", "3"), False, False),
        (named(OLD, "1"), OLD, False, False),
        (OLD, named(OLD, "1"), False, False),
        (OLD, OLD.model_copy(update={"chosen": "at"}), False, False),
        (OLD.model_copy(update={"chosen": "de"}), OLD, False, False),
        (
            OLD.model_copy(update={"chosen": "de"}),
            OLD.model_copy(update={"chosen": "at"}),
            True,
            True,
        ),
    ],
)
def test_a_store_is_another_where_something_certain_differs(
    bound: BoundStore, now: BoundStore, differs: bool, offers: bool
) -> None:
    why = binding.refusal("shop", bound, now)
    assert bool(why) is differs
    assert ("slackbridge adopt shop" in why) is offers


def test_what_was_told_once_is_kept() -> None:
    assert binding.with_ids(named(OLD, "1"), OLD) == named(OLD, "1")
    assert binding.with_ids(named(OLD, "1"), named(OLD, "2")) == named(OLD, "2")
    assert binding.with_ids(None, OLD) == OLD


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (named(OLD, "1"), named(OLD, "1"), True),
        (named(OLD, "1"), named(NEW, "1"), False),  # a copy for tests, perhaps
        (named(OLD, "1", "2"), named(OLD, "1", "2"), False),  # a token may open several
        (OLD, OLD, False),
    ],
)
def test_two_accounts_of_one_store(one: BoundStore, other: BoundStore, same: bool) -> None:
    assert binding.by_one_id(one, other) is same


def test_what_waits_is_held_and_what_was_begun_is_asked() -> None:
    queued = Intent(id="1", kind=Kind.REPLY, agent="U1", created=1, text="Hi", undoable=True)
    held = on_hold(queued)
    assert (held.state, held.undoable, held.text) == (State.HELD, False, "Hi")
    sending = queued.but(state=State.SENDING, attempt=Attempt(at=1, deadline=2))
    assert on_hold(sending).state is State.UNKNOWN


def test_tickets_with_something_to_send_are_compared_first() -> None:
    waiting = (Intent(id="1", kind=Kind.REPLY, agent="U1", created=1),)
    records = [
        OnRecord(TicketKey("shop", "ended"), "", "r", active=False),
        OnRecord(TicketKey("shop", "active"), "", "r", active=True),
        OnRecord(TicketKey("shop", "waiting"), "", "r", active=False, waiting=waiting),
        OnRecord(TicketKey("shop", "unread"), "", "", active=True),
    ]
    assert [one.key.id for one in sample(records)] == ["waiting", "active", "ended"]


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://API.Example.com/", "https://api.example.com"),
        ("https://api.example.com:443/v1/", "https://api.example.com/v1"),
        ("http://127.0.0.1:8030", "http://127.0.0.1:8030"),
        ("http://[::1]:80/x", "http://[::1]/x"),
    ],
)
def test_one_address_has_one_form(url: str, normal: str) -> None:
    assert normal_address(url) == normal
