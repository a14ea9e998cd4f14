"""The store's clock where accounts' servers have clocks of their own."""

from __future__ import annotations

import asyncio

import pytest

from slackbridge.store.clock import StoreClock
from slackbridge.store.redis import RedisStore

BEGIN = 1_700_000_000.0


class Hand:
    """A monotonic clock turned by hand."""

    def __init__(self) -> None:
        self.at = 50.0

    def __call__(self) -> float:
        return self.at


def test_with_one_server_every_lease_sets_the_clock() -> None:
    hand = Hand()
    clock = StoreClock(lambda: BEGIN, hand, many=False)
    assert clock.now() == BEGIN
    clock.heard("a", (BEGIN + 3) * 1000)
    assert clock.now() == pytest.approx(BEGIN + 3)
    assert clock.there("a", BEGIN) == BEGIN * 1000
    assert clock.here("a", BEGIN * 1000) == BEGIN


def test_with_many_servers_it_does_not_jump_and_times_are_moved() -> None:
    hand = Hand()
    clock = StoreClock(lambda: BEGIN, hand, many=True)
    clock.set((BEGIN + 1) * 1000)
    clock.heard("ahead", (BEGIN + 3) * 1000)
    clock.heard("behind", (BEGIN - 4) * 1000)
    assert clock.now() == pytest.approx(BEGIN + 1)
    due = clock.now() + 10
    for account, ahead in (("ahead", 2.0), ("behind", -5.0), ("unknown", 0.0)):
        there = clock.there(account, due)
        assert there == pytest.approx((due + ahead) * 1000)
        assert clock.here(account, there) == pytest.approx(due, abs=0.001)
    assert clock.there("ahead", None) == -1
    assert clock.here("ahead", -1) is None
    assert clock.there("behind", 0.0) == 0, "never taken for none"
    hand.at += 20
    assert clock.age() == pytest.approx(20)


async def test_a_ticket_is_leased_when_it_is_due_by_the_stores_clock(store: RedisStore) -> None:
    """The difference of its account's server is learned by the first lease."""
    await store.sync()
    store._clock.offset += 2  # as if the clock's own server were two seconds ahead of this one
    store._clock._set_at = store._clock.monotonic()
    if not store._clock.many:
        return  # one server, one clock: the first lease corrects it
    assert await store.lease("shop", 1) == ([], None)
    await store.make_due("shop", {"1": store.now() + 0.3}, {})
    leases, due = await store.lease("shop", 1)
    assert leases == []
    assert due == pytest.approx(store.now() + 0.3, abs=0.1)
    await asyncio.sleep(0.35)
    ((lease,), _) = await store.lease("shop", 1)
    await store.release(lease, store.now() + 0.3)
    assert (await store.lease("shop", 1))[0] == []
