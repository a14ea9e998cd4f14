"""A lease is kept while its pass reads, and its loss ends the reading."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from slackbridge.ports.store import Lease, LostLease, Store
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


class Swallowing:
    """A store that does not end when it is cancelled, as redis-py may not."""

    async def renew(self, lease: Lease) -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            raise LostLease from None


async def test_a_renewal_that_ends_late_finds_the_reading_over(lease: Lease) -> None:
    before = asyncio.all_tasks()
    async with LeaseKeeper(cast(Store, Swallowing()), lease, 0.01).held():
        await asyncio.sleep(0.1)
        renewing = asyncio.all_tasks() - before
    ended = await asyncio.gather(*renewing, return_exceptions=True)
    assert ended == [None]
