"""The store's tests run on every kind of Redis: one server, behind Sentinels, and a Cluster."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.store import servers


def _held(opening: Any) -> Iterator[Any]:
    """What an asynchronous context manager opens, for fixtures of a wider scope."""
    if why := servers.missing():
        pytest.skip(f"no server to start: {why}")
    loop = asyncio.new_event_loop()
    stack = contextlib.AsyncExitStack()
    try:
        yield loop.run_until_complete(stack.enter_async_context(opening))
    finally:
        loop.run_until_complete(stack.aclose())
        loop.close()


@pytest.fixture(scope="module")
def watched() -> Iterator[servers.Watched]:
    """A master and a replica behind Sentinels. No test of this fixture may kill one."""
    yield from _held(servers.sentinels())


@pytest.fixture(scope="module")
def slots() -> Iterator[servers.Slots]:
    """Three primaries. No test of this fixture may kill one."""
    yield from _held(servers.cluster())


KINDS = ["single", *(pytest.param(k, marks=pytest.mark.long) for k in ("sentinel", "cluster"))]


@pytest.fixture(params=KINDS)
def redis_url(request: pytest.FixtureRequest, redis_server: str) -> str:
    """The address of an empty Redis of each kind."""
    if request.param == "single":
        servers.emptied(redis_server)
        return redis_server
    place = request.getfixturevalue("watched" if request.param == "sentinel" else "slots")
    asyncio.run(place.flush())
    return str(place.url)
