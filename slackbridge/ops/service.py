"""The life of the service: starts the parts in order, and stops them in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Protocol

import structlog

from slackbridge.config.errors import ConfigError
from slackbridge.domain.errors import Code, Failure, Later, Unauthorized
from slackbridge.ops.hand_over import HandOver
from slackbridge.ops.health import Pulse, Server
from slackbridge.ops.schedule import Schedule
from slackbridge.ops.socket_hearing import SocketHearing
from slackbridge.ops.stopping import unless
from slackbridge.rooms.lane.workers import Workers
from slackbridge.rooms.polling.poller import Poller
from slackbridge.rooms.recovery.catch_up import CatchUp
from slackbridge.rooms.recovery.map_guard import EMPTIED, MapGuard

log = structlog.get_logger(__name__)
BEAT_SECONDS = 10.0
RETRY_SECONDS = 2.0
VAIN_SECONDS = 1.0  # for work whose outcome Redis does not take
STOP_SECONDS = 8.5  # at most: the rest of ten seconds is for closing what is open


class Listening(Protocol):
    """How Slack's events come in."""

    async def open(self) -> None:
        """Begin; every gap in it is caught up with."""

    async def close(self) -> None: ...


class HttpListening:
    """Slack calls us: what came before the start is caught up with, the rest is swept for."""

    def __init__(self, catch_up: Callable[[], None]) -> None:
        self._catch_up = catch_up

    async def open(self) -> None:
        self._catch_up()

    async def close(self) -> None:
        """The HTTP server is closed by its owner."""


class Service:
    """`identify` learns who we are at Slack, `serve` opens the HTTP port (None = no port).

    `on_gap` is called after a time in which the process did not run. Every `sweep_seconds` what
    Slack has not delivered is looked for; 0 = a gap in what Slack tells is noticed anyway.
    `sockets` gives up when Slack has not been heard for long (None = Slack calls us).
    """

    def __init__(
        self,
        identify: Callable[[], Awaitable[object]],
        serve: Callable[[], Awaitable[Server | None]],
        listening: Listening,
        guard: MapGuard,
        hand_over: HandOver,
        workers: Workers,
        pollers: Sequence[Poller],
        catch_up: CatchUp,
        pulse: Pulse,
        on_gap: Callable[[], None],
        sweep_seconds: float,
        stop_seconds: float,
        sockets: SocketHearing | None = None,
    ) -> None:
        self._identify = identify
        self._serve = serve
        self._listening = listening
        self._guard = guard
        self._hand_over = hand_over
        self._workers = workers
        self._pollers = pollers
        self._catch_up = catch_up
        self._pulse = pulse
        self._sweep_seconds = sweep_seconds
        self._stop_seconds = stop_seconds
        self._sockets = sockets
        self._schedule = Schedule(on_gap)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set.

        Raises ConfigError if Slack refuses the token, if the map of its threads is lost, or if
        other settings came into force; Later if Slack has not been heard for `deaf_minutes`.
        """
        server = None
        working: asyncio.Task[None] | None = None
        try:
            server = await self._serve_early()
            if await unless(stop, self._begin()) is None:
                return
            server = server or await self._serve()
            working = asyncio.create_task(self._workers.run())
            self._pulse.waiting = ""
            await self._listening.open()
            self._begin_schedule()
            log.info("service.running", accounts=[poller.account for poller in self._pollers])
            await _first(self._end(stop), working)
        finally:
            log.info("service.stopping")
            await self._stop(server, working)

    async def _stop(self, server: Server | None, working: asyncio.Task[None] | None) -> None:
        """Work in progress has `stop_seconds`; the next start settles what it leaves."""
        loop = asyncio.get_running_loop()
        patience = min(self._stop_seconds, STOP_SECONDS)
        if working is not None and await self._pulse.not_stored():
            patience = min(patience, VAIN_SECONDS)
        until = loop.time() + patience
        await self._schedule.stop(patience)
        await self._listening.close()
        if server is not None:
            await server.stop()
        await self._workers.stop(max(0.0, until - loop.time()))
        if working is not None:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
        await self._pulse.end()

    async def _serve_early(self) -> Server | None:
        """The port is open while this process waits; another one may still have it."""
        try:
            return await self._serve()
        except OSError as error:
            log.warning("port.taken", why=error.strerror)
            return None

    async def _begin(self) -> None:
        """Learn who we are, and whether the map is there; while Slack or Redis is away, wait.

        Then wait until nobody works with other settings.
        """
        while True:
            try:
                await self._identify()
                if why := await self._guard.refusal():
                    raise ConfigError(why)
                await self._guard.begin()
                break
            except Unauthorized as failure:
                why = f"{failure.code or failure.reason}. {failure.remedy}".strip()
                raise ConfigError(f"Slack refuses SLACK_BOT_TOKEN: {why}") from None
            except Failure as failure:
                await self._not_ready(failure)
        while True:
            try:
                if not (why := await self._hand_over.ask()):
                    return
                self._pulse.waiting = why
                await asyncio.sleep(RETRY_SECONDS)
            except Failure as failure:
                await self._not_ready(failure)

    async def _not_ready(self, failure: Failure) -> None:
        """Said in the log once for each reason."""
        if self._pulse.waiting != failure.reason:
            log.warning("service.not_ready", why=failure.loggable)
        self._pulse.waiting = failure.reason
        await asyncio.sleep(RETRY_SECONDS)

    async def _end(self, stop: asyncio.Event) -> None:
        """Until `stop`. Raises ConfigError if the map or our turn is lost before, or Later if
        Slack is."""
        lost: dict[asyncio.Event, Callable[[], Exception]] = {
            self._guard.emptied: lambda: ConfigError(EMPTIED),
            self._hand_over.lost: lambda: ConfigError(self._hand_over.told()),
        }
        if (sockets := self._sockets) is not None:
            lost[sockets.given_up] = lambda: _not_heard(sockets)
        ends = [asyncio.create_task(event.wait()) for event in (stop, *lost)]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ends:
                task.cancel()
        for event, why in lost.items():
            if event.is_set() and not stop.is_set():
                raise why()

    def _begin_schedule(self) -> None:
        for poller in self._pollers:
            turn = partial(self._poll, poller)
            self._schedule.every(poller.seconds, turn, f"poll {poller.account}", now=True)
        self._schedule.every(BEAT_SECONDS, self._beat, "heartbeat", now=True)
        if self._sockets is not None:
            self._schedule.every(self._sockets.tick_seconds, self._sockets.tick, "sockets")
        if self._sweep_seconds:
            sweep = partial(self._catch_up.sweep, self._sweep_seconds)
            self._schedule.every(self._sweep_seconds, sweep, "sweep")
        self._schedule.start()

    async def _poll(self, poller: Poller) -> None:
        if await self._guard.intact():
            await poller.cycle()

    async def _beat(self) -> None:
        if not await self._pulse.beat() or not await self._guard.intact():
            return
        await self._hand_over.check()
        self._schedule.notice_gap()
        if self._pulse.hears():
            await self._catch_up.listening()


def _not_heard(sockets: SocketHearing) -> Later:
    return Later(sockets.last_words(), 0.0, code=Code.UNREACHABLE)


async def _first(wait: Coroutine[Any, Any, Any], task: asyncio.Task[None]) -> None:
    """Until `wait` is over; a task that ends before it has failed, and its error is raised."""
    waiting = asyncio.ensure_future(wait)
    await asyncio.wait({waiting, task}, return_when=asyncio.FIRST_COMPLETED)
    if waiting.done():
        waiting.result()
    else:
        waiting.cancel()
        task.result()
