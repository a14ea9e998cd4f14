"""The scripts on a real server: atomic, idempotent, fenced, fair."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from redis.exceptions import RedisClusterException, RedisError

from slackbridge.domain.errors import Later
from slackbridge.domain.intent import Intent, State
from slackbridge.domain.model import Kind, TicketKey
from slackbridge.domain.record import Change, Patch
from slackbridge.ports.store import Lease, LostLease
from slackbridge.store.common import awaited
from slackbridge.store.connection import is_cluster
from slackbridge.store.keys import DAY, DEFAULT
from slackbridge.store.redis import RedisStore, connect
from slackbridge.store.stored_tickets import StoredTickets

KEY = TicketKey("shop", "4711")
LEASE = 0.25


def intent(id: str = "i1", **changes: object) -> Intent:
    return Intent(id=id, kind=Kind.REPLY, agent="U0ANNA", created=1.0, text="Hallo").but(**changes)


async def stored(store: RedisStore) -> list[str]:
    """The intents as they are stored, to the letter."""
    return [intent.dump() for intent in (await store.load(KEY)).intents]


async def claim_one(store: RedisStore) -> Lease:
    (claim,), _ = await store.lease("shop", 10)
    return claim


async def marked(store: RedisStore, id: str = KEY.id, late: float = 0.0) -> None:
    await store.make_due("shop", {id: store.now() - late}, {})


@pytest.fixture(autouse=True)
async def synced(store: RedisStore) -> None:
    await store.sync()


# Records


async def test_a_change_is_stored_whole(store: RedisStore) -> None:
    first, second = intent("i1", created=2.0), intent("i2", created=1.0)
    change = Change(
        swaps=((None, first), (None, second)), names=(("msg-9", "i1"),), put={"root": "1.2"}
    )
    assert await store.write(KEY, change)
    record = await store.load(KEY)
    assert [intent.dump() for intent in record.intents] == [second.dump(), first.dump()]
    assert record.raw == {"ts": "1.2"}
    for name in ("i1", "msg-9"):
        found = await store.intent(KEY, name)
        assert found is not None
        assert found.dump() == first.dump()
    assert await store.intent(KEY, "other") is None


async def test_what_is_to_be_forgotten_goes_with_the_change(store: RedisStore) -> None:
    one, two = intent("i1"), intent("i2")
    await store.write(KEY, Change(swaps=((None, one), (None, two))))
    lost = Change(swaps=((two, one.but(state=State.SENDING)),), forget=("i2",))
    assert not await store.write(KEY, lost)
    assert await stored(store) == [one.dump(), two.dump()]
    done = Change(swaps=((one, one.but(state=State.SENDING)),), forget=("i2",))
    assert await store.write(KEY, done)
    assert await store.write(KEY, done), "safe to run twice"
    assert await stored(store) == [one.but(state=State.SENDING).dump()]


async def test_a_swap_against_something_else_changes_nothing(store: RedisStore) -> None:
    old, new = intent(), intent(state=State.SENDING)
    assert await store.write(KEY, Change(swaps=((None, old),)))
    wrong = Change(
        swaps=((None, intent("i2")), (new, intent(state=State.SENT))), put={"card": "x"}, due=1.0
    )
    assert not await store.write(KEY, wrong)
    assert not await store.write(KEY, Change(swaps=((None, new),)))
    assert await stored(store) == [old.dump()]
    assert (await store.load(KEY)).raw == {}
    assert await store.lease("shop", 1) == ([], None)


async def test_a_name_is_given_once(store: RedisStore) -> None:
    assert await store.write(KEY, Change(swaps=((None, intent("i1")),), names=(("msg", "i1"),)))
    twice = Change(swaps=((None, intent("i2")),), names=(("msg", "i2"),))
    assert not await store.write(KEY, twice)
    assert await store.intent(KEY, "i2") is None


async def test_the_same_write_again_counts_as_done(store: RedisStore) -> None:
    old, new = intent(), intent(state=State.SENDING)
    for change in (
        Change(swaps=((None, old),), names=(("msg", "i1"),)),
        Change(swaps=((old, new),)),
    ):
        assert await store.write(KEY, change)
        assert await store.write(KEY, change)
    assert await stored(store) == [new.dump()]


async def test_of_many_concurrent_swaps_one_wins(redis_url: str, store: RedisStore) -> None:
    old = intent()
    await store.write(KEY, Change(swaps=((None, old),)))
    others = [RedisStore(connect(redis_url)) for _ in range(4)]
    rivals = [
        other.write(KEY, Change(swaps=((old, old.but(text=f"from {i}")),)))
        for i, other in enumerate(others * 5)
    ]
    won = await asyncio.gather(*rivals)
    for other in others:
        await other.close()
    assert won.count(True) == 1
    assert (await store.load(KEY)).intents[0].text == f"from {won.index(True)}"


async def test_records_expire_when_told_and_not_before(store: RedisStore) -> None:
    await store.write(KEY, Change(swaps=((None, intent()),), put={"tries": 1}, ttl=60))
    names = (DEFAULT.ticket(KEY), DEFAULT.intents(KEY))
    assert all([0 < await store.redis.ttl(name) <= 60 for name in names])
    await store.write(KEY, Change(ttl=0))
    assert [await store.redis.ttl(name) for name in names] == [-1, -1]
    await store.write(KEY, Change(put={"tries": None}))
    assert (await store.load(KEY)).raw == {}


async def test_an_unreadable_intent_is_left_alone(store: RedisStore) -> None:
    await store.write(KEY, Change(swaps=((None, intent()),)))
    await store.redis.hset(DEFAULT.intents(KEY), "bad", "{not json")
    assert await stored(store) == [intent().dump()]
    assert await store.redis.hexists(DEFAULT.intents(KEY), "bad")


# Work: claim, lease, release


async def test_a_claimed_ticket_is_nobody_elses(store: RedisStore) -> None:
    await marked(store, late=1.0)
    claim = await claim_one(store)
    assert claim.key == KEY
    claims, due = await store.lease("shop", 10)
    assert claims == []
    assert due == pytest.approx(store.now() + LEASE, abs=0.1)
    await store.release(claim, None)
    assert await store.lease("shop", 10) == ([], None)


async def test_the_earliest_due_come_first_and_the_future_waits(store: RedisStore) -> None:
    now = store.now()
    await store.make_due("shop", {"a": now - 1, "b": now - 3, "c": now - 2, "d": now + 60}, {})
    claims, _ = await store.lease("shop", 2)
    assert [claim.key.id for claim in claims] == ["b", "c"]
    assert [claim.key.id for claim in (await store.lease("shop", 9))[0]] == ["a"]
    assert await store.lease("other", 9) == ([], None)


async def test_a_mark_moves_the_due_time_forward_only(store: RedisStore) -> None:
    now = store.now()
    await store.make_due("shop", {KEY.id: now + 5}, {})
    await store.make_due("shop", {KEY.id: now + 50}, {})
    assert (await store.lease("shop", 1))[1] == pytest.approx(now + 5, abs=0.01)
    await store.write(KEY, Change(due=now - 1))
    assert (await claim_one(store)).key == KEY


@pytest.mark.parametrize("by", ["mark", "write"])
async def test_a_mark_while_leased_makes_it_due_on_release(store: RedisStore, by: str) -> None:
    await marked(store)
    claim = await claim_one(store)
    marks: dict[str, Callable[[], Awaitable[object]]] = {
        "mark": lambda: marked(store),
        "write": lambda: store.write(KEY, Change(due=store.now())),
    }
    await marks[by]()
    assert (await store.lease("shop", 1))[0] == []
    await store.release(claim, store.now() + 60)
    again = await claim_one(store)
    assert again.generation > claim.generation
    await store.release(again, None)
    assert await store.lease("shop", 1) == ([], None)


async def test_a_release_sets_the_next_look(store: RedisStore) -> None:
    await marked(store)
    later = store.now() + 60
    await store.release(await claim_one(store), later)
    claims, due = await store.lease("shop", 1)
    assert claims == []
    assert due == pytest.approx(later, abs=0.01)


async def test_a_lease_runs_out_and_the_late_lane_is_fenced(store: RedisStore) -> None:
    await marked(store)
    slow = await claim_one(store)
    await asyncio.sleep(LEASE + 0.05)
    quick = await claim_one(store)
    assert quick.token > slow.token
    with pytest.raises(LostLease):
        await store.write(KEY, Change(put={"holder": "slow"}), slow.token)
    await store.release(slow, None)
    assert await store.write(KEY, Change(put={"holder": "quick"}), quick.token)
    assert (await store.load(KEY)).raw == {"holder": "quick"}
    with pytest.raises(LostLease):
        await store.write(TicketKey("shop", "unclaimed"), Change(put={"revision": "b"}), 1)


async def test_a_server_that_forgot_a_claim_gives_its_token_to_nobody(store: RedisStore) -> None:
    await marked(store)
    forgotten = await claim_one(store)
    await store.redis.flushdb()  # the same is done again, and counted again
    await marked(store)
    await asyncio.sleep(0.002)
    await claim_one(store)
    with pytest.raises(LostLease):
        await store.write(KEY, Change(put={"holder": "the one before"}), forgotten.token)


async def test_writing_renews_the_lease(store: RedisStore) -> None:
    await marked(store)
    claim = await claim_one(store)
    for _ in range(4):
        await asyncio.sleep(LEASE / 2)
        assert await store.write(KEY, Change(put={"revision": "b"}), claim.token)
        assert (await store.lease("shop", 1))[0] == []


async def test_a_renewed_lease_is_kept_and_a_lost_one_is_told(store: RedisStore) -> None:
    await marked(store)
    lease = await claim_one(store)
    for _ in range(4):
        await asyncio.sleep(LEASE / 2)
        await store.renew(lease)
        assert (await store.lease("shop", 1))[0] == []
    await asyncio.sleep(LEASE + 0.05)
    again = await claim_one(store)
    with pytest.raises(LostLease):
        await store.renew(lease)
    await store.release(again, None)
    with pytest.raises(LostLease):
        await store.renew(again)
    assert await store.lease("shop", 1) == ([], None)


async def test_two_processes_never_hold_the_same_ticket(redis_url: str, store: RedisStore) -> None:
    await store.make_due("shop", {str(i): store.now() - 1 for i in range(100)}, {})
    other = RedisStore(connect(redis_url))
    answers = await asyncio.gather(*(s.lease("shop", 7) for s in (store, other) * 10))
    await other.close()
    held = [claim.key.id for claims, _ in answers for claim in claims]
    assert sorted(held) == sorted(map(str, range(100)))


async def test_what_was_seen_is_remembered_until_forgotten(store: RedisStore) -> None:
    await store.make_due("shop", {}, {"a": "r1", "b": "r2"})
    assert await store.seen("shop", ["b", "x", "a"]) == ["r2", None, "r1"]
    assert await store.active("shop") == {"a", "b"}
    await store.forget_seen("shop", ["a"])
    assert await store.active("shop") == {"b"}
    assert await store.lease("shop", 1) == ([], None)


async def test_threads_and_who_wrote_lately(store: RedisStore) -> None:
    await store.bind("C0A", "1763716000.000100", KEY)
    assert await store.ticket_of("C0A", "1763716000.000100") == KEY
    assert await store.ticket_of("C0B", "1763716000.000100") is None
    await store.touch(KEY, 1000.0)
    await store.touch(other := TicketKey("shop", "2"), 2000.0)
    assert await store.recently_active("shop", 2000) == [other, KEY]
    assert await store.recently_active("shop", 500) == [other]


async def test_the_threads_of_active_tickets_stay_in_the_map(store: RedisStore) -> None:
    day = DAY
    places = {str(n): ("C0A", f"{1763716000 + n % 3 * day}.000100") for n in range(1100)}
    await store.make_due("shop", {}, dict.fromkeys([*places, "no thread"], "r"))
    for id, (channel, root) in places.items():
        await store.write(TicketKey("shop", id), Change(put=Patch(channel=channel, root=root)))
    old = TicketKey("shop", "ended")
    await store.bind("C0A", "1763000000.000100", old)
    await store.write(old, Change(put=Patch(channel="C0A", root="1763000000.000100")))
    buckets = {DEFAULT.threads(*place) for place in places.values()}
    for name in [*buckets, rest := DEFAULT.threads("C0A", "1763000000.000100")]:
        await store.redis.hset(name, "1.0", "shop:x")
        await store.redis.expire(name, 60)
    await store.keep_threads("shop")
    await store.keep_threads("other")
    assert all([await store.redis.ttl(name) > 179 * day for name in buckets])
    assert await store.redis.ttl(rest) <= 60


async def test_why_a_ticket_is_stuck_is_kept_until_it_is_not(store: RedisStore) -> None:
    other = TicketKey("shop", "2")
    await store.set_stuck(KEY, "1.0|because")
    await store.set_stuck(other, "2.0|no reason")
    await store.clear_stuck(other)
    assert await store.stuck("shop") == {KEY.id: "1.0|because"}
    assert await store.stuck("elsewhere") == {}
    assert await StoredTickets(store).forget(KEY, "", "") == 1
    assert await store.stuck("shop") == {}


async def test_of_settings_that_take_over_one_wins_and_keeps_its_time(store: RedisStore) -> None:
    assert await store.rules_in_force() == ("", 0.0, "")
    assert await store.take_over_rules("", "a", "{}")
    digest, since, detail = await store.rules_in_force()
    assert (digest, detail) == ("a", "{}")
    assert since == pytest.approx(store.now(), abs=1)
    assert await store.take_over_rules("", "a", "again"), "safe to run twice"
    assert await store.rules_in_force() == ("a", since, "{}")
    assert not await store.take_over_rules("", "b", "{}")
    won = [await store.take_over_rules("a", after, after) for after in ("b", "c")]
    assert won == [True, False]
    assert (await store.rules_in_force())[::2] == ("b", "b")


async def test_once_is_once(store: RedisStore) -> None:
    assert [await store.once("hello", 60) for _ in range(3)] == [True, False, False]


# Pace


async def served(store: RedisStore, who: str, live: bool, seconds: float) -> float:
    """Call until granted; returns the time of the grant."""
    wait = await store.pace("C0A", who, seconds, 1, live)
    while wait > 0:
        await asyncio.sleep(wait)
        wait = await store.pace("C0A", who, seconds, 1, live)
    return time.monotonic()


async def test_many_waiting_callers_are_served_at_the_ideal_rate(store: RedisStore) -> None:
    interval, callers = 0.03, 30
    await store.pace("C0A", "first", interval, 1, False)
    begun = time.monotonic()
    turns = sorted(
        await asyncio.gather(*(served(store, f"w{i}", False, interval) for i in range(callers)))
    )
    ideal = callers * interval
    assert ideal * 0.95 <= turns[-1] - begun <= ideal * 3
    for begin in range(callers - 10):
        assert turns[begin + 10] - turns[begin] >= interval * 8  # never a burst


async def test_a_burst_is_free_and_then_paced(store: RedisStore) -> None:
    waits = [await store.pace("C0A", f"w{i}", 0.5, 3, False) for i in range(5)]
    assert waits[:3] == [0, 0, 0]
    assert waits[3] == pytest.approx(0.5, abs=0.1)
    assert waits[4] == pytest.approx(1.0, abs=0.1)


async def test_a_live_caller_overtakes_the_backlog(store: RedisStore) -> None:
    interval = 0.1
    await store.pace("C0A", "first", interval, 1, False)
    backlog = [asyncio.ensure_future(served(store, f"w{i}", False, interval)) for i in range(12)]
    await asyncio.sleep(interval)
    asked = time.monotonic()
    live = await served(store, "live", True, interval)
    assert live - asked <= 3 * interval
    assert sum(not turn.done() for turn in backlog) >= 8
    await asyncio.gather(*backlog)


async def test_a_block_holds_everybody_back(store: RedisStore) -> None:
    await store.block("C0A", 0.5)
    assert await store.pace("C0A", "live", 0.01, 3, True) == pytest.approx(0.5, abs=0.1)
    assert await store.pace("C0A", "backlog", 0.01, 3, False) == pytest.approx(0.5, abs=0.1)
    assert await store.pace("C0B", "elsewhere", 0.01, 3, False) == 0


async def test_a_server_that_is_away_means_later() -> None:
    store = RedisStore(connect("unix:///nonexistent/redis.sock"))
    with pytest.raises(Later, match="Redis is not available"):
        await store.load(KEY)
    await store.close()


async def test_who_is_late_finds_the_store_closed_and_opens_no_connection(redis_url: str) -> None:
    store = RedisStore(connect(redis_url))
    held = asyncio.create_task(awaited(store.redis.blpop(["nothing"], timeout=2)))
    await store.sync()
    await asyncio.sleep(0.05)
    await store.close()
    with pytest.raises((RedisError, RedisClusterException), match="closed"):
        await held
    with pytest.raises(Later):
        await store.map_began()
    assert not any(line.is_connected for line in lines(store))


def lines(store: RedisStore) -> list[Any]:
    """The connections of a store."""
    if not is_cluster(store.redis):
        return list(store.redis.connection_pool._available_connections)
    nodes: Any = getattr(store.redis, "nodes_manager")  # noqa: B009 - no attribute of a Redis
    both = (*nodes.nodes_cache.values(), *nodes.startup_nodes.values())
    return [line for node in both for line in node._connections]
