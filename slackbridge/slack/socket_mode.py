"""Socket Mode over two connections.

Slack buffers nothing for an app that is not connected: `on_gap` is called after the start and after
every time in which there may have been no connection, so that missed messages can be read again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from slackbridge.slack.client import SlackClient

log = structlog.get_logger(__name__)
CONNECTIONS = 2
PING_SECONDS = 5.0


async def socket_address(app_token: str, api_url: str) -> str:
    """The WebSocket URL (`apps.connections.open`). Raises the failures of a call."""
    client = SlackClient(app_token, api_url)
    await client.open()
    try:
        answer = await client.call("apps.connections.open", app_token=app_token)
    finally:
        await client.close()
    return str(answer.get("url", ""))


class Connection(SocketModeClient):
    """One connection; `on_open` is called each time it is established."""

    def __init__(self, app_token: str, web: AsyncWebClient, on_open: Callable[[], None]) -> None:
        super().__init__(app_token=app_token, web_client=web, ping_interval=PING_SECONDS)
        self._on_open = on_open
        self._opened = 0.0

    async def connect(self) -> None:
        await super().connect()  # type: ignore[no-untyped-call] # slack_sdk has no hints
        if not self.closed:
            self._opened = time.time()
            self._on_open()

    def alive(self) -> bool:
        """Whether Slack has answered a ping lately."""
        session = self.current_session
        seen = max(self.last_ping_pong_time or 0.0, self._opened)
        open_now = session is not None and not session.closed and not self.closed
        return open_now and time.time() - seen < 2 * PING_SECONDS


class Sockets:
    """All connections of one process."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        api_url: str,
        on_gap: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        self._app = app
        self._token = app_token
        self._api_url = api_url
        self._on_gap = on_gap
        self._connections: list[Connection] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Connect; a connection that fails is retried in the background."""
        for number in range(CONNECTIONS):
            web = AsyncWebClient(token=self._token, base_url=self._api_url, retry_handlers=[])
            connection = Connection(self._token, web, partial(self._opened, number))
            self._connections.append(connection)
            connection.socket_mode_request_listeners.append(self._handle)
            self._run(connection.connect())
        await asyncio.sleep(0)

    async def _handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        start = time.time()
        answer = await run_async_bolt_app(self._app, req)
        await send_async_response(client, req, answer, start)

    def _opened(self, number: int) -> None:
        others = [c for i, c in enumerate(self._connections) if i != number]
        if any(other.alive() for other in others):
            log.info("socket.opened", connection=number)
            return
        log.info("socket.opened_after_gap", connection=number)
        self._run(self._on_gap())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def connected(self) -> int:
        return sum(connection.alive() for connection in self._connections)

    async def close(self) -> None:
        for connection in self._connections:
            await connection.close()  # type: ignore[no-untyped-call] # slack_sdk, as above
            await connection.aiohttp_client_session.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
