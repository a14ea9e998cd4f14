"""Socket Mode: tickets, connections, envelopes, acknowledgements and redelivery.

Source: Slack's "Using Socket Mode". Events are not queued: without a connection they
are lost, as at Slack. A ticket is good for one connection and a short time; for how long, and with
which status a used one is refused, Slack does not say. Whoever knocks once more with the same one
is refused for ever (python-slack-sdk #1379).
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import uuid
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from slackbridge.sandbox.slack.errors import ApiError, NotAcknowledged
from slackbridge.sandbox.slack.roster import Installation
from slackbridge.sandbox.slack.shapes import Clock, Json
from slackbridge.sandbox.slack.socket_host import SocketHost, Trouble
from slackbridge.sandbox.slack.transport import ACK_SECONDS, COMMAND, Answer, as_answer
from slackbridge.sandbox.tasks import Tasks

MAX_CONNECTIONS = 10
RETRIES = 3
DEBUG_LIFETIME = 360.0
PING_SECONDS = 30.0
UNANSWERED_SECONDS = 0.05
_HOST = {"host": "applink-sandbox"}


@dataclass(slots=True, eq=False)
class _Connection:
    ws: web.WebSocketResponse
    request: web.Request
    mute: bool = False


class SocketTransport:
    """All connections of the app. `lifetime`, `warning_seconds` (before a connection's end),
    `redelivery` and `ticket_seconds` (how long an address can be used) are seconds.

    `host` is where they connect to; `opened` counts those that were greeted, `tickets` the
    addresses given out.
    """

    def __init__(self, app: Installation, clock: Clock, tasks: Tasks) -> None:
        self.host = SocketHost(self._handle)
        self.lifetime = 3600.0
        self.redelivery = 4.0
        self.ticket_seconds = 30.0
        self.warning_seconds = 10.0
        self.opened = 0
        self.tickets = 0
        self._app = app
        self._clock = clock
        self._tasks = tasks
        self._tickets: dict[str, float] = {}
        self._connections: list[_Connection] = []
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._closed_until = 0.0
        self._random = random.Random(0)

    @property
    def connected(self) -> int:
        return len(self._connections)

    def drop_all(self) -> None:
        """Abort every connection without a close frame."""
        for connection in self._connections:
            _cut(connection)
        self._connections.clear()

    def mute_all(self) -> None:
        """From now on every connection is open, and dead: nothing is read, said or answered."""
        for connection in self._connections:
            connection.mute = True

    def refuse(self, seconds: float) -> None:
        """Refuse new connections (503) and new tickets for a while."""
        self._closed_until = self._clock() + seconds

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Send `disconnect` over every connection, and close it unless the reason is `warning`."""
        for connection in list(self._connections):
            await self._send_disconnect(connection, reason)

    async def close(self) -> None:
        """Close every connection properly."""
        for connection in list(self._connections):
            await connection.ws.close()

    def ticket_url(self) -> str:
        """The one-use address that `apps.connections.open` gives."""
        if self._clock() < self._closed_until:
            raise ApiError("internal_error")
        ticket = str(uuid.uuid4())
        self._tickets[ticket] = self._clock() + self.ticket_seconds
        self.tickets += 1
        return f"{self.host.url}?ticket={ticket}&app_id={secrets.token_hex(32)}"

    async def event(self, payload: Json) -> bool:
        """Deliver an event to any one connection, again if it is not acknowledged."""
        for attempt in range(RETRIES + 1):
            retry = {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
            envelope = {"type": "events_api", "accepts_response_payload": False, **retry}
            try:
                await self._deliver(envelope, payload, self.redelivery)
            except TimeoutError:
                continue
            except ConnectionError:
                return False
            return True
        return False

    async def interaction(self, kind: str, payload: Json) -> Answer:
        """Deliver an interaction or command once."""
        accepts = kind == COMMAND or payload["type"] in ("view_submission", "block_suggestion")
        envelope = {"type": kind, "accepts_response_payload": accepts}
        try:
            return await self._deliver(envelope, payload, ACK_SECONDS)
        except (TimeoutError, ConnectionError) as error:
            raise NotAcknowledged(f"no acknowledgement from the app: {error!r}") from error

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        trouble = self.host.trouble
        if self._clock() < self._closed_until or trouble is Trouble.UNAVAILABLE:
            return web.Response(status=503)
        if trouble is Trouble.HANGS:
            return await _unanswered(request)
        if self._tickets.pop(request.query.get("ticket", ""), 0.0) < self._clock():
            return web.Response(status=404, text="ticket expired or used")
        ws = web.WebSocketResponse(autoping=False, timeout=1.0)
        await ws.prepare(request)
        connection = _Connection(ws, request)
        if trouble is Trouble.MUTE:
            await self._read(_Connection(ws, request, mute=True))
        elif trouble is Trouble.DROPS:
            await ws.send_json(self._hello(self.lifetime))
            _cut(connection)
        elif self.connected >= MAX_CONNECTIONS:
            await self._send_disconnect(connection, "too_many_websockets")
        else:
            await self._serve(connection, "debug_reconnects" in request.query)
        return ws

    async def _serve(self, connection: _Connection, debug: bool) -> None:
        lifetime = min(DEBUG_LIFETIME, self.lifetime) if debug else self.lifetime
        self._connections.append(connection)
        self.opened += 1
        ageing = self._tasks.spawn(self._age(connection, lifetime))
        pinging = self._tasks.spawn(self._ping(connection))
        try:
            await connection.ws.send_json(self._hello(lifetime))
            await self._read(connection)
        except ConnectionError:
            # An aborted connection is normal; the app reconnects.
            return
        finally:
            ageing.cancel()
            pinging.cancel()
            self._forget(connection)

    async def _read(self, connection: _Connection) -> None:
        async for message in connection.ws:
            if connection.mute:
                continue
            if message.type is WSMsgType.PING:
                await connection.ws.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._acknowledge(message.data)

    async def _ping(self, connection: _Connection) -> None:
        while not connection.ws.closed:
            await asyncio.sleep(PING_SECONDS)
            if not connection.mute:
                await connection.ws.ping()

    def _hello(self, lifetime: float) -> Json:
        return {
            "type": "hello",
            "num_connections": self.connected,
            "debug_info": {
                **_HOST,
                "build_number": 1,
                "approximate_connection_time": int(lifetime),
            },
            "connection_info": {"app_id": self._app.app_id},
        }

    async def _age(self, connection: _Connection, lifetime: float) -> None:
        await asyncio.sleep(max(0.0, lifetime - self.warning_seconds))
        await self._send_disconnect(connection, "warning")
        await asyncio.sleep(self.warning_seconds)
        await self._send_disconnect(connection, "refresh_requested")

    async def _send_disconnect(self, connection: _Connection, reason: str) -> None:
        note = {"type": "disconnect", "reason": reason, "debug_info": _HOST}
        if connection.ws.closed:
            return
        if not connection.mute:
            await connection.ws.send_json(note)
        if reason != "warning":
            self._forget(connection)
            await connection.ws.close()

    def _forget(self, connection: _Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)

    def _acknowledge(self, text: str) -> None:
        note = json.loads(text)
        waiting = self._waiting.get(str(note.get("envelope_id")))
        if waiting is not None and not waiting.done():
            waiting.set_result(as_answer(note.get("payload")))

    async def _deliver(self, envelope: Json, payload: Json, seconds: float) -> Answer:
        if not self._connections:
            raise ConnectionError("the app is not connected")
        connection = self._random.choice(self._connections)
        envelope_id = str(uuid.uuid4())
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        try:
            sent = envelope | {"envelope_id": envelope_id, "payload": payload}
            await self._send(connection, sent)
            return await asyncio.wait_for(waiting, seconds)
        finally:
            del self._waiting[envelope_id]

    async def _send(self, connection: _Connection, envelope: Json) -> None:
        # Slack notices a broken connection only by the missing acknowledgement.
        if connection.mute:
            self._forget(connection)
            return
        try:
            await connection.ws.send_json(envelope)
        except ConnectionError:
            self._forget(connection)


def _cut(connection: _Connection) -> None:
    if connection.request.transport is not None:
        connection.request.transport.abort()


async def _unanswered(request: web.Request) -> web.Response:
    """Let a client wait until it gives up."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(UNANSWERED_SECONDS)  # nothing tells that it went
    return web.Response(status=503)
