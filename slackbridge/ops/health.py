"""Liveness that measures the work: /healthz (the process), /readyz (Redis, Slack, whether it is our
turn), and a heartbeat in Redis that `slackbridge health` reads where no port is open.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog
from aiohttp import web

from slackbridge.config.settings import Settings
from slackbridge.domain.errors import Code, Failure, Later
from slackbridge.ops.hearing import Hearing
from slackbridge.ops.heartbeat import SETTINGS, WAITING, process_name
from slackbridge.ops.outage import Outage, Tell
from slackbridge.ops.socket_hearing import SocketHearing

log = structlog.get_logger(__name__)
MAX_BYTES = 1 << 20
READY_SECONDS = 1.5
BEAT_SECONDS = 4.0
END_SECONDS = 1.0
SILENT = "Redis does not answer"
STARTING = "it is starting: Slack and Redis are asked who is there"
AddRoutes = Callable[[web.Application], None]
Unposted = Callable[[], Awaitable[Sequence[str]]]


class Heart(Protocol):
    """Where heartbeats go."""

    async def beat(self, process: str, state: str) -> None: ...
    async def rest(self, process: str) -> None: ...


class Pulse:
    """The health of this process.

    `refused` says why Slack accepts no call ('' = it does); `sockets` knows the live connections
    to Slack (None = Slack calls us by HTTP, and `hearing` says what came of it). `unposted` gives
    what the bridge has to say and no channel takes; it raises Later. `tell` says something in the
    ops channel, whatever Redis does. `catching_up` tells what is being read of the time in which
    Slack was not heard.
    """

    def __init__(
        self,
        heart: Heart,
        refused: Callable[[], str],
        sockets: SocketHearing | None,
        hearing: Hearing,
        unposted: Unposted,
        tell: Tell,
        catching_up: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._heart = heart
        self._catching_up = catching_up
        self._refused = refused
        self._sockets = sockets
        self._hearing = hearing
        self._unposted = unposted
        self._settings = ""
        self.process = process_name()
        self.outage = Outage(self.process, tell)
        self.waiting = STARTING
        """Why this process does not work; '' = it does."""

    def works(self) -> bool:
        """Whether what comes in is taken in."""
        return not self.waiting

    def state(self) -> dict[str, object]:
        """Plain facts, for people and machines."""
        by_socket = self._sockets is not None
        return {
            "sockets": self._sockets.live() if self._sockets is not None else None,
            "slack": self._refused() or ("" if by_socket else self._hearing.state()),
            WAITING: self.waiting,
            SETTINGS: self._settings,
            "catching_up": list(self._catching_up()),
        }

    def hears(self) -> bool:
        """Whether it is certain that Slack's events come in."""
        return self._sockets is not None and self._sockets.live() > 0

    def deaf(self) -> str:
        """Why Slack's events do not come in, as far as is known; '' = they do."""
        return self._hearing.why() if self._sockets is None else self._sockets.why()

    async def claim(self, settings: str) -> None:
        """Say with which settings this process works; '' = with none yet. Raises Later."""
        self._settings = settings
        await self._write(BEAT_SECONDS)

    async def _write(self, seconds: float) -> None:
        """The proof that Redis takes what is written: a full one and a replica answer to reads."""
        try:
            async with asyncio.timeout(seconds):
                await self._heart.beat(self.process, json.dumps(self.state()))
        except TimeoutError:
            failure = Later(SILENT, 1.0, code=Code.REDIS)
            self.outage.begun(failure)
            raise failure from None
        except Failure as failure:
            self.outage.begun(failure)
            raise
        self.outage.over()

    async def beat(self) -> bool:
        """Say in Redis that this process lives; whether Redis has taken it. Raises nothing."""
        try:
            await self._write(BEAT_SECONDS)
        except Failure:
            return False
        finally:
            await self.outage.report()
        return True

    async def end(self) -> None:
        """Take the heartbeat away. Raises nothing."""
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._heart.rest(self.process)
        except TimeoutError:
            log.warning("heartbeat.left", why=SILENT)
        except Failure as failure:
            log.warning("heartbeat.left", why=failure.loggable)

    async def notices(self) -> list[str]:
        """What no channel takes, within 2 s; none while Redis does not say."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                return list(await self._unposted())
        except (Failure, TimeoutError):
            return []

    async def ready(self) -> str:
        """Why this process cannot do its work, within 2 s; '' if it can."""
        return await self.not_stored() or self.waiting or self._refused() or self.deaf()

    async def not_stored(self) -> str:
        """Why Redis takes nothing, within 2 s; '' if it does."""
        try:
            await self._write(READY_SECONDS)
        except Failure as failure:
            return failure.reason
        return ""


class Server:
    """The process's own HTTP server."""

    def __init__(self, runner: web.AppRunner) -> None:
        self._runner = runner

    async def stop(self) -> None:
        await self._runner.cleanup()


async def serve(
    settings: Settings, pulse: Pulse, slack: AddRoutes, hooks: AddRoutes
) -> Server | None:
    """Serve health and `hooks`, and in HTTP mode `slack`. None where no port is asked for.

    Raises OSError if the port is taken.
    """
    http = settings.slack.mode == "http"
    port = settings.slack.http_port if http else settings.ops.health_port
    if not http and not port:
        return None
    server = web.Application(client_max_size=MAX_BYTES)
    if http:
        slack(server)
    hooks(server)

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, **pulse.state()})

    async def readyz(_: web.Request) -> web.Response:
        why, notices = await asyncio.gather(pulse.ready(), pulse.notices())
        body = {"ok": not why, "why": why, "notices": notices, **pulse.state()}
        return web.json_response(body, status=503 if why else 200)

    server.router.add_get("/healthz", healthz)
    server.router.add_get("/readyz", readyz)
    # Signatures are over the bytes as they came; nobody who is meant to call compresses them.
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=2.0, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, settings.slack.http_host, port).start()
    return Server(runner)
