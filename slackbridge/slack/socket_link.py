"""One WebSocket of Socket Mode, from its hello to its end.

It answers what Slack sends through Bolt's adapter. It never opens another one, and never repeats an
acknowledgement: what was not acknowledged Slack sends again, by any connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import structlog
from aiohttp import WSMsgType
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from slackbridge.domain.errors import Code, Later

log = structlog.get_logger(__name__)
MISSED_PINGS = 2
ACK_SECONDS = 3.0  # what is answered later Slack has given up
CLOSE_SECONDS = 1.5
OVER = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)
ENDED_EARLY = "Slack ended the connection before its hello"
DISABLED = "link_disabled"
SWITCHED_OFF = "Socket Mode is switched off in the app's settings at api.slack.com"


async def greeting(ws: aiohttp.ClientWebSocketResponse) -> float:
    """Wait for Slack's hello; about how long the connection will last, 0 = Slack does not say.

    Raises Later if it ends before. Until its hello a connection is none: a proxy may have taken it.
    """
    while True:
        message = await ws.receive()
        if message.type in OVER:
            raise Later(ENDED_EARLY, 0.0, code=Code.UNREACHABLE)
        if message.type is WSMsgType.PING:
            await ws.pong(message.data)
        if message.type is not WSMsgType.TEXT:
            continue
        note = _note(message.data)
        if note.get("type") == "disconnect":
            reason = note.get("reason")
            told = SWITCHED_OFF if reason == DISABLED else f"{ENDED_EARLY}: {reason}"
            raise Later(told, 0.0, code=Code.UNREACHABLE)
        if note.get("type") == "hello":
            return lifetime(note)


class Link(AsyncBaseSocketModeClient):
    """A connection after its hello: one of those that follow each other under a `number`.

    It was `opened` and is expected to end at `due`, by the same clock. `on_heard` is called for
    every frame; `on_state` when it falls silent, speaks again or ends.
    """

    def __init__(
        self,
        app: AsyncApp,
        ws: aiohttp.ClientWebSocketResponse,
        number: int,
        opened: float,
        due: float,
        ping_seconds: float,
        on_heard: Callable[[Link], None],
        on_state: Callable[[Link], None],
    ) -> None:
        self.logger = app.logger  # Bolt's adapter asks for it
        self.number = number
        self.opened = opened
        self.due = due
        self.over = False
        self.silent = False
        self.retired = False
        self.leaving = ""
        """Why Slack ends it, if it has said so."""
        self._app = app
        self._ws = ws
        self._ping_seconds = ping_seconds
        self._on_heard = on_heard
        self._on_state = on_state
        self._frames = 0
        self._heard = asyncio.Event()
        self._wants = asyncio.Event()
        self._answers: set[asyncio.Task[None]] = set()

    @property
    def alive(self) -> bool:
        """Whether Slack has been heard by it lately."""
        return not self.over and not self.silent

    async def run(self) -> None:
        """Read until it is over."""
        pings = asyncio.create_task(self._ping())
        try:
            while (message := await self._ws.receive()).type not in OVER:
                await self._took(message)
            if message.type is WSMsgType.CLOSE:
                self._on_heard(self)  # a proper end comes after everything else
        except (aiohttp.ClientError, OSError) as error:
            log.debug("socket.broken", error=type(error).__name__)
        finally:
            pings.cancel()
            self.over = True
            self._wants.set()
            self._heard.set()
            self._on_state(self)

    async def successor_needed(self, seconds: float) -> None:
        """Until it is over, silent, called back by Slack, or so old."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if math.isinf(seconds) else seconds):
                await self._wants.wait()

    async def retire(self, patience: float = ACK_SECONDS) -> None:
        """Close it: first answer what has come, and prove that nothing more is on its way."""
        self.retired = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                if self.alive:
                    await self._answered_ping()
                await self._drained()
        with contextlib.suppress(aiohttp.ClientError, OSError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._ws.close()
        for task in list(self._answers):
            task.cancel()

    async def ping(self) -> None:
        """Ask Slack for a sign of life."""
        with contextlib.suppress(aiohttp.ClientError, OSError):
            await self._ws.ping()

    async def send_message(self, message: str) -> None:
        """Called by Bolt's adapter."""
        await self._ws.send_str(message)

    async def _took(self, message: aiohttp.WSMessage) -> None:
        self._frames += 1
        self._heard.set()
        self._on_heard(self)
        if message.type is WSMsgType.PING:
            await self._ws.pong(message.data)
        elif message.type is WSMsgType.TEXT:
            self._told(_note(message.data))

    def _told(self, note: dict[str, Any]) -> None:
        if note.get("type") == "disconnect":
            self.leaving = str(note.get("reason") or "disconnect")
            self._wants.set()
        elif (request := _request(note)) is not None:
            task = asyncio.create_task(self._answer(request))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _answer(self, request: SocketModeRequest) -> None:
        begun = time.time()
        try:
            answer = await run_async_bolt_app(self._app, request)
            await send_async_response(self, request, answer, begun)
        except (aiohttp.ClientError, OSError):
            log.info("socket.not_acknowledged")
        except Exception:
            log.exception("listener.failed")

    async def _ping(self) -> None:
        """Counted in pings, not by the clock: a process that was stopped has not listened."""
        missed = 0
        while True:
            before = self._frames
            await self.ping()
            await asyncio.sleep(self._ping_seconds)
            missed = 0 if self._frames > before else missed + 1
            if (silent := missed >= MISSED_PINGS) is not self.silent:
                self.silent = silent
                self._on_state(self)
            if silent:
                self._wants.set()

    async def _answered_ping(self) -> None:
        self._heard.clear()
        await self.ping()
        await self._heard.wait()

    async def _drained(self) -> None:
        while self._answers:
            await asyncio.wait(self._answers)


def _note(text: str) -> dict[str, Any]:
    """What a frame says; {} if it cannot be read."""
    try:
        note = json.loads(text)
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}


def _request(note: dict[str, Any]) -> SocketModeRequest | None:
    """An envelope that wants an acknowledgement."""
    try:
        return SocketModeRequest.from_dict(note)
    except ValueError:
        return None


def lifetime(hello: dict[str, Any]) -> float:
    """About how many seconds a connection will last; 0 = Slack does not say."""
    about = hello.get("debug_info")
    seconds = about.get("approximate_connection_time") if isinstance(about, dict) else None
    whole = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return float(seconds) if whole and seconds is not None and seconds > 0 else 0.0
