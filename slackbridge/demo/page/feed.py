"""Server-sent events: every change, to every open page.

A page that reads too slowly is disconnected; its browser reconnects and reloads everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

BACKLOG = 500
HEARTBEAT_SECONDS = 15.0
RETRY = "retry: 1000\n\n"
HEARTBEAT = ": \n\n"
END = ""
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


class _Listener:
    """One open page and the events not sent to it yet."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._queue: asyncio.Queue[str] = asyncio.Queue(BACKLOG)

    def send(self, event: str) -> None:
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.disconnect()

    def disconnect(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    async def next(self) -> str:
        """The next event, or a heartbeat after HEARTBEAT_SECONDS; END closes the stream."""
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                return await self._queue.get()
        except TimeoutError:
            return HEARTBEAT


class Feed:
    """The open pages; `on_open` is called for each new one."""

    def __init__(self, on_open: Callable[[], None]) -> None:
        self._on_open = on_open
        self._listeners: set[_Listener] = set()
        self._closed = False

    @property
    def has_listeners(self) -> bool:
        return bool(self._listeners)

    def publish(self, type: str, data: Any) -> None:
        """Queue an event for every page; never blocks."""
        event = _event(type, data)
        for listener in list(self._listeners):
            listener.send(event)

    def close(self) -> None:
        """End every stream, now and for pages that reconnect."""
        self._closed = True
        for listener in list(self._listeners):
            listener.send(END)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Serve one page until it disconnects or the feed is closed."""
        response = web.StreamResponse(headers=HEADERS)
        await response.prepare(request)
        if self._closed:
            return response
        listener = _Listener(request)
        self._listeners.add(listener)
        self._on_open()
        try:
            with contextlib.suppress(ConnectionError):
                await response.write((RETRY + _event("hello", {})).encode())
                while event := await listener.next():
                    await response.write(event.encode())
        finally:
            self._listeners.discard(listener)
        return response


def _event(type: str, data: Any) -> str:
    return f"event: {type}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
