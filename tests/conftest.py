"""What every test may ask for: a real server, emptied before each test, and a store on it; and how
many examples a property is tried with (`--hypothesis-profile long`: many).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from redis import Redis

from slackbridge.store import embedded
from tests.demo_page.chromium import missing

if TYPE_CHECKING:
    from slackbridge.store.redis import RedisStore

settings.register_profile("suite", max_examples=50, deadline=None)
settings.register_profile("long", max_examples=2_000, deadline=None)
settings.load_profile("suite")


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


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The server's address; nothing is stored there when the test begins."""
    with Redis.from_url(redis_server) as client:
        client.flushdb()
    return redis_server


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[RedisStore]:
    """A store with a lease of a quarter of a second."""
    from slackbridge.store.redis import RedisStore, connect

    store = RedisStore(connect(redis_url), lease_seconds=0.25)
    yield store
    await store.close()
