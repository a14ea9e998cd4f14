"""Another server answers: writing goes on within seconds, and a new epoch begins."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import time
from collections.abc import AsyncIterator

import pytest
from redis.exceptions import RedisError

from slackbridge.demo.waiting import until
from slackbridge.domain.errors import Later
from slackbridge.domain.record import Change, Patch
from slackbridge.store.keys import DEFAULT
from slackbridge.store.redis import RedisStore, connect
from tests.store import servers
from tests.store.servers import Detour, Node
from tests.values import KEY

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(servers.missing()), reason=servers.missing()),
]
A = KEY.account
SOON = 8.0  # seconds; old connections kept all writes from the new master for good
HARDENED = ("ACL", "SETUSER", "hardened", "on", ">pw", "~*", "&*", "+@all", "-@dangerous")
MUTE = ("ACL", "SETUSER", "deaf", "on", ">pw", "~*", "&*", "+@all", "-info", "-script|exists")


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[RedisStore]:
    store = RedisStore(connect(url))
    try:
        yield store
    finally:
        await store.close()


async def writes(store: RedisStore, value: str = "x") -> bool:
    """Whether a change is stored now."""
    try:
        return await store.write(KEY, Change(put=Patch(revision=value)))
    except Later:
        return False


async def written_again(store: RedisStore) -> float:
    """How long it takes, in seconds, until a change is stored."""
    began = time.monotonic()
    await until("a write", lambda: writes(store), SOON)
    return time.monotonic() - began


async def busy(store: RedisStore) -> None:
    """Open several connections."""
    await asyncio.gather(*(store.map_began() for _ in range(6)))


# Behind one address


async def test_an_address_moves_to_the_new_master_and_old_connections_stay() -> None:
    async with (
        servers.serving(Node(), Node()) as (old, new),
        Detour(old.port) as detour,
        opened(f"redis://127.0.0.1:{detour.port}") as store,
    ):
        await busy(store)
        assert await writes(store)
        epoch = store.server_epoch()
        detour.target = new.port
        await old.tell("REPLICAOF", "127.0.0.1", new.port)
        assert not await writes(store), "it is told that this is no master any more"
        assert await written_again(store) < 4
        assert store.server_epoch() > epoch
        assert (await store.load(KEY)).stored.revision == "x"
        assert await new.tell("EXISTS", DEFAULT.ticket(KEY))


async def test_a_replica_is_refused_before_anything_is_read_there() -> None:
    async with servers.serving(Node(), Node()) as (master, replica):
        await replica.tell("REPLICAOF", "127.0.0.1", master.port)
        async with opened(replica.url) as store:
            with pytest.raises(Later, match="it is a replica; name its master"):
                await store.load(KEY)


@pytest.mark.parametrize("url", ["redis://127.0.0.1", "redis://hardened:pw@127.0.0.1"])
async def test_a_server_that_comes_back_is_another(url: str) -> None:
    """A, then B, then A again, with or without the permission for INFO."""
    async with servers.serving(Node(), Node()) as (a, b), Detour(a.port) as detour:
        for node in (a, b):
            await node.tell(*HARDENED)
        async with opened(f"{url}:{detour.port}") as store:
            await busy(store)
            epochs = [store.server_epoch()]
            for target in (a, b, a, a, b):
                detour.target = target.port
                detour.cut()
                await asyncio.sleep(0.02)
                await until("an answer", lambda: writes(store), SOON)
                await busy(store)
                epochs.append(store.server_epoch())
        changed = [before != after for before, after in itertools.pairwise(epochs)]
        assert changed == [False, True, True, False, True]


async def test_a_restart_is_another_server_also_without_info() -> None:
    for user in ("", "hardened:pw@"):
        async with servers.single("--appendonly", "yes") as node:
            await node.tell(*HARDENED)
            async with opened(node.url.replace("//", f"//{user}")) as store:
                await store.sync()
                epoch = store.server_epoch()
                node.kill()
                node.start()
                await node.ready()
                await node.tell(*HARDENED)
                await until("an answer", lambda: writes(store), SOON)
                assert store.server_epoch() > epoch


async def test_where_nothing_tells_each_broken_connection_is_another_server() -> None:
    async with servers.single() as node, Detour(node.port) as detour:
        await node.tell(*MUTE)
        url = f"redis://deaf:pw@127.0.0.1:{detour.port}?protocol=2"
        async with opened(url) as store:
            await busy(store)
            epoch = store.server_epoch()
            await busy(store)
            assert store.server_epoch() == epoch
            detour.cut()
            await asyncio.sleep(0.02)
            await until("an answer", lambda: writes(store), SOON)
            assert store.server_epoch() > epoch


# Behind Sentinels, and on a cluster


async def test_a_killed_master_behind_sentinels() -> None:
    async with servers.sentinels() as watched, opened(watched.url) as store:
        await store.sync()
        await busy(store)
        assert await writes(store)
        epoch = store.server_epoch()
        await watched.failover()
        assert await written_again(store) < SOON
        assert store.server_epoch() > epoch
        epoch = store.server_epoch()
        await busy(store)
        assert store.server_epoch() == epoch


async def test_a_master_behind_sentinels_that_lives_on_as_a_replica() -> None:
    """As after a partition: its connections stay, and answer READONLY."""
    async with servers.sentinels() as watched, opened(watched.url) as store:
        await store.sync()
        await busy(store)
        assert await writes(store)
        epoch, old = store.server_epoch(), await watched.named()

        async def ordered() -> bool:
            with contextlib.suppress(RedisError):
                return bool(await watched.sentinels[0].tell("SENTINEL", "FAILOVER", servers.MASTER))
            return False

        await until("a failover", ordered, 20)

        async def demoted() -> bool:
            (node,) = (node for node in watched.nodes if node.port == old)
            with contextlib.suppress(RedisError):  # it cuts its clients off as it steps down
                return "slave" in await node.tell("ROLE")
            return False

        await until("a new master", demoted, 20)
        await written_again(store)
        assert store.server_epoch() > epoch


@pytest.mark.parametrize("user", ["", "hardened:pw@"])
async def test_a_killed_primary_of_a_cluster_begins_an_epoch_of_all(user: str) -> None:
    async with servers.cluster(replicas=True) as slots:
        for node in slots.nodes:
            await node.tell(*HARDENED)
        async with opened(slots.url.replace("//", f"//{user}")) as store:
            await store.sync()
            await asyncio.gather(*(store.seen(f"shop-{n}", ["1"]) for n in range(30)))
            assert await writes(store)
            epoch = store.server_epoch()
            await store.sync()
            await asyncio.gather(*(store.seen(f"shop-{n}", ["1"]) for n in range(30)))
            assert store.server_epoch() == epoch, "all were met at the first look at the clock"
            await slots.failover(DEFAULT.work(A))
            assert await written_again(store) < SOON
            assert store.server_epoch() > epoch
            epoch = store.server_epoch()
            await asyncio.gather(*(store.seen(f"shop-{n}", ["1"]) for n in range(30)))
            assert store.server_epoch() == epoch


async def test_a_primary_of_a_cluster_that_lives_on_as_a_replica() -> None:
    async with servers.cluster(replicas=True) as slots, opened(slots.url) as store:
        await store.sync()
        assert await writes(store)
        epochs = [store.server_epoch()]
        for _ in range(2):  # there and back again: the first one's connections are still open
            before = await slots.owner(DEFAULT.work(A))
            await slots.hand_over(before)
            await written_again(store)
            epochs.append(store.server_epoch())
        assert epochs[0] < epochs[1] < epochs[2]


async def test_a_call_that_hangs_hinders_no_other_node() -> None:
    """A stopped primary: its accounts wait, the others' work goes on."""
    async with servers.cluster() as slots, opened(slots.url) as store:
        await store.sync()
        stopped = await slots.owner(DEFAULT.work(A))
        others = [f"shop-{n}" for n in range(20)]
        elsewhere = [o for o in others if await slots.owner(DEFAULT.work(o)) is not stopped]
        stopped.signal(signal.SIGSTOP)
        try:
            hung = asyncio.create_task(writes(store))
            await asyncio.sleep(0.1)
            began = time.monotonic()
            for account in elsewhere[:4]:
                await store.seen(account, ["1"])
            assert time.monotonic() - began < 1
        finally:
            stopped.signal(signal.SIGCONT)
        assert await hung in (True, False)
