"""Server-sent events: everything that changed, to every page that is open.

A page that reads too slowly is cut off: its browser comes back and loads everything again.
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
    """One open page: what it has still to be told."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._queue: asyncio.Queue[str] = asyncio.Queue(BACKLOG)

    def tell(self, event: str) -> None:
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.cut()

    def cut(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    async def next(self) -> str:
        """What to send now: everything that waits, or a sign of life. END is the end."""
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                return await self._queue.get()
        except TimeoutError:
            return HEARTBEAT


class Feed:
    """The pages that are open; `on_open` is called with each that comes."""

    def __init__(self, on_open: Callable[[], None]) -> None:
        self._on_open = on_open
        self._listeners: set[_Listener] = set()
        self._closed = False

    @property
    def heard(self) -> bool:
        """Whether any page is open."""
        return bool(self._listeners)

    def publish(self, type: str, data: Any) -> None:
        """Tell every page; never waits."""
        event = _event(type, data)
        for listener in list(self._listeners):
            listener.tell(event)

    def close(self) -> None:
        """End every stream, also of those that come back."""
        self._closed = True
        for listener in list(self._listeners):
            listener.tell(END)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Serve one page for as long as it is open."""
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
