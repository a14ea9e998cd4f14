"""Who may, where to, when again, and what cannot be done at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.intent import Intent
from slackbridge.model import Action, Capabilities, Kind, Status
from slackbridge.policy import (
    Route,
    action_of,
    backoff,
    first_match,
    impossible,
    in_order,
    is_group,
    no_money,
    offered,
    refused,
    route,
    stranger,
    why,
)
from slackbridge.ports import Member
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


def member(**changes: Any) -> Member:
    return Member("U1", "Ann", **changes)


# --- who may


@pytest.mark.parametrize("what", ["bot", "gone", "external", "guest"])
def test_some_can_never_act_whatever_the_list_says(what: str) -> None:
    them = member(**{what: True})
    assert stranger(them)
    assert refused(them, ("*", "U1"), ("S1",)) == stranger(them)


@pytest.mark.parametrize(
    ("allow", "groups", "may"),
    [
        (("*",), (), True),
        (("U2", "U1"), (), True),
        (("S1",), ("S1",), True),
        (("S1",), (), False),
        (("U2",), (), False),
        ((), (), False),
    ],
)
def test_the_list_of_agents(allow: tuple[str, ...], groups: tuple[str, ...], may: bool) -> None:
    assert (refused(member(), allow, groups) == "") is may


def test_money_is_moved_only_by_those_who_are_listed_for_it() -> None:
    assert no_money(member(), ("*",), ()) == no_money(member(), ("U1",), ()) == ""
    assert no_money(member(), ("S1",), ("S1",)) == ""
    assert "agents.money" in no_money(member(), (), ())


def test_groups_are_told_by_their_ids() -> None:
    assert [is_group(entry) for entry in ("S1", "U1", "W1", "*")] == [True, False, False, False]


# --- where to

ROUTES = (
    Route({"country": "at", "type": "buyback"}, "C1"),
    Route({"country": "AT"}, "C2"),
    Route({"provider": "clickbank"}, "C3"),
    Route({"account": "shop", "topic": "refund", "urgency": "HIGH", "status": "ODD"}, "C4"),
)


@pytest.mark.parametrize(
    ("facts", "number", "channel"),
    [
        ({"country": "AT", "type": "Buyback"}, 0, "C1"),
        ({"country": "AT", "type": "order"}, 1, "C2"),
        ({"country": "DE"}, None, "C0"),
        ({"topic": "refund", "urgency": "high", "raw_status": "odd"}, 3, "C4"),
        ({"topic": "refund", "urgency": "high"}, None, "C0"),
    ],
)
def test_the_first_route_whose_conditions_all_hold(
    facts: dict[str, Any], number: int | None, channel: str
) -> None:
    it = ticket(**facts)
    assert first_match(it, "refurbed", ROUTES) == number
    assert route(it, "refurbed", ROUTES, "C0") == channel
    told = why(it, "refurbed", ROUTES, "C0")
    assert f"<#{channel}>" in told
    assert ("No route" in told) if number is None else (f"Route {number + 1} (" in told)


def test_a_route_without_conditions_takes_everything() -> None:
    catch_all = (Route({}, "C9"),)
    assert route(ticket(), "refurbed", catch_all, "C0") == "C9"
    assert "(always)" in why(ticket(), "refurbed", catch_all, "C0")


# --- what cannot be done


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
    known = intent(kind=Kind.ACTION, fields={"name": "reopen"})
    assert action_of(known, can) is REOPEN
    assert impossible(known, None, can) == ""
    assert impossible(known, ticket(Status.CLOSED), can) == ""
    assert "not one for it" in impossible(known, ticket(), can)
    assert impossible(intent(kind=Kind.ACTION), None, can)
    assert action_of(intent(kind=Kind.ACTION), can) is None


# --- when again


@given(st.integers(-1, 10_000), st.floats(0, 100), st.floats(0, 1000))
def test_waits_grow_and_end(tries: int, first: float, most: float) -> None:
    wait = backoff(tries, first, most)
    assert 0 <= wait <= most
    assert wait <= backoff(tries + 1, first, most)


def test_waits_double() -> None:
    assert [backoff(n, 2, 60) for n in (0, 1, 2, 3, 6, 99)] == [2, 2, 4, 8, 60, 60]


def test_only_what_the_customer_cannot_notice_may_overtake() -> None:
    assert {
        kind for kind in (Kind.REPLY, Kind.INTERNAL, Kind.STATUS) if not in_order(kind)
    } == set()
    assert not in_order(Kind.ASSIGN)
    assert not in_order(Kind.PRIVATE)
