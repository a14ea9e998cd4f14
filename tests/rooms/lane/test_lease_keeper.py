"""A lease is kept while its pass reads, and its loss ends the reading."""

from __future__ import annotations

import asyncio

import pytest

from slackbridge.ports.store import Lease, LostLease
from slackbridge.rooms.lane.lease_keeper import LeaseKeeper
from slackbridge.store.redis import RedisStore
from tests.values import KEY

EVERY = 0.05  # the lease is a quarter of a second


@pytest.fixture
async def lease(store: RedisStore) -> Lease:
    await store.sync()
    await store.make_due(KEY.account, {KEY.id: store.now()}, {})
    (lease,), _ = await store.lease(KEY.account, 1)
    return lease


async def test_nobody_takes_a_ticket_that_is_read_for_longer_than_a_lease(
    store: RedisStore, lease: Lease
) -> None:
    async with LeaseKeeper(store, lease, EVERY).held():
        for _ in range(5):
            await asyncio.sleep(0.12)
            assert (await store.lease(KEY.account, 1))[0] == []
    await asyncio.sleep(0.3)
    assert len((await store.lease(KEY.account, 1))[0]) == 1, "it is renewed no longer"


async def test_a_reading_ends_when_the_lease_is_lost(store: RedisStore, lease: Lease) -> None:
    await asyncio.sleep(0.3)
    assert len((await store.lease(KEY.account, 1))[0]) == 1
    with pytest.raises(LostLease):
        async with LeaseKeeper(store, lease, EVERY).held():
            await asyncio.sleep(30)
