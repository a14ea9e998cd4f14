"""Socket Mode over two connections.

The connections are opened and watched here, not by slack_sdk's client. That one asks for an address
and then knocks with it until it gets in; an address is good for one use and a short time, so an
outage of the socket host that lasts longer leaves it deaf for ever while the Web API is well (of
this family: python-slack-sdk #1379, #1446, #1462, #1922). It also closes a connection before it
opens the next one, does not pace `apps.connections.open`, and calls connected what answers no more.
A watchdog over it would have to reach into its fields, and race its own monitor. What is needed is
small: a fresh address for each attempt, one attempt at a time (node-slack-sdk #2094), waits that
grow, a successor before the old connection goes. Bolt's adapter still does what comes in.

Slack buffers nothing for an app that is not connected: `on_gap` is called after the start and after
every time in which there may have been no connection, so that missed messages can be read again. A
renewal that another connection has covered is no gap.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import structlog
from aiohttp import ClientWSTimeout
from slack_bolt.app.async_app import AsyncApp

from slackbridge.domain.errors import Code, Failure, Later, Rejected, Unauthorized
from slackbridge.slack.client import SlackClient
from slackbridge.slack.socket_coverage import Coverage
from slackbridge.slack.socket_link import DISABLED, SWITCHED_OFF, Link, greeting
from slackbridge.slack.socket_timing import Attempts, Patience, renew_after

log = structlog.get_logger(__name__)
CONNECTIONS = 2
UNREACHABLE = "Slack's host for Socket Mode does not answer"
REFUSED = "Slack refuses the app-level token"
REMEDY = "Make one (xapp-...) with connections:write, and put it into SLACK_APP_TOKEN."
CUT_OFF = "Slack ends each connection soon after it was opened"
STOP_SECONDS = 1.0  # for what has come and is not answered yet


async def socket_address(app_token: str, api_url: str) -> str:
    """The WebSocket URL (`apps.connections.open`). Raises the failures of a call."""
    client = SlackClient(app_token, api_url)
    await client.open()
    try:
        return await _address(client, app_token)
    finally:
        await client.close()


async def _address(client: SlackClient, app_token: str) -> str:
    answer = await client.call("apps.connections.open", app_token=app_token)
    return str(answer.get("url", ""))


class Sockets:
    """All connections of one process. `clock` gives seconds that nobody sets."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        api_url: str,
        on_gap: Callable[[], Coroutine[Any, Any, None]],
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._token = app_token
        self._on_gap = on_gap
        self._patience = patience or Patience()
        self._clock = clock
        self._client = SlackClient(app_token, api_url, timeout=self._patience.call)
        self._attempts = Attempts(self._patience, random.random)
        self._one_at_a_time = asyncio.Lock()
        self._coverage = Coverage()
        self._links: list[Link] = []
        self._why = ""
        self._hears = False
        self._none_left = asyncio.Event()
        self._closing = False
        self._keepers: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Begin; a connection that fails is asked for again in the background."""
        await self._client.open()
        self._keepers = [asyncio.create_task(self._keep(n)) for n in range(CONNECTIONS)]
        await asyncio.sleep(0)

    def connected(self) -> int:
        """The connections by which Slack has been heard lately."""
        return sum(link.alive for link in self._links)

    def why(self) -> str:
        """Why the last attempt to connect failed; '' if it did not."""
        return self._why

    async def close(self) -> None:
        """Close all of them within seconds, whatever Slack does."""
        self._closing = True
        await _cancelled(self._keepers)
        await asyncio.gather(*(link.retire(STOP_SECONDS) for link in self._links))
        await _cancelled(list(self._tasks))
        await self._client.close()

    async def _keep(self, number: int) -> None:
        """Keep one connection: it goes when the next one is there."""
        old: Link | None = None
        while True:
            link, seconds = await self._opened(number)
            if old is not None and not old.over:
                self._run(old.retire())
            await link.successor_needed(seconds)
            old = link

    async def _opened(self, number: int) -> tuple[Link, float]:
        """A new connection, however long it takes, and after how many seconds we renew it."""
        while True:
            async with self._one_at_a_time:
                await self._turn()
                try:
                    return await self._attempt(number)
                except Failure as failure:
                    self._failed(number, failure)

    async def _turn(self) -> None:
        """Wait until Slack may be asked; less long once no other connection is left."""
        while True:
            self._none_left.clear()
            wait = self._attempts.wait(self._clock(), alone=not self.connected())
            if wait <= 0:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._none_left.wait(), wait)

    def _failed(self, number: int, failure: Failure) -> None:
        wait = failure.seconds if isinstance(failure, Later) else 0.0
        reason = failure.reason
        if isinstance(failure, Rejected):
            wait = self._patience.most  # only people mend it, or Slack's own outage passes
        why = failure.loggable
        if isinstance(failure, Unauthorized):
            reason = f"{REFUSED} ({failure.code or 'HTTP 401'}). {REMEDY}"
        if reason != self._why and isinstance(failure, Unauthorized):
            log.error("socket.refused", connection=number, why=why, remedy=REMEDY)
        elif reason != self._why:
            log.warning("socket.not_opened", connection=number, why=why)
        self._why = reason
        self._attempts.failed(self._clock(), wait)

    async def _attempt(self, number: int) -> tuple[Link, float]:
        """Ask for an address, use it, wait for the hello. Raises a Failure."""
        self._attempts.made(self._clock())
        address = await _address(self._client, self._token)
        ws: aiohttp.ClientWebSocketResponse | None = None
        try:
            async with asyncio.timeout(self._patience.call):
                ws = await self._connect(address)
                lifetime = await greeting(ws)
        except (aiohttp.ClientError, OSError, TimeoutError, Later) as error:
            # Words of our own: an error of aiohttp's quotes the address, which is a secret.
            if ws is not None:
                self._run(ws.close())
            if isinstance(error, Later):
                raise
            status = getattr(error, "status", 0)
            told = f"{UNREACHABLE}: HTTP {status}" if status else UNREACHABLE
            raise Later(told, 0.0, code=Code.UNREACHABLE) from None
        return self._greeted(number, ws, lifetime)

    async def _connect(self, address: str) -> aiohttp.ClientWebSocketResponse:
        web = self._client.web
        assert web.session is not None  # noqa: S101 - `open` made it
        return await web.session.ws_connect(
            address,
            autoping=False,
            timeout=ClientWSTimeout(ws_close=1.0),
            proxy=web.proxy,
            ssl=web.ssl if web.ssl is not None else True,
        )

    def _greeted(
        self, number: int, ws: aiohttp.ClientWebSocketResponse, lifetime: float
    ) -> tuple[Link, float]:
        now = self._clock()
        others = [link.due - now for link in self._links if link.alive and link.number != number]
        seconds = renew_after(lifetime, max(others, default=None))
        due = now + min(seconds, lifetime or math.inf)
        link = Link(
            self._app, ws, number, now, due, self._patience.ping, self._heard, self._changed
        )
        self._links.append(link)
        self._why, self._hears = "", True
        gap = self._coverage.opened(link, now)
        if gap:
            log.info("socket.opened_after_gap", connection=number, lifetime=round(lifetime))
            self._run(self._on_gap())
        else:
            log.info("socket.opened", connection=number, lifetime=round(lifetime))
        self._run(link.run())
        for other in self._links:  # until now it has covered what this one has not
            self._run(other.ping())
        return link, seconds

    def _heard(self, link: Link) -> None:
        self._coverage.heard(link, self._clock())

    def _changed(self, link: Link) -> None:
        """A connection is over, has fallen silent, or is heard again."""
        now = self._clock()
        gap = self._coverage.opened(link, now) if link.alive else self._coverage.ended(link)
        if link.over:
            self._links.remove(link)
            self._ended(link, now)
        if self._closing:
            return
        if self._hears and not self.connected():
            log.warning("socket.none_left", why=link.leaving)
            self._none_left.set()
        self._hears = self.connected() > 0
        if gap:
            log.info("socket.gap_found")
            self._run(self._on_gap())

    def _ended(self, link: Link, now: float) -> None:
        if link.leaving == DISABLED:
            self._why = SWITCHED_OFF
        early = min(self._patience.steady, (link.due - link.opened) / 2)
        if not link.retired and now - link.opened < early:
            self._why = self._why or CUT_OFF
            self._attempts.failed(now)

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
