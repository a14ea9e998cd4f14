"""The server of the sockets, apart from the Web API's: each can be away while the other is well.

Source: `apps.connections.open` is answered by slack.com and gives an address on another host
(`wss-primary.slack.com` in public code; a `wss-...slack.com` on the method's page). The troubles
are those that users of Slack's SDKs report: no name or route (python-slack-sdk #1462), an error
instead of an upgrade (node-slack-sdk #1472: 408, #2094: 409), a socket without pongs (bolt-js
#2496), and one that is closed at once, over and over (java-slack-sdk #1256). What the Web API does
wrong is switched on by `Faults`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum

from aiohttp import web

from slackbridge.sandbox.serve import Serving, serve


class Trouble(StrEnum):
    """What becomes of whoever connects to the host."""

    NONE = ""
    REFUSED = "refused"  # nobody listens on the port
    UNAVAILABLE = "unavailable"  # HTTP 503 instead of an upgrade
    HANGS = "hangs"  # the request is taken, and never answered
    MUTE = "mute"  # upgraded, and never a word: no hello, no event, no pong
    DROPS = "drops"  # upgraded and greeted, and cut off at once


class SocketHost:
    """`handle` serves one connection."""

    def __init__(self, handle: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        self._server = web.Application()
        self._server.router.add_get("/link/", handle)
        self._serving: Serving | None = None
        self.trouble = Trouble.NONE

    async def start(self) -> None:
        """Listen on a free loopback port."""
        self._serving = await serve(self._server)

    async def stop(self) -> None:
        if self._serving is not None:
            await self._serving.stop()

    @property
    def url(self) -> str:
        """Where the app connects to, without the ticket."""
        return f"{self._running().url.replace('http', 'ws', 1)}/link/"

    async def fail(self, trouble: Trouble | str) -> None:
        """What new connections meet from now on; `""` = none. Open ones stay open."""
        self.trouble = Trouble(trouble)
        serving = self._running()
        sites = list(serving.runner.sites)
        if self.trouble is Trouble.REFUSED:
            for site in sites:
                await site.stop()
        elif not sites:
            await web.TCPSite(serving.runner, serving.host, serving.port).start()

    def _running(self) -> Serving:
        if self._serving is None:
            raise RuntimeError("the socket host is not running")
        return self._serving
