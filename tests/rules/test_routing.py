"""The channel of a ticket: the first route that matches."""

from __future__ import annotations

from typing import Any

import pytest

from slackbridge.domain.model import Person, Status
from slackbridge.rules.routing import Route, first_match, route, why
from tests.values import ticket

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


@pytest.mark.parametrize(
    ("when", "fits", "other"),
    [
        ({"urgency": "panic"}, {"panicked": True}, {"urgency": "URGENT"}),
        ({"urgency": "urgent"}, {"urgency": "URGENT", "panicked": True}, {"panicked": True}),
        ({"assignee": "A@b.at"}, {"assignee": Person("A", "a@b.at")}, {}),
        ({"assignee": ""}, {}, {"assignee": Person("A", "a@b.at")}),
        ({"needs": "agent"}, {}, {"status": Status.WAITING}),
        ({"help": "Yes"}, {"help_requests": True}, {"help_requests": False}),
        ({"help": "no"}, {"help_requests": False}, {}),
        ({"kind": "buyback"}, {"type": "buyback"}, {"type": "order"}),
    ],
)
def test_by_whose_turn_it_is_and_what_it_is_about(
    when: dict[str, str], fits: dict[str, Any], other: dict[str, Any]
) -> None:
    routes = (Route(when, "C1"),)
    assert route(ticket(**fits), "refurbed", routes, "C0") == "C1"
    assert route(ticket(**other), "refurbed", routes, "C0") == "C0"


def test_a_route_without_conditions_takes_everything() -> None:
    catch_all = (Route({}, "C9"),)
    assert route(ticket(), "refurbed", catch_all, "C0") == "C9"
    assert "(always)" in why(ticket(), "refurbed", catch_all, "C0")
