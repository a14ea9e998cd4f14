"""Faults of the bridge's own host and process. Each test names its invariants.

SIGTERM while sending: tests/rig/test_processes.py. A full disk of Redis: test_redis.py. Odd values
in a ticket: tests/bridge/test_hostile.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from slackbridge.cli import inspect
from slackbridge.config.load import child_environment
from slackbridge.demo import views
from slackbridge.demo.process import spawn
from slackbridge.demo.world import ACCOUNT, World, secrets_of
from slackbridge.domain.errors import Failure, Later, Rejected, Unknown
from slackbridge.domain.model import Conversation, TicketKey
from tests.bridge.stage import Stage
from tests.faults.long import play
from tests.faults.server import running

pytestmark = [pytest.mark.long, pytest.mark.timeout(90)]


@contextlib.asynccontextmanager
async def process(
    place: World, *words: str, output: int, **more: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A bridge in a separate process that logs to `output`; it must exit with 0."""
    config = str(place.folder / "slackbridge.toml")
    env = child_environment(secrets_of(place.slack, place.refurbed))
    made = await spawn(
        *(*words, "run", "--config", config), env=env, stdout=output, stderr=output, **more
    )
    try:
        await place.until("two sockets", lambda: place.slack.socket.connected == 2)
        yield made
        made.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(made.wait(), 10) == 0
    finally:
        if made.returncode is None:
            made.kill()
            await made.wait()


async def a_life(stage: Stage) -> None:
    """One message in each direction."""
    ticket = await stage.opened()
    ts = await stage.say(ticket, "an answer")
    await stage.replied(ticket, "an answer")
    await stage.reaction(ts, "white_check_mark")
    stage.balanced(ticket)


def full() -> int:
    return os.open("/dev/full", os.O_WRONLY)


def gone() -> int:
    """A pipe that nobody reads."""
    read, write = os.pipe()
    os.close(read)
    return write


CLOSED = ("/bin/sh", "-c", 'exec "$@" >&- 2>&-', "sh")


@pytest.mark.parametrize(
    ("made", "before"),
    [
        pytest.param(full, (), id="full"),
        pytest.param(gone, (), id="nobody reads"),
        pytest.param(gone, CLOSED, id="closed"),
    ],
)
async def test_a_log_that_cannot_be_written_stops_nothing(
    place: World, made: Callable[[], int], before: Sequence[str]
) -> None:
    """F24; I1, I7, I24."""
    output = made()
    try:
        async with process(place, output=output, before=before):
            await a_life(Stage(place))
    finally:
        os.close(output)


@pytest.mark.parametrize("seconds", [3600, -3600])
async def test_the_clock_jumps_an_hour(place: World, seconds: int) -> None:
    """F10; I1, I7: polls, leases and sockets do not depend on the wall clock."""
    jump = "tests.faults.jump"
    stage = Stage(place)
    with (place.folder / "bridge.log").open("ab") as log:
        output = log.fileno()
        async with process(place, str(seconds), output=output, module=jump) as bridge:
            ticket = await stage.opened()
            bridge.send_signal(signal.SIGUSR1)
            await stage.quiet(0.3)
            place.refurbed.customer_writes(ticket, "<p>more</p>")
            await stage.until("more", lambda: len(stage.mirrored(ticket)) == 2, 15)
            await a_life(stage)


def refuse(failure: Failure | Exception, meant: str, get: Any) -> Callable[[str], Any]:
    """A `get` that fails for one ticket."""

    async def spoilt(id: str) -> Conversation:
        if id == meant:
            raise failure
        conversation: Conversation = await get(id)
        return conversation

    return spoilt


@pytest.mark.parametrize(
    "failure",
    [
        ValueError("a fault of ours"),
        Later("the marketplace has a fault", 0.1, code="500"),
        Rejected("the marketplace says no", code="400"),
        Unknown("the answer is cut", code="cut"),
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_poison_ticket_is_told_of_once_and_delays_no_other(
    place: World, failure: Exception
) -> None:
    """F16; I14. Reading one ticket always fails with this."""
    timing = {"quarantine_after": 3, "retry_seconds": 0.05, "retry_max_seconds": 600}
    async with running(place, timing=timing) as bridge:
        stage = Stage(place)
        bad = place.refurbed.customer_opens()
        provider = bridge.providers[ACCOUNT]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(provider, "get", refuse(failure, str(bad), provider.get))
            await stage.until("the notice", lambda: stuck(place))
            begun = time.monotonic()
            await a_life(stage)
            assert time.monotonic() - begun < 30  # its next try is in minutes
            assert not views.cards(place.slack, bad)
            assert str(bad) in stuck(place)[0]  # until it is well again
        assert await inspect.replay_lines(bridge, TicketKey(ACCOUNT, str(bad)))
        await stage.until("its thread", lambda: stage.mirrored(bad))
        stage.balanced(bad)
        assert len(stuck(place)) == 1


def stuck(place: World) -> list[str]:
    rows = place.slack.workspace.history("C0OPS")
    return [views.shown(row) for row in rows if "stuck" in views.effect_of(row)]


async def test_a_ticket_of_many_messages_delays_no_other(place: World) -> None:
    """F16; I1, I2, I4, I16. `python -m tests.faults.long` has ten thousand."""
    lines: list[str] = []
    await play(place, 300, lines.append)
    assert lines, "another ticket was shown before the end of the long one"
