"""Sentinels and a Cluster over TLS with a private CA, for a user without dangerous commands."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slackbridge.domain.errors import Later
from slackbridge.domain.record import Change, Patch
from slackbridge.store.keys import DEFAULT
from slackbridge.store.redis import RedisStore, connect
from tests.store import servers
from tests.store.servers import Detour, Entrance, Node
from tests.values import KEY

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(servers.missing()), reason=servers.missing()),
]
USER = ("ACL", "SETUSER", "bridge", "on", ">s3cret", "~sb:*", "&*", "+@all", "-@dangerous")
WATCHER = ("ACL", "SETUSER", "watcher", "on", ">w4tch", "+@all", "allchannels")


@pytest.fixture
async def tls(tmp_path: Path) -> AsyncIterator[tuple[Entrance, Path]]:
    """A way in for those who speak TLS; what does not (a Sentinel, a replica) passes, too."""
    authority = servers.certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, authority.with_name("key.pem"))
    async with contextlib.AsyncExitStack() as stack:

        async def entrance(port: int) -> int:
            inner = await stack.enter_async_context(Detour(port, context))
            outer = await stack.enter_async_context(Detour(port, encrypted=inner.port))
            return outer.port

        yield entrance, authority


def encrypted(url: str, authority: Path, more: str = "") -> str:
    user = url.replace("redis+", "rediss+").replace("//", "//bridge:s3cret@")
    return f"{user}?ssl_ca_certs={authority}{more}"


async def works(store: RedisStore) -> None:
    """The store's acts on all sorts of keys."""
    await store.sync()
    assert await store.write(KEY, Change(put=Patch(revision="1"), due=1.0))
    ((lease,), _) = await store.lease(KEY.account, 1)
    await store.release(lease, None)
    await store.bind("C0A", "1763716000.000100", KEY)
    assert await store.ticket_of("C0A", "1763716000.000100") == KEY
    await store.beat("one", "{}")
    assert set(await store.heartbeats()) == {"one"}
    assert await store.spend("provider", KEY.account, 100) >= 1


async def goes_on(store: RedisStore) -> None:
    """Within a few seconds."""
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(Later):
                await works(store)
                return
            await asyncio.sleep(0.1)


async def allowed(*nodes: Node) -> None:
    for node in nodes:
        await node.tell(*USER)


async def test_sentinels(tls: tuple[Entrance, Path]) -> None:
    entrance, authority = tls
    async with servers.sentinels(entrance) as watched:
        await allowed(*watched.nodes)
        for node in watched.sentinels:
            await node.tell(*WATCHER)
        theirs = "&sentinel_username=watcher&sentinel_password=w4tch"
        url = encrypted(watched.url, authority, theirs)
        store = RedisStore(connect(url))
        try:
            await works(store)
            epoch = store.server_epoch()
            await watched.failover()
            await goes_on(store)
            assert store.server_epoch() > epoch
        finally:
            await store.close()


async def test_a_cluster(tls: tuple[Entrance, Path]) -> None:
    entrance, authority = tls
    async with servers.cluster(entrance, replicas=True) as slots:
        await allowed(*slots.nodes)
        store = RedisStore(connect(encrypted(slots.url, authority)))
        try:
            await works(store)
            epoch = store.server_epoch()
            await slots.failover(DEFAULT.work(KEY.account))
            await goes_on(store)
            assert store.server_epoch() > epoch
        finally:
            await store.close()
        distrusted = RedisStore(connect(encrypted(slots.url, authority).partition("?")[0]))
        with pytest.raises(Later, match="its certificate is not accepted"):
            await distrusted.sync()
        await distrusted.close()
