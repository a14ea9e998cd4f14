"""Every list answer with one thing in it changed: no ticket is left out without a word."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from typing import Any

import httpx
import pytest
import structlog

from slackbridge.domain.errors import Code, Failure
from slackbridge.testing.look import ids, walk
from slackbridge.testing.market import Call, Market, Trouble, When
from tests.contract.markets import MARKETS, Local

pytestmark = pytest.mark.long

MORE = 130  # tickets: two pages
ASKS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "refurbed": (
        "POST",
        "refb.merchant.v1.TicketService/ListTickets",
        {"json": {"sort": {"by": "CREATED_AT"}}},
    ),
    "clickbank": ("GET", "tickets/list", {"params": {"status": "open"}, "headers": {"Page": "1"}}),
    "sellapp": ("GET", "v2/tickets", {"params": {"page": "1", "limit": "100"}}),
    "sellgate": ("GET", "tickets", {"params": {"page": "1", "limit": "100", "status": "open"}}),
}
SCHEMES = {"refurbed": "Plain ", "clickbank": ""}
GONE = object()
CHANGES: dict[str, Any] = {
    "dropped": lambda value: GONE,
    "null": lambda value: None,
    "a text": lambda value: "text",
    "a number": lambda value: 7,
    "a flag": lambda value: True,
    "an object": lambda value: {"message": "maintenance"},
    "an empty object": lambda value: {},
    "a list": lambda value: ["text"],
    "an empty list": lambda value: [],
    "wrapped": lambda value: {"data": value},
    "in a list": lambda value: [value],
    "unwrapped": lambda value: (
        next(iter(value.values())) if isinstance(value, dict) and value else 7
    ),
    "its first": lambda value: value[0] if isinstance(value, list) and value else 7,
}
IN_A_ROW = ("dropped", "null", "a text", "a flag")  # a row's own fields are read one by one
# What says in a documented form that there is nothing (more) cannot be told from the truth.
HONEST = {
    ("refurbed", "", "an empty object"),
    ("refurbed", "tickets", "an empty list"),
    ("refurbed", "tickets", "dropped"),
    ("refurbed", "has_more", "dropped"),
    ("clickbank", "", "dropped"),
    ("clickbank", "", "null"),
    ("clickbank", "", "an empty object"),
    ("clickbank", "", "an empty list"),
    ("clickbank", "ticketData", "null"),
    ("clickbank", "ticketData", "dropped"),
    ("clickbank", "ticketData", "an empty object"),
    ("clickbank", "ticketData", "an empty list"),
    ("sellapp", "", "an empty list"),
    ("sellapp", "data", "an empty list"),
    ("sellapp", "data.0.archived", "a flag"),
    ("sellgate", "data", "an empty list"),
}


@pytest.fixture(params=sorted(MARKETS))
async def named(request: pytest.FixtureRequest) -> AsyncIterator[tuple[str, Market]]:
    async with MARKETS[request.param]() as market:
        yield request.param, market


def places(data: Any, deep: int = 3) -> Iterator[tuple[Any, ...]]:
    """The whole, its fields, theirs, the first row and its fields."""
    yield ()
    if deep and isinstance(data, dict):
        for key, value in data.items():
            yield from ((key, *rest) for rest in places(value, deep - 1))
    if deep and isinstance(data, list) and data:
        yield from ((0, *rest) for rest in places(data[0], deep - 1))


def changed(data: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    whole = deepcopy(data)
    inner = whole
    for step in place[:-1]:
        inner = inner[step]
    if value is GONE:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return whole


def found(data: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        data = data[step]
    return data


async def test_no_change_of_a_list_leaves_tickets_out_silently(named: tuple[str, Market]) -> None:
    name, market = named
    assert isinstance(market, Local)
    made = {*market.bulk(MORE)}
    method, path, content = ASKS[name]
    headers = {"Authorization": f"{SCHEMES.get(name, 'Bearer ')}{market.token}"}
    headers |= {"Accept": "application/json", **content.pop("headers", {})}
    async with httpx.AsyncClient() as client:
        url = f"{market.sandbox.url}/{path}"
        answer = await client.request(method, url, headers=headers, **content)
    assert answer.is_success
    lost = []
    for place in places(answer.json()):
        for what, change in CHANGES.items():
            if what == "dropped" and place and place[-1] == 0:
                continue  # a list without the row is as good as any
            if len(place) > 2 and what not in IN_A_ROW:
                continue
            body = changed(answer.json(), place, change(found(answer.json(), place)))
            text = "" if body is GONE else json.dumps(body)
            market.trouble(Call.LIST, Trouble(When.BEFORE, answer.status_code, text))
            where = ".".join(map(str, place))
            if not await told_or_whole(market, made) and (name, where, what) not in HONEST:
                lost.append((where, what))
    assert lost == []


async def told_or_whole(market: Market, made: set[str]) -> bool:
    """Whether a walk has found all tickets, or failed, or said that it left rows out."""
    with structlog.testing.capture_logs() as logs:
        try:
            listed = {*ids(await walk(market.provider))}
        except Failure as failure:
            return failure.code in (Code.UNREADABLE, Code.OTHER_TICKET)
    said = any(entry["event"] == "list.rows_without_id" for entry in logs)
    return said or len(listed) >= len(made)  # an id that is changed is another's
