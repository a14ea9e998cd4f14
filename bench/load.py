"""Load generator: raw HTTP requests from a separate process, so that it takes no server time.

Requests are complete byte strings, signed in advance; times are in seconds.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import selectors
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
ANSWER_SECONDS = 10.0


class Load:
    """The load process; a context manager that ends it."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(max_workers=1, mp_context=spawn)

    def __enter__(self) -> Load:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    async def one_by_one(self, port: int, requests: Sequence[bytes]) -> list[float]:
        """The response time of each request, on one connection."""
        return await self._run(_volley, port, requests, 1)

    async def side_by_side(self, port: int, requests: Sequence[bytes], connections: int) -> float:
        """Responses per second, with one request in flight per connection."""
        return len(requests) / await self._run(_timed, port, requests, connections)

    async def paced(self, port: int, requests: Sequence[bytes], per_second: float) -> list[float]:
        """The response time of each request, from its scheduled start."""
        return await self._run(_paced, port, requests, per_second)

    async def _run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.wrap_future(self._pool.submit(call, *args, **kwargs))


class _Connection:
    """One HTTP connection with one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._begun = 0.0
        self._answer = b""

    def send(self, request: bytes) -> None:
        self._answer = b""
        self._begun = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> float | None:
        """Read a chunk; returns the response time once complete. Raises RuntimeError on failure."""
        chunk = self.socket.recv(65_536)
        self._answer += chunk
        if not chunk:
            raise RuntimeError("the server closed the connection")
        if not _whole(self._answer):
            return None
        if not self._answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(self._answer.decode(errors="replace"))
        return time.perf_counter() - self._begun


def _whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.partition(b":")[2])
    return True


def _volley(port: int, requests: Sequence[bytes], connections: int) -> list[float]:
    waiting = iter(requests)
    took: list[float] = []
    with selectors.DefaultSelector() as selector:
        for _, request in zip(range(connections), waiting, strict=False):
            line = _Connection(port)
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.send(request)
        while len(took) < len(requests):
            for line in _ready(selector):
                seconds = line.receive()
                if seconds is None:
                    continue
                took.append(seconds)
                if following := next(waiting, b""):
                    line.send(following)
        for key in list(selector.get_map().values()):
            key.data.socket.close()
    return took


def _ready(selector: selectors.BaseSelector) -> Iterator[_Connection]:
    found = selector.select(ANSWER_SECONDS)
    if not found:
        raise RuntimeError(f"no answer within {ANSWER_SECONDS:g} s")
    return (key.data for key, _ in found)


def _timed(port: int, requests: Sequence[bytes], connections: int) -> float:
    start = time.perf_counter()
    _volley(port, requests, connections)
    return time.perf_counter() - start


def _paced(port: int, requests: Sequence[bytes], per_second: float) -> list[float]:
    line = _Connection(port)
    start = time.perf_counter()
    took: list[float] = []
    for number, request in enumerate(requests):
        due = start + number / per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        line.send(request)
        while line.receive() is None:
            continue
        took.append(time.perf_counter() - due)
    line.socket.close()
    return took
