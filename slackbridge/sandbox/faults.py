"""Fault injection for the sandbox servers, as one aiohttp middleware.

A fault names an operation (a glob over the names the server gives its calls, such as
`chat.postMessage` or `UpdateTicket`), a phase and an action. The handlers know nothing of faults.
The kill matrix numbers calls with `seen` and kills the bridge at the wanted one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, Generic, TypeVar

from aiohttp import web

from slackbridge.sandbox.mixed_up import Answers

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FaultT = TypeVar("FaultT")
Namer = Callable[[web.Request], str]


class Phase(StrEnum):
    """The point of a call at which a fault strikes."""

    ARRIVAL = "arrival"  # before the request is read
    COMMIT = "commit"  # the request is read, nothing is committed
    ANSWER = "answer"  # committed, nothing of the answer is sent
    HALF = "half"  # half of the answer is sent
    AFTER = "after"  # the whole answer is sent


class Action(StrEnum):
    """What a fault does. `STATUS` replaces the answer, `OTHER` by that of another request.

    `ALTER` changes its body, by the fault's `alter`, which is told the operation.
    """

    STATUS = "status"
    DELAY = "delay"
    RESET = "reset"
    KILL = "kill"
    STOP = "stop"
    OTHER = "other"  # at `Phase.ANSWER`; see `mixed_up`
    ALTER = "alter"  # at `Phase.ANSWER`


@dataclass(slots=True)
class Fault:
    """Strikes `times` calls (None = all) after letting `skip` calls pass; `struck` counts them."""

    operation: str
    phase: Phase
    action: Action
    skip: int = 0
    times: int | None = 1
    probability: float = 1.0
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    seconds: float = 0.0
    pid: int = 0
    struck: int = 0
    alter: Callable[[str, bytes], bytes] | None = None

    def strikes(self, operation: str, phase: Phase, dice: random.Random) -> bool:
        """Whether this call is hit; counts it."""
        if phase != self.phase or not fnmatchcase(operation, self.operation):
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.probability < 1.0 and dice.random() >= self.probability:
            return False
        self.struck += 1
        return True


class Board(Generic[FaultT]):
    """What is switched on. Members are told apart by identity: equal ones may be on at once."""

    def __init__(self) -> None:
        self._on: list[FaultT] = []

    def add(self, fault: FaultT) -> FaultT:
        self._on.append(fault)
        return fault

    def remove(self, fault: FaultT) -> None:
        """Switch this very object off; harmless if it is off already."""
        self._on = [each for each in self._on if each is not fault]

    def __contains__(self, fault: FaultT) -> bool:
        """Whether this very fault is switched on."""
        return any(each is fault for each in self._on)

    def clear(self) -> None:
        self._on.clear()


class Faults(Board[Fault]):
    """The faults of one server. `seen` lists every call that arrived, in order."""

    def __init__(self, peer: str, seed: int = 0) -> None:
        super().__init__()
        self.peer = peer
        self.seen: list[str] = []
        self._answers = Answers()
        self._dice = random.Random(seed)

    def at(self, operation: str, phase: Phase) -> Fault | None:
        """The first fault that strikes here, if any."""
        for fault in self._on:
            if fault.strikes(operation, phase, self._dice):
                return fault
        return None

    def middleware(self, name_of: Namer) -> Any:
        """The aiohttp middleware; `name_of` gives a request's operation ('' = not a call)."""

        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            operation = name_of(request)
            if not operation:
                return await handler(request)
            self.seen.append(operation)
            return await self._through(operation, request, handler)

        return middleware

    async def _through(
        self, operation: str, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        for phase in (Phase.ARRIVAL, Phase.COMMIT):
            if phase is Phase.COMMIT:
                await request.read()
            if answer := await self._strike(operation, phase, request):
                return answer
        response = await handler(request)
        await self._answers.keep(operation, request, response)
        if fault := self.at(operation, Phase.ANSWER):
            if fault.alter is not None:
                _alter(response, partial(fault.alter, operation))
            elif fault.action is Action.OTHER:
                response = await self._answers.other(operation, request) or response
            elif answer := await _act(fault, request):
                return answer
        if fault := self.at(operation, Phase.HALF):
            await _send_half(request, response)
            return await _act(fault, request) or response
        if fault := self.at(operation, Phase.AFTER):
            await response.prepare(request)
            await response.write_eof()
            await _act(fault, request)
        return response

    async def _strike(
        self, operation: str, phase: Phase, request: web.Request
    ) -> web.StreamResponse | None:
        fault = self.at(operation, phase)
        return await _act(fault, request) if fault else None


def _alter(response: web.StreamResponse, alter: Callable[[bytes], bytes]) -> None:
    if isinstance(response, web.Response) and isinstance(response.body, bytes):
        response.body = alter(response.body)


async def _act(fault: Fault, request: web.Request) -> web.StreamResponse | None:
    match fault.action:
        case Action.DELAY:
            await asyncio.sleep(fault.seconds)
        case Action.STATUS:
            return web.Response(status=fault.status, headers=fault.headers, text=fault.body)
        case Action.RESET:
            return _reset(request)
        case Action.KILL:
            await asyncio.sleep(fault.seconds)
            os.kill(fault.pid, signal.SIGKILL)
            # A request that the killed process had not finished sending is lost.
            return _reset(request) if fault.phase is Phase.ARRIVAL else None
        case Action.STOP:
            os.kill(fault.pid, signal.SIGSTOP)
            asyncio.get_running_loop().call_later(fault.seconds, wake, fault.pid)
    return None


def wake(pid: int) -> None:
    """Continue a stopped process; it may have ended meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def _reset(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _send_half(request: web.Request, response: web.StreamResponse) -> None:
    """Send the head and half of the body, then close the connection."""
    body = response.body if isinstance(response, web.Response) else b""
    whole = body if isinstance(body, bytes) else b""
    head = (
        f"HTTP/1.1 {response.status} OK\r\nContent-Type: application/json\r\n"
        f"Content-Length: {max(len(whole), 2)}\r\n\r\n"
    )
    transport = request.transport
    if transport is not None:
        transport.write(head.encode() + whole[: len(whole) // 2])
        await asyncio.sleep(0.01)
        transport.close()
