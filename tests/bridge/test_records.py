"""`export` and `forget`: an audit export, and erasure of a customer's data."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from redis.asyncio import Redis

from slackbridge.app import Bridge
from slackbridge.cli import errands, records
from slackbridge.config.errors import ConfigError
from slackbridge.demo.world import ACCOUNT, CHANNEL, World
from slackbridge.domain.model import TicketKey
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage
from tests.bridge.test_rebuild import resting

NOW = {"undo_seconds": 0}
EMAIL = "kim.muster@example.com"


@pytest.fixture
async def bridge(place: World) -> AsyncIterator[Bridge]:
    async with resting(place) as bridge:
        yield bridge


async def keys_of(place: World) -> str:
    """Everything in Redis, as text."""
    async with Redis.from_url(place.redis_url, decode_responses=True) as redis:
        read: dict[Any, Any] = {"hash": redis.hgetall, "string": redis.get}
        found = []
        async for name in redis.scan_iter():
            kind = await redis.type(name)
            value = await read[kind](name) if kind in read else await redis.zrange(name, 0, -1)
            found.append((name, value))
        return repr(found)


async def test_an_export_tells_who_did_what_and_nobodys_words(
    place: World, run: Running, bridge: Bridge
) -> None:
    stage = Stage(place)
    async with run(replies=NOW):
        ticket = await stage.opened("<p>a customer's words</p>")
        sent = await stage.say(ticket, "an agent's words")
        await stage.reaction(sent, "white_check_mark")
        held = await stage.say(ticket, "password: unsettled words")
        await stage.receipt(ticket, held, "holds a password")
        other = await stage.opened()
    lines = [line async for line in records.export(bridge, 0.0)]
    told = {line["ticket"]: line for line in map(json.loads, lines)}
    assert set(told) == {f"{ACCOUNT}:{ticket}", f"{ACCOUNT}:{other}"}
    one = told[f"{ACCOUNT}:{ticket}"]
    assert one["thread"] == stage.root(ticket)
    assert one["link"].endswith(f"/{CHANNEL}/p{stage.root(ticket).replace('.', '')}")
    assert [(i["agent"], i["kind"], i["state"]) for i in one["intents"]] == [
        (stage.anna.id, "reply", "sent"),
        (stage.anna.id, "reply", "held"),
    ]
    assert datetime.fromisoformat(one["intents"][0]["at"]).tzinfo is not None
    assert "words" not in "".join(lines)
    since = float(held) - 0.001
    (line,) = [json.loads(line) async for line in records.export(bridge, since)]
    assert [intent["id"] for intent in line["intents"]] == [held]


@pytest.mark.parametrize("text", ["2026-03-01", "2026-03-01T00:00:00Z", "2026-03-01T01:00+01:00"])
def test_a_moment(text: str) -> None:
    assert errands.moment(text) == datetime(2026, 3, 1, tzinfo=UTC).timestamp()
    with pytest.raises(ConfigError, match="no date"):
        errands.moment("yesterday")


async def test_a_customer_is_forgotten_but_not_while_a_ticket_is_open(
    place: World, run: Running, bridge: Bridge
) -> None:
    stage = Stage(place)
    async with run(replies=NOW):
        ended = await stage.opened()
        await stage.say(ended, "Hello")
        await stage.replied(ended, "Hello")
        place.refurbed.solve(ended)
        await stage.until("its end", lambda: "🟢" in stage.card(ended))
        active = await stage.opened()
        await stage.quiet(0.5)
    found, notes = await records.held(bridge, EMAIL)
    assert notes == []
    assert {held.key.id for held in found} == {str(ended), str(active)}
    complete, lines = await records.forget(bridge, found)
    assert not complete
    assert any(f"{ACCOUNT}:{active} is still open" in line for line in lines)
    assert any(line.startswith("remains   in Slack: http") for line in lines)
    assert f"remains   at the marketplace: {ACCOUNT}:{ended}" in lines
    stored = await keys_of(place)
    assert not re.search(rf"(?<!\d){ended}(?!\d)", stored)  # a time may hold its digits
    assert stage.root(ended) not in stored
    assert str(active) in stored
    assert (await bridge.store.load(TicketKey(ACCOUNT, str(active)))).raw
    (again,), _ = await records.held(bridge, f"{ACCOUNT}:{ended}")
    assert (await records.forget(bridge, [again]))[0], "twice is once"


async def test_what_cannot_be_asked_is_not_forgotten(
    place: World, run: Running, bridge: Bridge
) -> None:
    stage = Stage(place)
    async with run(replies=NOW):
        ticket = await stage.opened()
    place.refurbed.revoke(place.refurbed.token)
    found, _ = await records.held(bridge, f"{ACCOUNT}:{ticket}")
    complete, lines = await records.forget(bridge, found)
    assert not complete
    assert "cannot be told" in lines[0]
    found, notes = await records.held(bridge, "somebody@example.com")
    assert found == []
    assert "was not asked" in notes[0]
    assert (await bridge.store.load(TicketKey(ACCOUNT, str(ticket)))).raw


@pytest.mark.parametrize("customer", ["Huber", "elsewhere:1", f"{ACCOUNT}:~"])
async def test_nobody_is_meant(bridge: Bridge, customer: str) -> None:
    with pytest.raises(ConfigError):
        await records.held(bridge, customer)
