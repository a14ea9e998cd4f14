"""Answers of the sandbox marketplaces with one thing in them changed, and what comes of each."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from copy import deepcopy
from functools import partial
from typing import Any

import structlog

from slackbridge.domain.errors import Failure
from slackbridge.domain.model import (
    Act,
    Action,
    Capabilities,
    Conversation,
    Kind,
    Query,
    Status,
    Ticket,
)
from slackbridge.domain.page import Page
from slackbridge.domain.record import StoredTicket
from slackbridge.ports.capabilities import Counts, Identifies, Orders, Previews, Settles
from slackbridge.providers.lenient import UNREAD
from slackbridge.rules import card, next_post
from slackbridge.sandbox import faults
from slackbridge.sandbox.slack.blocks import message_blocks
from slackbridge.slack.blocks.cards import draw
from tests.contract.markets import Local

Place = tuple[Any, ...]
Ask = Callable[[], Awaitable[object]]
GONE = object()
DEEP = 5
PARTS = 3  # of a ticket that are drawn; a long text has hundreds
STRINGS = (
    "",
    "text",
    "\ud800",
    "<!channel> & <b>",
    "x " * 60_000,
    "0001-01-01T00:00:00+02:00",
    "9999-12-31T23:59:59-14:00",
    "NaN",
    "~",
    "../..",
)
NUMBERS = (0, -1, 7.0, 10**30, float("nan"), 1e300, 1_780_000_000_000, "DIGITS", "EXPONENT")
RAW = {'"DIGITS"': "9" * 5_000, '"EXPONENT"': "1e99999999999999999999"}  # no Python number


def _full(value: object, kind: type) -> bool:
    return isinstance(value, kind) and bool(value)


def _always(value: object) -> Callable[[Any], Any]:
    return lambda _: value


CHANGES: dict[str, Callable[[Any], Any]] = {
    "dropped": lambda value: GONE,
    "null": lambda value: None,
    "a flag": lambda value: True,
    "an object": lambda value: {"message": "maintenance"},
    "an empty object": lambda value: {},
    "a list": lambda value: ["text", None, {}],
    "an empty list": lambda value: [],
    "in a list": lambda value: [value],
    "wrapped": lambda value: {"data": value},
    "unwrapped": lambda value: next(iter(value.values())) if _full(value, dict) else 7,
    "its first": lambda value: value[0] if _full(value, list) else "text",
    "twice": lambda value: [*value, *value] if isinstance(value, list) else [value, value],
    "another id": lambda value: "99999999",
    "deep": lambda value: json.loads("[" * 900 + "]" * 900),
    **{f"text {n}": _always(text) for n, text in enumerate(STRINGS)},
    **{f"number {n}": _always(figure) for n, figure in enumerate(NUMBERS)},
}


def places(data: Any, deep: int = DEEP) -> Iterator[Place]:
    """The whole, its fields, theirs, and those of the first and last row of each list."""
    yield ()
    if not deep:
        return
    if isinstance(data, dict):
        for key, value in data.items():
            yield from ((key, *rest) for rest in places(value, deep - 1))
    if isinstance(data, list):
        for n in sorted({0, len(data) - 1} if data else ()):
            yield from ((n, *rest) for rest in places(data[n], deep - 1))


def changed(data: Any, place: Place, change: str) -> Any:
    """The data with one thing changed; GONE for a whole that is dropped."""
    if not place:
        return CHANGES[change](data)
    whole = inner = deepcopy(data)
    for step in place[:-1]:
        inner = inner[step]
    value = CHANGES[change](inner[place[-1]])
    if value is GONE:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return whole


class Altering:
    """Changes one answer of each call: the `nth`, at a place. `bodies` are those that came."""

    def __init__(self, market: Local) -> None:
        self.market = market
        self.bodies: list[Any] = []
        self.nth, self.place, self.change = -1, (), ""
        fault = faults.Fault(
            "*", faults.Phase.ANSWER, faults.Action.ALTER, times=None, alter=self._alter
        )
        market.sandbox.faults.add(fault)

    def begin(self, nth: int, place: Place, change: str) -> None:
        self.bodies = []
        self.nth, self.place, self.change = nth, place, change

    def _alter(self, operation: str, body: bytes) -> bytes:
        try:
            data = json.loads(body)
        except ValueError:
            data = None
        self.bodies.append(data)
        if len(self.bodies) - 1 != self.nth:
            return body
        try:
            odd = changed(data, self.place, self.change)
        except (LookupError, TypeError):
            return body  # this time the answer has no such place
        text = "" if odd is GONE else json.dumps(odd)
        for word, raw in RAW.items():
            text = text.replace(word, raw)
        return text.encode()


def asks(market: Local) -> dict[str, Ask]:
    """Every call of a provider, by name; each write is of a ticket of its own."""
    provider = market.provider
    can: Capabilities = provider.capabilities
    id, other = market.customer_opens("one"), market.customer_opens("another")
    market.merchant_writes(id, "two")
    market.stranger_writes(id, "three")

    def write(act: Act) -> Ask:
        return lambda: provider.perform(market.customer_opens("Hi"), act, 5)

    found: dict[str, Ask] = {
        "list": lambda: provider.list_active(""),
        "read": lambda: provider.read([id, other]),
        "get": lambda: provider.get(id),
        "search": lambda: provider.search(Query(email="a@example.com")),
        "order": lambda: provider.search(Query(order="81")),
        "reply": write(Act(Kind.REPLY, "We have sent it again")),
        "probe": provider.probe,
        "follow_ups": lambda: provider.follow_ups(id),
        **{f"to {s}": write(Act(Kind.STATUS, "why", s, fields={"comment": "why"})) for s in Status},
    }
    if can.recent_first:
        found["recent"] = provider.list_recent
    for kind in (Kind.INTERNAL, Kind.PRIVATE, Kind.ASSIGN, Kind.FOLLOW_UP):
        found[kind] = write(Act(kind, "text", email="agent@example.com"))
    for action in (*can.actions, *([can.create] if can.create else [])):
        act = Act(Kind.ACTION, fields=_filled(action), action=action.name)
        found[action.name] = write(act)
        if isinstance(provider, Settles):
            found[f"settled {action.name}"] = partial(provider.settled, id, act, 0.0)
        if isinstance(provider, Previews):
            found[f"preview {action.name}"] = partial(provider.preview, id, act)
    if isinstance(provider, Counts):
        found["stats"] = provider.stats
    if isinstance(provider, Identifies):
        found["identity"] = provider.identity
    if isinstance(provider, Orders):
        found["ordered"] = partial(_ordered, market, provider, id)
    return found


async def _ordered(market: Local, provider: Orders, id: str) -> object:
    return await provider.order((await market.provider.get(id)).ticket)


def _filled(action: Action) -> dict[str, str]:
    """Its form with the first choice everywhere."""
    return {
        one.name: one.options[0][0] if one.options else "1"
        for one in action.fields
        if not one.optional
    }


async def outcome(ask: Ask) -> tuple[object, bool]:
    """What a call returns, and whether it said that something was left out; a failure says so.

    Raises anything but the four failures.
    """
    UNREAD.clear()
    with structlog.testing.capture_logs() as logs:
        try:
            found = await ask()
        except Failure as failure:
            str(failure).encode()
            return None, True
    return found, bool(logs)


def shown(found: object, market: Local) -> None:
    """Draw all tickets and messages in what was found, as Slack would get them. Raises."""
    for ticket in _tickets(found):
        can = market.provider.capabilities
        drawn(card.card(ticket, "shop", can, StoredTicket(), (), 1_800_000_000.0))
    if isinstance(found, Conversation):
        ids = [message.id for message in found.messages]
        assert len(ids) == len({*ids}), "two messages of one id: one would not be shown"
        stored = StoredTicket()
        for n in range(PARTS):
            if (post := next_post.next_part(stored, found)) is not None:
                drawn(post.item)
                said = next_post.posted(post.effect, f"1800000000.{n:06d}", post.print, stored)
                stored = stored.patched(said)


def drawn(item: Any) -> None:
    made = draw(item)
    json.dumps([made.text, made.blocks], ensure_ascii=False).encode()
    message_blocks(list(made.blocks))
    assert len(made.text) <= 40_000


def _tickets(found: object) -> list[Ticket]:
    if isinstance(found, Conversation):
        return [found.ticket]
    if isinstance(found, Page):
        return [*found.tickets, *found.ended]
    return [one for one in found if isinstance(one, Ticket)] if isinstance(found, tuple) else []
