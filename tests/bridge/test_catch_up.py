"""Nothing an agent does is lost: while nobody listens, while Redis is away, over a restart."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.refurbed.vocabulary import Status
from slackbridge.store.keys import DEFAULT
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

ALL = {"undo_seconds": 0}


@contextlib.asynccontextmanager
async def unheard(stage: Stage) -> AsyncIterator[None]:
    """While the block lasts, no socket is connected and Slack keeps no event."""
    stage.slack.socket.refuse(60)
    stage.slack.socket.drop_all()
    yield
    stage.slack.socket.refuse(-1)


async def test_what_was_written_while_the_sockets_were_down_arrives(stage: Stage) -> None:
    ticket = await stage.opened()
    held = await stage.say(ticket, "/ hm")
    await stage.receipt(ticket, held, "looks like a note")
    async with unheard(stage):
        await stage.say(ticket, "written into the gap")
        corrected = await stage.say(ticket, "corected in the gap")
        await stage.anna.edit(CHANNEL, corrected, "corrected in the gap")
        gone = await stage.say(ticket, "deleted in the gap")
        await stage.anna.delete(CHANNEL, gone)
        note = await stage.say(ticket, "// a note")
        await stage.slack.person("gil").say(CHANNEL, "a guest", stage.root(ticket))
        await stage.anna.edit(CHANNEL, held, "// hm")
    await stage.replied(ticket, "written into the gap", "corrected in the gap")
    await stage.reaction(note, "lock")
    await stage.receipt(ticket, held, "edited into a note")
    await stage.quiet(0.5)
    assert len(stage.replies(ticket)) == 2


async def test_every_gap_is_looked_into_whatever_was_read_before(stage: Stage) -> None:
    """The second catch-up must see changes to messages that the first has read."""
    ticket = await stage.opened()
    async with unheard(stage):
        held = await stage.say(ticket, "/ hm")
    await stage.receipt(ticket, held, "looks like a note")
    async with unheard(stage):
        await stage.anna.delete(CHANNEL, held)
    await stage.receipt(ticket, held, "Not sent")


async def test_the_customer_does_not_wait_for_slack_to_let_threads_be_read(instant: Stage) -> None:
    """Reading recently active threads again takes minutes at Slack's rate limits."""
    ticket = await instant.opened()
    backlog = int(1000 * (time.time() + 3))
    async with Redis.from_url(instant.place.redis_url) as redis:
        await redis.hset(DEFAULT.pace("conversations.replies"), "tail", str(backlog))
    async with unheard(instant):
        await instant.say(ticket, "written into the gap")
    await instant.until("to be read", lambda: instant.slack.socket.connected == 2)
    await instant.quiet(0.3)
    instant.market.customer_writes(ticket, "<p>more</p>")
    await instant.until("it", lambda: len(instant.mirrored(ticket)) == 2)
    assert not instant.replies(ticket)  # the thread has not been read yet
    await instant.replied(ticket, "written into the gap")


async def test_an_old_message_is_held(place: World, run: Running) -> None:
    async with run(replies={"undo_seconds": 0, "fresh_minutes": 0.01}):
        stage = Stage(place)
        ticket = await stage.opened()
        async with unheard(stage):
            ts = await stage.say(ticket, "Hello")
            note = await stage.say(ticket, "// a note")
            await stage.quiet(0.9)
        await stage.reaction(note, "lock")
        row = await stage.receipt(ticket, ts, "while the bridge was not listening")
        assert stage.replies(ticket) == []
        await stage.anna.click(CHANNEL, row["ts"], "intent:send")
        await stage.replied(ticket, "Hello")


async def test_a_restart_hears_what_was_written_meanwhile(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run(replies={"undo_seconds": 2}):
        ticket = await stage.opened()
        edited = await stage.say(ticket, "Helo")
        deleted = await stage.say(ticket, "never sent")
        await stage.receipt(ticket, deleted, "goes out")
        await stage.receipt(ticket, edited, "goes out")
    await stage.anna.edit(CHANNEL, edited, "Hello")
    await stage.anna.delete(CHANNEL, deleted)
    await stage.say(ticket, "written meanwhile")
    await stage.quiet(2.0)  # both are due now
    async with run(replies=ALL):
        await stage.until("both", lambda: len(stage.replies(ticket)) == 2)
        await stage.quiet(0.5)
        assert stage.replies(ticket) == ["Hello", "written meanwhile"]


async def test_a_long_rest_loses_nothing(place: World, run: Running) -> None:
    """A thread's age counts back from the time the bridge stopped, not from now."""
    stage = Stage(place)
    hour = 1 / 3600
    async with run(timing={"catch_up_hours": hour}):
        ticket = await stage.opened()
        await stage.quiet(1.2)
        place.refurbed.customer_writes(ticket, "<p>more</p>")
        await stage.until("it", lambda: len(stage.mirrored(ticket)) == 2)
    await stage.say(ticket, "Hello")
    await stage.quiet(1.2)
    async with run(replies=ALL, timing={"catch_up_hours": hour}):
        await stage.replied(ticket, "Hello")


async def test_slack_asks_for_new_connections(instant: Stage) -> None:
    ticket = await instant.opened()
    await instant.slack.socket.disconnect("refresh_requested")
    await instant.say(ticket, "first")
    await instant.until("two sockets", lambda: instant.slack.socket.connected == 2)
    await instant.say(ticket, "second")
    await instant.replied(ticket, "first", "second")
    await instant.anna.click(CHANNEL, instant.root(ticket), "ticket:solve")
    await instant.until("it", lambda: instant.market.ticket(ticket).status == Status.SOLVED)


@pytest.mark.parametrize("redelivery", [1.2, 0.1], ids=["slack repeats", "slack gives up"])
async def test_without_redis_nothing_is_acknowledged_or_lost(
    place: World, run: Running, redelivery: float
) -> None:
    async with Weir(place.redis_url, place.folder / "weir") as weir:
        place.redis_url = weir.url
        place.slack.socket.redelivery = redelivery
        async with run(replies=ALL):
            stage = Stage(place)
            ticket = await stage.opened()
            weir.close()
            ts = await stage.say(ticket, "Hello")
            await stage.quiet(1.0)
            weir.open()
            await stage.replied(ticket, "Hello")
            await stage.reaction(ts, "white_check_mark")
            await stage.quiet(1.0)
            assert stage.replies(ticket) == ["Hello"]
            stage.balanced(ticket)


class Weir:
    """A TCP proxy to Redis that can be closed."""

    def __init__(self, url: str, socket: Path) -> None:
        self._target = url.removeprefix("unix://").partition("?")[0]
        self._socket = socket
        self.url = url.replace(self._target, str(socket))
        self._open = True
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Weir:
        self._server = await asyncio.start_unix_server(self._serve, str(self._socket))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
        self._server.close()

    def open(self) -> None:
        self._open = True

    def close(self) -> None:
        self._open = False
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.close()
            return
        back, forth = await asyncio.open_unix_connection(self._target)
        self._writers |= {writer, forth}
        try:
            await asyncio.gather(pump(reader, forth), pump(back, writer))
        finally:
            self._writers -= {writer, forth}


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
    writer.close()


async def test_a_reply_in_a_thread_that_rested_long_is_not_lost(place: World, run: Running) -> None:
    stage = Stage(place)
    hour = 1 / 3600
    async with run(timing={"catch_up_hours": hour}):
        old = await stage.opened()
        await stage.quiet(1.3)
        await stage.opened("<p>another</p>")
    await stage.say(old, "Hello")
    async with run(replies={"undo_seconds": 0}, timing={"catch_up_hours": hour}):
        await stage.replied(old, "Hello")
