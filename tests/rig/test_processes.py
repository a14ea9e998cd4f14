"""Several processes on one Redis, one stopped for longer than its lease, and SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from functools import partial

import pytest

from slackbridge.demo.process import BridgeProcess
from slackbridge.demo.world import World
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.bridge.stage import Stage
from tests.rig.cast import Asked
from tests.rig.life import Life, living, outcome

pytestmark = [pytest.mark.long, pytest.mark.crash, pytest.mark.timeout(240)]
ASLEEP_SECONDS = 3.5  # the lease is 2 s


@contextlib.asynccontextmanager
async def another(place: World) -> AsyncIterator[BridgeProcess]:
    """A second process with the same configuration."""
    bridge = place.another(2)
    await bridge.start()
    try:
        yield bridge
    finally:
        await bridge.stop()


async def test_two_processes_at_once_each_asleep_for_a_while(life: Life) -> None:
    place, stage = life.place, Stage(life.place)
    async with another(place) as second:
        await place.until("four sockets", lambda: place.slack.socket.connected == 4)
        for pid, operation in ((place.bridge.pid, "GetTicket"), (second.pid, "UpdateTicket")):
            asleep = Fault(operation, Phase.COMMIT, Action.STOP, 2, pid=pid, seconds=ASLEEP_SECONDS)
            place.refurbed.faults.add(asleep)
        crowd = place.refurbed.bulk(8, messages=2)
        for ticket in crowd:
            await place.until("its thread", partial(stage.mirrored, ticket), 20)
            ts = await stage.say(ticket, f"answer to {ticket}")
            life.asked.append(Asked([f"answer to {ticket}"], ts))
        assert (await outcome(life)).faults == []


async def sleep_through(operation: str) -> None:
    """Stop the process after the answer of that call; another process takes its work over."""
    async with living() as life:
        place, pid = life.place, life.place.bridge.pid
        await Stage(place).opened()
        server = place.slack if "." in operation else place.refurbed
        asleep = Fault(operation, Phase.ANSWER, Action.STOP, pid=pid, seconds=ASLEEP_SECONDS)
        server.faults.add(asleep)
        await life.say("an answer")
        place.refurbed.customer_writes(int(life.ticket), "<p>and another question</p>")
        await place.until("the sleeper", lambda: asleep.struck)
        async with another(place):
            await place.until("the other one's work", lambda: life.sent("an answer"), 20)
            await asyncio.sleep(ASLEEP_SECONDS)
            assert (await outcome(life)).faults == []
        assert place.bridge.pid == pid


async def test_a_sleeper_whose_work_was_taken_over_does_nothing_twice() -> None:
    operations = ("GetTicket", "UpdateTicket", "chat.postMessage")
    await asyncio.gather(*(sleep_through(operation) for operation in operations))


async def test_sigterm_ends_at_once_when_there_is_nothing_to_do(life: Life) -> None:
    stage = Stage(life.place)
    await stage.opened()
    await stage.quiet(0.3)
    begun = time.monotonic()
    assert await life.place.bridge.stop() == 0
    assert time.monotonic() - begun < 3
    log = life.place.bridge.log.read_text("utf-8")
    assert '"level": "error"' not in log
    assert "Traceback" not in log
    assert "never" not in log, "no coroutine left behind"


async def end_in_the_middle(phase: Phase, seconds: float) -> None:
    """SIGTERM while a reply is on its way, whose answer takes so long."""
    async with living() as life:
        place, stage = life.place, Stage(life.place)
        await stage.opened()
        slow = Fault("UpdateTicket", phase, Action.DELAY, seconds=seconds)
        place.refurbed.faults.add(slow)
        await life.say("an answer")
        await place.until("the call", lambda: slow.struck)
        begun = time.monotonic()
        assert await place.bridge.stop() == 0
        assert time.monotonic() - begun < 10
        await place.bridge.start()
        await stage.replied(int(life.ticket), "an answer")
        assert (await outcome(life)).faults == []


async def test_sigterm_in_the_middle_of_a_send_leaves_nothing_half_done() -> None:
    """An answer in time is awaited; a later one is settled after the restart."""
    await asyncio.gather(
        end_in_the_middle(Phase.COMMIT, 1.0), end_in_the_middle(Phase.ANSWER, 30.0)
    )
