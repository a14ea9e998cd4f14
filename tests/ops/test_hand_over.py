"""Two processes with different settings never work side by side on one Redis."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from slackbridge.app import Bridge
from slackbridge.config.errors import ConfigError
from slackbridge.demo.waiting import until
from slackbridge.demo.world import World, world
from slackbridge.ops.hand_over import HandOver
from slackbridge.store.keys import Keys
from slackbridge.store.redis import RedisStore, connect
from tests.bridge.conftest import configured
from tests.bridge.stage import Stage
from tests.bridge.test_http_mode import Door
from tests.ops.pulses import pulse
from tests.serving import serving

AT_ONCE = {"undo_seconds": 0}


@pytest.fixture
async def place(redis_url: str) -> AsyncIterator[World]:
    async with world(seed=False, redis_url=redis_url) as place:
        yield place


@contextlib.asynccontextmanager
async def running(place: World, **changes: Any) -> AsyncIterator[Bridge]:
    async with serving(configured(place, changes), place.redis_url, place.slack) as bridge:
        yield bridge


class Other:
    """A process that may be at work, without its work."""

    def __init__(self, url: str, mode: str) -> None:
        self.store = RedisStore(connect(url))
        self.pulse = pulse(self.store)
        self.since: list[float] = []
        self.turn = HandOver(self.store, self.pulse, {"replies.mode": mode}, self.since.append)


@pytest.fixture
async def others(redis_url: str) -> AsyncIterator[dict[str, Other]]:
    """A and A2 have the same settings, B and C others."""
    made = {name: Other(redis_url, mode=name[0]) for name in ("A", "A2", "B", "C")}
    yield made
    for other in made.values():
        await other.store.close()


# -- whose turn it is ----------------------------------------------------------------------------


async def test_the_first_works_and_one_of_the_same_settings_beside_it(
    others: dict[str, Other],
) -> None:
    assert await others["A"].turn.ask() == ""
    assert await others["A2"].turn.ask() == ""
    assert others["A"].since == others["A2"].since
    why = await others["B"].turn.ask()
    assert others["A"].pulse.process in why
    assert "mode" in why
    await others["A2"].pulse.end()
    assert await others["B"].turn.ask()
    await others["A"].pulse.end()
    assert await others["B"].turn.ask() == ""
    assert others["B"].since > others["A"].since


async def test_two_that_wait_do_not_block_each_other(others: dict[str, Other]) -> None:
    assert await others["A"].turn.ask() == ""
    assert await others["B"].turn.ask()
    assert await others["C"].turn.ask()
    await others["A"].pulse.end()
    assert await others["C"].turn.ask() == ""
    assert others["C"].pulse.process in await others["B"].turn.ask()


async def test_of_many_that_begin_at_once_only_one_sort_works(redis_url: str) -> None:
    """Whatever the order of their calls: each says that it works before it looks for the rest."""
    for _ in range(20):
        made = [Other(redis_url, mode=mode) for mode in "ABCABC"]
        await made[0].store.redis.flushdb()
        for _ in range(10):
            told = await asyncio.gather(*(other.turn.ask() for other in made))
            at_work = [n % 3 for n, why in enumerate(told) if not why]
            assert len(set(at_work)) <= 1
            if at_work:
                break
        assert at_work, "they do not block each other for good"
        for other in made:
            await other.store.close()


async def test_an_earlier_version_counts_unless_our_settings_are_in_force(
    others: dict[str, Other],
) -> None:
    store = others["A"].store
    await store.beat("4711", json.dumps({"sockets": 2, "slack": ""}))
    assert "4711" in await others["A"].turn.ask()
    await store.rest("4711")
    assert await others["A"].turn.ask() == ""
    await store.beat("4711", json.dumps({"sockets": 2, "slack": ""}))
    assert await others["A2"].turn.ask() == ""
    assert "4711" in await others["B"].turn.ask()


async def test_one_that_slept_ends_if_others_are_at_work(others: dict[str, Other]) -> None:
    asleep, other = others["A"], others["B"]
    assert await asleep.turn.ask() == ""
    await asleep.turn.check()
    assert not asleep.turn.lost.is_set()
    await asleep.store.rest(asleep.pulse.process)  # as after 30 s without a heartbeat
    assert await other.turn.ask() == ""
    await asleep.turn.check()
    assert asleep.turn.lost.is_set()
    assert other.pulse.process in asleep.turn.told()
    await other.turn.check()
    assert not other.turn.lost.is_set(), "what has ended does not disturb it"


async def test_one_that_slept_goes_on_if_nobody_is_there(others: dict[str, Other]) -> None:
    assert await others["A"].turn.ask() == ""
    await others["A"].pulse.end()
    assert await others["B"].turn.ask() == ""
    await others["B"].pulse.end()
    await others["A"].turn.check()
    assert not others["A"].turn.lost.is_set()
    assert others["A"].since[-1] > others["B"].since[-1]


# -- two bridges ---------------------------------------------------------------------------------


async def test_the_second_waits_visibly_and_works_once_the_first_has_ended(place: World) -> None:
    stage, port = Stage(place), _free_port()
    async with contextlib.AsyncExitStack() as first:
        await first.enter_async_context(running(place, replies={"undo_seconds": 0}))
        ticket = await stage.opened()
        second = configured(place, {"replies": {"undo_seconds": 0.1}, "ops": {"health_port": port}})
        async with serving(second, place.redis_url, place.slack) as waiting:
            why = await until("it waits", lambda: _waits(waiting))
            assert "replies.undo_seconds" in why
            status, told = await _ready(port)
            assert (status, told["why"]) == (503, why)
            assert place.slack.socket.connected == 2, "it hears nothing"
            await stage.say(ticket, "to the first")
            await stage.replied(ticket, "to the first")
            await first.aclose()
            begun = time.monotonic()
            await until("its turn", lambda: waiting.pulse.works())
            await until("both sockets", lambda: place.slack.socket.connected == 2)
            assert time.monotonic() - begun < 6
            assert (await _ready(port))[0] == 200
            await stage.say(ticket, "to the second")
            await stage.replied(ticket, "to the first", "to the second")
            await stage.quiet()
            stage.balanced(ticket)


async def test_in_http_mode_slack_is_refused_until_it_is_our_turn(redis_url: str) -> None:
    """Two processes of one machine: the second gets the port when the first has ended."""
    port, elsewhere = _free_port(), _free_port()
    slack = {"mode": "http", "http_host": "127.0.0.1", "http_port": port}
    apart = {**slack, "http_port": elsewhere}
    async with (
        world(seed=False, redis_url=redis_url, mode="http") as place,
        contextlib.AsyncExitStack() as first,
    ):
        bridge = await first.enter_async_context(running(place, slack=slack, replies=AT_ONCE))
        await until("it works", bridge.pulse.works)
        other, same = (
            configured(place, {"slack": where, "replies": {"undo_seconds": 1}})
            for where in (apart, slack)
        )
        async with serving(other, redis_url, place.slack) as waiting:
            door = Door(place, elsewhere)
            await until("it waits", lambda: _waits(waiting))
            body = json.dumps({"type": "url_verification", "challenge": "x"})
            assert await door.post(body, door.headers(body)) == 503
        async with serving(same, redis_url, place.slack) as waiting:
            await until("it waits", lambda: _waits(waiting))
            await first.aclose()
            await until("its turn", waiting.pulse.works)
            door = Door(place, port)
            await until("the port", door.open)
            assert await door.post(body, door.headers(body)) == 200


async def test_one_that_waits_ends_at_once(place: World) -> None:
    async with running(place, replies={"undo_seconds": 0}):
        bridge = Bridge(configured(place, {"replies": {"undo_seconds": 3}}), place.redis_url)
        stop = asyncio.Event()
        task = asyncio.create_task(bridge.run(stop))
        await until("it waits", lambda: _waits(bridge))
        begun = time.monotonic()
        stop.set()
        await task
        assert time.monotonic() - begun < 1.5


async def test_a_bridge_ends_when_others_took_over_while_it_slept(place: World) -> None:
    bridge = Bridge(configured(place, {}), place.redis_url)
    task = asyncio.create_task(bridge.run(asyncio.Event()))
    await until("it works", bridge.pulse.works)
    other = Other(place.redis_url, mode="other")

    async def taken_over() -> bool:  # its first heartbeat may come in between
        await other.store.redis.delete(Keys().alive(bridge.pulse.process))
        return not await other.turn.ask()

    await until("the take-over", taken_over)
    bridge._service._schedule._all_now()  # its next heartbeat
    with pytest.raises(ConfigError, match="Other settings came into force"):
        await task
    await other.store.close()


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        ({"mode": "explicit"}, {"mode": "direct"}, False),
        ({"mode": "direct"}, {"mode": "direct", "fresh_minutes": 10}, True),
    ],
    ids=["understood otherwise", "understood alike"],
)
async def test_what_was_written_under_other_settings_is_asked_about(
    place: World, before: dict[str, Any], after: dict[str, Any], sent: bool
) -> None:
    """Written while no bridge ran, and found by the next one within the fresh time."""
    stage = Stage(place)
    async with running(place, replies={**AT_ONCE, **before}):
        ticket = await stage.opened()
    ts = await stage.say(ticket, "I'd never tell him that.")
    async with running(place, replies={**AT_ONCE, **after}):
        if sent:
            await stage.replied(ticket, "I'd never tell him that.")
        else:
            await stage.receipt(ticket, ts, "other settings were in force")
            await stage.quiet()
            assert stage.replies(ticket) == []
            later = await stage.say(ticket, "Hello")
            await stage.replied(ticket, "Hello")
            await stage.reaction(later, "white_check_mark")


def _waits(bridge: Bridge) -> str:
    why = bridge.pulse.waiting
    return why if "other settings" in why else ""


async def _ready(port: int) -> tuple[int, dict[str, Any]]:
    url = f"http://127.0.0.1:{port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.json()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
