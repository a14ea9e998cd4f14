"""What a marketplace cannot do, and in which words the agent is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Action, Capabilities, Kind, Status
from slackbridge.rules.feasibility import impossible, offered
from tests.values import intent, ticket

EVERYTHING = Capabilities(
    statuses=frozenset(Status),
    reply_with_status=frozenset(Status),
    reply_limit=100,
    internal_notes=True,
    private_notes=True,
    assign=True,
    follow_up=True,
    closed_is_final=True,
)
NOTHING = Capabilities()


@pytest.mark.parametrize(
    ("it", "reason"),
    [
        (intent(), ""),
        (intent(text="x" * 100), ""),
        (intent(text="x" * 101), "101 characters; the marketplace takes 100"),
        (intent(text=" \n"), "no text"),
        (intent(text="", kind=Kind.INTERNAL), "no text"),
        (intent(text="", kind=Kind.FOLLOW_UP), "no text"),
        (intent(text="", kind=Kind.ASSIGN), ""),
        (intent(text="", kind=Kind.STATUS, status=Status.SOLVED), ""),
    ],
)
def test_a_text_that_cannot_be_sent(it: Intent, reason: str) -> None:
    found = impossible(it, ticket(), EVERYTHING)
    assert reason in found
    assert bool(found) is bool(reason)


@pytest.mark.parametrize(
    ("it", "word"),
    [
        (intent(kind=Kind.INTERNAL), "internal"),
        (intent(kind=Kind.PRIVATE), "private"),
        (intent(kind=Kind.ASSIGN), "assign"),
        (intent(kind=Kind.FOLLOW_UP), "follow_up"),
        (intent(kind=Kind.STATUS, status=Status.SOLVED), "solved"),
    ],
)
def test_what_is_not_offered_is_refused_in_the_marketplaces_words(it: Intent, word: str) -> None:
    assert impossible(it, None, EVERYTHING) == ""
    assert word in impossible(it, None, NOTHING)
    assert impossible(it, None, Capabilities(why_not={word: "because"})) == "because"


@pytest.mark.parametrize(
    ("it", "possible"),
    [
        (intent(), False),
        (intent(kind=Kind.INTERNAL), False),
        (intent(kind=Kind.STATUS, status=Status.NEEDS_AGENT), False),
        (intent(kind=Kind.PRIVATE), True),
        (intent(kind=Kind.ASSIGN), True),
        (intent(kind=Kind.FOLLOW_UP), True),
    ],
)
def test_what_a_closed_ticket_still_takes(it: Intent, possible: bool) -> None:
    final = replace(EVERYTHING, closed_is_final=True)
    assert (impossible(it, ticket(Status.CLOSED), final) == "") is possible
    for there in (ticket(Status.SOLVED), None):
        assert impossible(it, there, final) == ""
    assert impossible(it, ticket(Status.CLOSED), replace(final, closed_is_final=False)) == ""


def test_a_closed_ticket_says_what_is_possible_instead() -> None:
    final = Capabilities(closed_is_final=True)
    closed = ticket(Status.CLOSED)
    assert impossible(intent(), closed, final) == "the ticket is closed"
    assert "Open a follow-up" in impossible(intent(), closed, replace(final, follow_up=True))


def test_a_reply_sets_only_a_status_that_it_can() -> None:
    solving = intent(status=Status.SOLVED)
    assert impossible(solving, None, EVERYTHING) == ""
    assert "cannot set a status" in impossible(solving, None, NOTHING)
    told = Capabilities(why_not={"reply with a status": "because"})
    assert impossible(solving, None, told) == "because"


REFUND = Action("refund", "Refund", types=frozenset({"order"}))
REOPEN = Action("reopen", "Reopen", statuses=frozenset({Status.CLOSED}))


def test_an_action_is_offered_where_it_fits() -> None:
    assert offered(REFUND, ticket(type="order"))
    assert not offered(REFUND, ticket(type="buyback"))
    assert not offered(REFUND, ticket(Status.SOLVED, type="order"))
    assert not offered(REFUND, ticket(type="order", barred=frozenset({"refund"})))
    assert offered(REOPEN, ticket(Status.CLOSED))
    assert not offered(REOPEN, ticket())


def test_an_action_that_the_marketplace_does_not_know_is_refused() -> None:
    can = Capabilities(actions=(REFUND, REOPEN))
    known = intent(kind=Kind.ACTION, action="reopen")
    assert impossible(known, None, can) == ""
    assert impossible(known, ticket(Status.CLOSED), can) == ""
    assert "not one for it" in impossible(known, ticket(), can)
    assert impossible(intent(kind=Kind.ACTION), None, can)


def test_only_what_the_customer_cannot_notice_may_overtake() -> None:
    assert {kind for kind in (Kind.REPLY, Kind.INTERNAL, Kind.STATUS) if not kind.ordered} == set()
    assert not Kind.ASSIGN.ordered
    assert not Kind.PRIVATE.ordered
