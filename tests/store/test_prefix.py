"""Two workspaces on one server: each store sees its own prefix and nothing else."""

from __future__ import annotations

from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Kind
from slackbridge.domain.record import Change, Patch
from slackbridge.store.keys import Keys
from slackbridge.store.redis import RedisStore, connect
from slackbridge.store.stored_tickets import StoredTickets
from tests.values import KEY

PLACE = ("C0A", "1763716000.000100")
A = KEY.account


async def everything(store: RedisStore, name: str) -> None:
    """Every act that writes a key."""
    intent = Intent(id="i1", kind=Kind.REPLY, agent="U0ANNA", created=1.0, text=name)
    change = Change(swaps=((None, intent),), put=Patch(channel=PLACE[0], root=PLACE[1]))
    assert await store.write(KEY, change)
    await store.make_due(A, {KEY.id: 1.0}, {KEY.id: name})
    assert (await store.lease(A, 9))[0]
    await store.bind(*PLACE, KEY)
    await store.touch(KEY, 1.0)
    await store.note(A, {"born_at": 1.0})
    await store.set_stuck(KEY, name)
    assert await store.once(name[0], 60)
    assert await store.pace("b", "w", 60, 1, False) == 0
    await store.block("c", 60)
    await store.beat("host-1-ab", name)
    await store.begin_map(name)
    assert await store.take_over_rules("", name, name)
    await store.spend("provider", A, 100)


async def found(store: RedisStore) -> list[object]:
    """What a store reads of all that."""
    return [
        [intent.text for intent in (await store.load(KEY)).intents],
        await store.seen(A, [KEY.id]),
        await store.active(A),
        await store.ticket_of(*PLACE),
        await store.recently_active(A, 60),
        (await store.facts(A)).born_at,
        await store.stuck(A),
        await store.heartbeats(),
        await store.map_began(),
        (await store.rules_in_force())[0],
        [key async for key in StoredTickets(store).tickets(A)],
    ]


async def test_each_workspace_has_its_own(redis_url: str) -> None:
    names = ("sb", "sb-2", "s")  # one is the beginning of the other
    stores = {name: RedisStore(connect(redis_url), keys=Keys(name)) for name in names}
    empty = await found(stores["s"])
    try:
        for name in ("sb-2", "sb"):
            await everything(stores[name], name)
        for name in ("sb-2", "sb"):
            texts, seen, _, _, _, _, stuck, alive, born, rules, _ = await found(stores[name])
            assert (texts, seen, born, rules) == ([name], [name], name, name)
            assert (stuck, alive) == ({KEY.id: name}, {"host-1-ab": name})
        assert await found(stores["s"]) == empty
        redis = stores["s"].redis
        assert {str(key).partition(":")[0] for key in await redis.keys("*")} == {"sb", "sb-2"}
        await StoredTickets(stores["sb"]).forget(KEY, *PLACE)
        assert (await found(stores["sb-2"]))[0] == ["sb-2"]
        await stores["sb"].rest("host-1-ab")
        assert await stores["sb-2"].heartbeats()
    finally:
        for store in stores.values():
            await store.close()


async def test_two_containers_have_two_heartbeats(redis_url: str) -> None:
    """Whose process ids are the same: any name without a colon keeps them apart."""
    one, two = RedisStore(connect(redis_url)), RedisStore(connect(redis_url))
    try:
        await one.beat("web-1.example-1-4f2a", "{}")
        await two.beat("web-2.example-1-77b0", "{}")
        assert set(await one.heartbeats()) == {"web-1.example-1-4f2a", "web-2.example-1-77b0"}
        await one.rest("web-1.example-1-4f2a")
        assert set(await two.heartbeats()) == {"web-2.example-1-77b0"}
    finally:
        await one.close()
        await two.close()
