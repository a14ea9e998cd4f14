"""For every test: a real Redis server, emptied before each test, a store on it, the number of
examples that a property is tried with (`--hypothesis-profile long`: many), and the order of tests.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from redis import Redis

pytest.register_assert_rewrite("slackbridge.testing")

from slackbridge.store import embedded  # noqa: E402 - the line above must come first
from tests.demo_page.chromium import missing  # noqa: E402

if TYPE_CHECKING:
    from slackbridge.store.redis import RedisStore

gc.disable()  # until all tests are collected: modules and test items stay to the end
settings.register_profile("suite", max_examples=20, deadline=None)
settings.register_profile("thorough", max_examples=200, deadline=None)  # `make long`
settings.register_profile("long", max_examples=2_000, deadline=None)
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each worker begins with its share of the longest tests, so that none is left for the end.

    `--dist worksteal` gives every worker an equal run of consecutive tests.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    longest = [item for item in items if item.get_closest_marker("crash")]
    rest = (item for item in items if not item.get_closest_marker("crash"))
    order: list[pytest.Item] = []
    for worker in range(workers):
        share = (len(items) - len(order)) // (workers - worker)
        first = longest[worker::workers]
        order += [*first, *islice(rest, share - len(first))]
    items[:] = order


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Turn the garbage collector on, for what is made from here on."""
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Figures that tests have measured, and what could not be tested here."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
    if why := missing():
        terminalreporter.write_line(f"The demo's page was NOT tested in a browser: {why}")


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server: TEST_REDIS_URL's (it is emptied!), else one of our own."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    data_dir: Path = tmp_path_factory.mktemp("redis")
    server = asyncio.run(embedded.start(data_dir))
    yield server.url
    asyncio.run(server.stop())


@pytest.fixture(scope="session")
def redis_client(redis_server: str) -> Iterator[Redis]:
    """A client that empties the server."""
    with Redis.from_url(redis_server) as client:
        yield client


@pytest.fixture
def redis_url(redis_server: str, redis_client: Redis) -> str:
    """The server's address; nothing is stored there when the test begins."""
    redis_client.flushdb()
    return redis_server


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[RedisStore]:
    """A store with a lease of a quarter of a second."""
    from slackbridge.store.redis import RedisStore, connect

    store = RedisStore(connect(redis_url), lease_seconds=0.25)
    yield store
    await store.close()
