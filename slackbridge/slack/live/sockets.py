"""Opens the WebSockets of Socket Mode: to read how long they live, or to listen for a while."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from slackbridge.domain.errors import Code, Later, Rejected
from slackbridge.slack.live.bench import Bench, NotTried
from slackbridge.slack.live.probe import Probe
from slackbridge.slack.live.shapes import shape
from slackbridge.slack.socket_link import lifetime
from slackbridge.slack.socket_mode import CONNECTIONS, socket_address

HELLO_SECONDS = 10.0
AGAIN_SECONDS = 1.0
HTTP = "HTTP mode: not tried"
Payload = dict[str, Any]


@contextlib.asynccontextmanager
async def socket(bench: Bench) -> AsyncIterator[tuple[aiohttp.ClientWebSocketResponse, Payload]]:
    """One open WebSocket and its hello; nothing that comes over it is acknowledged here."""
    address = await _address(bench)
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as ws:
        async with asyncio.timeout(HELLO_SECONDS):
            hello = json.loads(await ws.receive_str())
        bench.keep("hello", hello)
        yield ws, hello


async def _address(bench: Bench) -> str:
    """`apps.connections.open`, which Slack may allow once a minute only."""
    while True:
        try:
            return await socket_address(bench.app_token, bench.api_url)
        except Later as failure:
            if failure.code != Code.RATE_LIMITED:
                raise
            bench.limited.append(("apps.connections.open", failure.seconds))
            bench.say(f"Slack asks to wait {failure.seconds:.0f} s (apps.connections.open).")
            await asyncio.sleep(failure.seconds)


async def _lifetimes(bench: Bench) -> str:
    """Opens as many as the bridge does. They are closed at once: an event that comes meanwhile is
    not acknowledged, so Slack gives it to another connection."""
    if bench.mode != "socket":
        raise NotTried(HTTP)
    try:
        async with AsyncExitStack() as stack:
            hellos = [
                (await stack.enter_async_context(socket(bench)))[1] for _ in range(CONNECTIONS)
            ]
    except (aiohttp.ClientError, OSError, TimeoutError, TypeError, ValueError):
        return "the socket's host does not answer"
    minutes = {f"{seconds / 60:.0f}" for seconds in map(lifetime, hellos) if seconds}
    lives = " and ".join(sorted(minutes)) or "unknown"
    return f"{len(hellos)} open, each lives {lives} min"


PROBES = (
    Probe(
        "sockets",
        "Socket Mode: both sockets, their lifetime",
        _lifetimes,
        "Any lifetime is fine. What does not open: firewalls must let WebSockets to "
        "wss-*.slack.com pass.",
    ),
)


@dataclass
class Listener:
    """Everything of one channel that comes over one socket. Anything else is left to others: it is
    not acknowledged, so Slack delivers it again."""

    bench: Bench
    heard: asyncio.Queue[Payload] = field(default_factory=asyncio.Queue)
    alone: bool = True
    """Whether no other process of the app listened when the socket opened."""

    async def listen(self, opened: asyncio.Event) -> None:
        """Until it is cancelled; opens a new socket whenever one ends."""
        while True:
            try:
                async with socket(self.bench) as (ws, hello):
                    self.alone = int(hello.get("num_connections") or 1) <= 1
                    opened.set()
                    async for message in ws:
                        if message.type is aiohttp.WSMsgType.TEXT:
                            await self._envelope(ws, json.loads(message.data))
            except (aiohttp.ClientError, OSError, TimeoutError, TypeError, ValueError):
                await asyncio.sleep(AGAIN_SECONDS)

    async def _envelope(self, ws: aiohttp.ClientWebSocketResponse, envelope: Payload) -> None:
        payload = envelope.get("payload")
        if not isinstance(payload, dict) or channel_of(payload) != self.bench.channel:
            return
        await ws.send_json({"envelope_id": envelope.get("envelope_id")})
        self.heard.put_nowait(payload)

    async def wait(self, wanted: Callable[[Payload], bool]) -> Payload:
        """The first payload from now on that is wanted."""
        while True:
            payload = await self.heard.get()
            if wanted(payload):
                return payload


def channel_of(payload: Payload) -> str:
    """The channel in which something happened."""
    event = payload.get("event")
    if isinstance(event, dict):
        return str(event.get("channel") or "")
    return str((payload.get("channel") or {}).get("id") or "")


async def begun(listener: Listener, opened: asyncio.Event) -> None:
    """Wait for the first hello. Raises Rejected if it does not come, or somebody else listens."""
    try:
        async with asyncio.timeout(HELLO_SECONDS * 7):
            await opened.wait()
    except TimeoutError:
        raise Rejected("Socket Mode does not open: see `slackbridge check`.") from None
    if not listener.alone:
        raise Rejected(
            "Another process of this app listens, and Slack tells each event to one of them only: "
            "stop the bridge for the few minutes of --by-hand."
        )


def keep(bench: Bench, payload: Payload) -> None:
    """Keep the shape of a payload, and of nothing else: a hello may have come in between."""
    bench.shapes = {"payload": shape(payload)}
