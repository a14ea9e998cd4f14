"""Liveness that measures the work: /healthz (the process), /readyz (Redis, Slack), and a
heartbeat in Redis that `slackbridge health` reads where no port is open.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Protocol

import structlog
from aiohttp import web

from slackbridge.config.settings import Settings
from slackbridge.domain.errors import Failure
from slackbridge.ops.hearing import Hearing

log = structlog.get_logger(__name__)
MAX_BYTES = 1 << 20
AddRoutes = Callable[[web.Application], None]


class Heart(Protocol):
    """Where heartbeats go."""

    async def beat(self, process: str, state: str) -> None: ...
    async def rest(self, process: str) -> None: ...
    async def sync(self) -> None: ...


class Pulse:
    """The health of this process.

    `refused` says why Slack accepts no call ('' = it does); `sockets` counts the live connections
    to Slack (None = Slack calls us by HTTP, and `hearing` says what came of it).
    """

    def __init__(
        self,
        heart: Heart,
        process: str,
        refused: Callable[[], str],
        sockets: Callable[[], int] | None,
        hearing: Hearing,
    ) -> None:
        self._heart = heart
        self._process = process
        self._refused = refused
        self._sockets = sockets
        self._hearing = hearing

    def state(self) -> dict[str, object]:
        """Plain facts, for people and machines."""
        if self._sockets is not None:
            return {"sockets": self._sockets(), "slack": self._refused()}
        return {"sockets": None, "slack": self._refused() or self._hearing.state()}

    def hears(self) -> bool:
        """Whether it is certain that Slack's events come in."""
        return self._sockets is not None and self._sockets() > 0

    def deaf(self) -> str:
        """Why Slack's events do not come in, as far as is known; '' = they do."""
        if self._sockets is None:
            return self._hearing.why()
        return "" if self._sockets() > 0 else "no connection to Slack"

    async def beat(self) -> None:
        """Say in Redis that this process lives. Raises nothing."""
        try:
            await self._heart.beat(self._process, json.dumps(self.state()))
        except Failure as failure:
            log.warning("heartbeat.failed", why=failure.loggable)

    async def end(self) -> None:
        """Take the heartbeat away. Raises nothing."""
        try:
            await self._heart.rest(self._process)
        except Failure as failure:
            log.warning("heartbeat.left", why=failure.loggable)

    async def ready(self) -> str:
        """Why this process cannot do its work; '' if it can."""
        try:
            await self._heart.sync()
        except Failure as failure:
            return failure.reason
        return self._refused() or self.deaf()


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
        why = await pulse.ready()
        body = {"ok": not why, "why": why, **pulse.state()}
        return web.json_response(body, status=503 if why else 200)

    server.router.add_get("/healthz", healthz)
    server.router.add_get("/readyz", readyz)
    # Signatures are over the bytes as they came; nobody who is meant to call compresses them.
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=2.0, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, settings.slack.http_host, port).start()
    return Server(runner)
