"""What every test may ask for: a real server, emptied before each test, and a store on it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from redis import Redis

from slackbridge.store import embedded

if TYPE_CHECKING:
    from slackbridge.store.redis import RedisStore


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
