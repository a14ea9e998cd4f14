"""A lease is renewed as long as something is read, and the reading ends when it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from slackbridge.domain.errors import Later
from slackbridge.ports.store import Lease, LostLease
from slackbridge.rooms.lane.lease_keeper import LeaseKeeper
from slackbridge.store.redis import RedisStore, connect
from tests.values import KEY


@pytest.fixture
async def short(redis_url: str) -> AsyncIterator[RedisStore]:
    redis = connect(redis_url)
    await redis.flushdb()
    store = RedisStore(redis, lease_seconds=0.6)
    yield store
    await store.close()


async def _leased(store: RedisStore) -> Lease:
    await store.make_due(KEY.account, {KEY.id: store.now()}, {})
    (lease,), _ = await store.lease(KEY.account, 1)
    return lease


async def test_a_long_read_keeps_its_lease(short: RedisStore) -> None:
    keeper = LeaseKeeper(short, await _leased(short), 0.2)
    async with keeper.held():
        for _ in range(6):
            await asyncio.sleep(0.2)
            assert await short.lease(KEY.account, 1) != ([], None)
            assert (await short.lease(KEY.account, 1))[0] == []
    await asyncio.sleep(0.7)
    assert len((await short.lease(KEY.account, 1))[0]) == 1, "it is not renewed for ever"


async def test_a_lease_that_is_lost_ends_the_read(short: RedisStore) -> None:
    lease = await _leased(short)
    await asyncio.sleep(0.7)
    (other,), _ = await short.lease(KEY.account, 1)
    done: list[int] = []

    async def read() -> None:
        async with LeaseKeeper(short, lease, 0.05).held():
            await asyncio.sleep(30)
            done.append(1)

    with pytest.raises(LostLease):
        await read()
    assert not done
    await short.release(other, None)


async def test_what_the_read_raises_is_passed_on(short: RedisStore) -> None:
    keeper = LeaseKeeper(short, await _leased(short), 0.05)
    for failure in (TimeoutError("its own"), Later("busy", 1.0)):
        with pytest.raises(type(failure)):
            async with keeper.held():
                raise failure
    await short.close()
    async with keeper.held():  # Redis is away: the read may still end in time
        await asyncio.sleep(0.2)
