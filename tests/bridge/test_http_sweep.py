"""HTTP mode: what Slack gave up delivering is found, cheaply, and `/readyz` says what was lost."""

from __future__ import annotations

import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from slackbridge.demo.world import World, world
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage
from tests.bridge.test_http_mode import PATH, Door

SWEEP_SECONDS = 1.0
NOWHERE = "http://127.0.0.1:9/slack/events"
READS = ("conversations.history", "conversations.replies")


@pytest.fixture
async def place(redis_url: str) -> AsyncIterator[World]:
    async with world(seed=False, redis_url=redis_url, mode="http") as place:
        yield place


@contextlib.asynccontextmanager
async def opened(place: World, run: Running, **changes: Any) -> AsyncIterator[Door]:
    """A bridge in HTTP mode that sweeps every second, to which the sandbox delivers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    door = Door(place, port)
    place.slack.endpoints.point_at(door.url + PATH)
    place.slack.http.retry_scale = 0.002
    slack = {"mode": "http", "http_host": "127.0.0.1", "http_port": port}
    timing = {"sweep_seconds": SWEEP_SECONDS, **changes}
    async with run(slack=slack, replies={"undo_seconds": 0}, timing=timing):
        await place.until("the port", door.open)
        yield door


async def ready(door: Door) -> tuple[int, dict[str, Any]]:
    """What /readyz answers."""
    async with aiohttp.ClientSession() as session, session.get(door.url + "/readyz") as answer:
        return answer.status, await answer.json()


def reads(place: World) -> Counter[str]:
    return Counter(name for name in place.slack.faults.seen if name in READS)


async def test_what_slack_gave_up_delivering_is_found(place: World, run: Running) -> None:
    """The proxy before the port is down for longer than Slack repeats."""
    stage = Stage(place)
    async with opened(place, run) as door:
        ticket = await stage.opened()
        place.slack.endpoints.point_at(NOWHERE)
        ts = await stage.say(ticket, "Your parcel is on its way.")
        await stage.reaction(ts, "white_check_mark")
        assert stage.replies(ticket) == ["Your parcel is on its way."]
        place.slack.endpoints.point_at(door.url + PATH)
        other = await stage.say(ticket, "// a note")
        await stage.reaction(other, "lock")
        assert stage.replies(ticket) == ["Your parcel is on its way."]


async def test_a_message_lost_before_one_that_was_delivered_is_found(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with opened(place, run):
        ticket = await stage.opened()
        place.slack.delivery.drop("message")
        lost = await stage.say(ticket, "lost")
        heard = await stage.say(ticket, "// delivered")
        await stage.reaction(heard, "lock")
        await stage.reaction(lost, "white_check_mark")
        assert stage.replies(ticket) == ["lost"]


async def test_an_idle_sweep_costs_a_call_a_channel(place: World, run: Running) -> None:
    """And a thread that was answered is read once, whatever else is swept."""
    stage = Stage(place)
    async with opened(place, run):
        tickets = [await stage.opened() for _ in range(3)]
        await stage.quiet(2 * SWEEP_SECONDS + 0.5)  # what was posted at first has been swept
        before = reads(place)
        await stage.quiet(4 * SWEEP_SECONDS)
        idle = reads(place) - before
        assert idle["conversations.replies"] == 0
        assert 2 <= idle["conversations.history"] <= 2 * 5, "two channels, at most four sweeps"
        before = reads(place)
        ts = await stage.say(tickets[1], "// a note")
        await stage.reaction(ts, "lock")
        await stage.quiet(3 * SWEEP_SECONDS)
        assert (reads(place) - before)["conversations.replies"] == 1


async def test_two_processes_sweep_no_more_than_one(place: World, run: Running) -> None:
    stage = Stage(place)
    async with opened(place, run), opened(place, run):
        await stage.quiet(SWEEP_SECONDS + 0.5)
        before = reads(place)
        await stage.quiet(4 * SWEEP_SECONDS)
        assert (reads(place) - before)["conversations.history"] <= 2 * 5


async def test_readiness_says_what_slack_did_not_deliver(place: World, run: Running) -> None:
    """It is believed for one sweep at most: traffic routed by readiness must be able to return."""
    stage = Stage(place)
    async with opened(place, run) as door:
        status, told = await ready(door)
        assert (status, told["slack"]) == (200, "no request from Slack yet")
        ticket = await stage.opened()
        place.slack.endpoints.point_at(NOWHERE)
        ts = await stage.say(ticket, "Hello")
        await stage.reaction(ts, "white_check_mark")

        async def unready() -> str:
            status, told = await ready(door)
            return str(told["why"]) if status == 503 else ""

        # A message that was found at once might have been on its way: the next one is older.
        for n in range(20):
            if why := await unready():
                break
            await stage.say(ticket, f"// note {n}")
            await stage.quiet(0.2)
        assert "Slack has not delivered" in why
        assert "Request URL" in why
        await stage.quiet(2 * SWEEP_SECONDS + 1)
        assert (await ready(door))[0] == 200, "nobody is locked out"
        place.slack.endpoints.point_at(door.url + PATH)
        heard = await stage.say(ticket, "// heard")
        await stage.reaction(heard, "lock")
        status, told = await ready(door)
        assert status == 200
        assert "last request from Slack at" in told["slack"]
