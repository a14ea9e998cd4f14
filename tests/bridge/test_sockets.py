"""What the connections of Socket Mode cost, and what becomes of a bridge that has none."""

from __future__ import annotations

import asyncio
import time

import pytest

from slackbridge.app import Bridge
from slackbridge.demo.world import World
from slackbridge.domain.errors import Later
from slackbridge.sandbox.slack.socket_host import Trouble
from tests.bridge.conftest import Running, configured
from tests.bridge.stage import Stage
from tests.shell import Shell

TICKETS = 4
READS = ("conversations.replies", "conversations.history")
DEAF = {"slack": {"deaf_minutes": 0.03}, "timing": {"retry_seconds": 0.1, "retry_max_seconds": 1}}


def reads(stage: Stage) -> int:
    return sum(name in READS for name in stage.slack.faults.seen)


async def rested(stage: Stage) -> int:
    """How often Slack was read, once it is not read any more."""
    before = -1
    while (now := reads(stage)) != before:
        before = now
        await stage.quiet(0.6)
    return now


async def test_a_routine_renewal_costs_no_reading(instant: Stage) -> None:
    """Slack renews every connection every few hours; only a time without any is a gap."""
    tickets = [await instant.opened() for _ in range(TICKETS)]
    before, line = await rested(instant), instant.slack.socket
    opened = line.opened
    await line.disconnect("warning")  # both at once: the worst case
    await instant.until("new ones", lambda: line.opened == opened + 2)
    await instant.until("no more", lambda: line.connected == 2)
    assert await rested(instant) == before
    line.drop_all()
    await instant.until("the threads", lambda: reads(instant) >= before + TICKETS)
    await instant.say(tickets[0], "Hello")
    await instant.replied(tickets[0], "Hello")


async def test_connections_from_one_start_are_not_renewed_together(
    place: World, run: Running
) -> None:
    """They would be, as they are opened in one moment: the second is renewed early, once."""
    place.slack.socket.lifetime, place.slack.socket.warning_seconds = 2.0, 0.4
    async with run(replies={"undo_seconds": 0}):
        stage = Stage(place)
        ticket = await stage.opened()
        before, least = await rested(stage), 2
        said: list[str] = []
        end = time.monotonic() + 2.8
        while time.monotonic() < end:
            said.append(f"message {len(said)}")
            await stage.say(ticket, said[-1])
            least = min(least, place.slack.socket.connected)
            await stage.quiet(0.2)
        await stage.until("all", lambda: len(stage.replies(ticket)) == len(said))
        assert least >= 1
        assert await rested(stage) == before
        assert sorted(stage.replies(ticket)) == sorted(said), "once each"


async def test_a_bridge_that_hears_nothing_says_so_and_then_ends(
    place: World, run: Running
) -> None:
    async with run(slack={"deaf_minutes": 0}) as bridge:
        await place.slack.socket.host.fail(Trouble.UNAVAILABLE)
        place.slack.socket.drop_all()
        await place.until("it", lambda: "HTTP 503" in bridge.pulse.deaf())
        ready = await bridge.pulse.ready()
        assert ready.startswith("no connection to Slack: Slack's host for Socket Mode")
        await place.slack.socket.host.fail(Trouble.NONE)
        await place.until("both", lambda: place.slack.socket.connected == 2)
        assert await bridge.pulse.ready() == ""


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.HANGS, Trouble.MUTE])
async def test_a_stop_does_not_wait_for_a_connection(
    place: World, run: Running, trouble: Trouble
) -> None:
    async with run():
        await place.slack.socket.host.fail(trouble)
        place.slack.socket.drop_all()
        await asyncio.sleep(0.5)
        begun = time.monotonic()
    assert time.monotonic() - begun < 4


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.HANGS, Trouble.DROPS])
async def test_after_so_long_it_ends_with_an_error(place: World, trouble: Trouble) -> None:
    """Everything is put away as at a stop: no heartbeat is left, and customers were served on."""
    stage, bridge = Stage(place), Bridge(configured(place, DEAF), place.redis_url)
    task = asyncio.create_task(bridge.run(asyncio.Event()))
    ticket = await stage.opened()
    await stage.until("both", lambda: place.slack.socket.connected == 2)
    await place.slack.socket.host.fail(trouble)
    place.slack.socket.drop_all()
    stage.market.customer_writes(ticket, "<p>more</p>")
    await stage.until("it", lambda: len(stage.mirrored(ticket)) == 2)
    with pytest.raises(Later, match=r"^No connection to Slack for 0\.03 minutes"):
        await asyncio.wait_for(task, 20)
    assert (await Shell(place).run("health"))[0] == 1


@pytest.mark.long
async def test_the_process_ends_with_1_and_one_line(place: World) -> None:
    shell = Shell(place)
    configured(place, DEAF)
    await place.slack.socket.host.fail(Trouble.REFUSED)
    code, out, err = await shell.process("run")
    assert code == 1
    last = err.strip().splitlines()[-1]
    assert last.startswith("No connection to Slack for 0.03 minutes (slack.deaf_minutes): Slack's")
    assert "SLACK_APP_TOKEN" in last
    assert "Traceback" not in out + err
    assert (await shell.run("health"))[0] == 1, "its heartbeat is put away"
    code, out, _ = await shell.run("check")
    assert "opens connections" in out, "the Web API is well, and that is what it asks"
