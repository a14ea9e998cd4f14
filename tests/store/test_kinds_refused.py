"""Every refusal of every kind of Redis is one line that names it and the remedy."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slackbridge.domain.errors import Code, Later
from slackbridge.domain.record import Change, Patch
from slackbridge.store.redis import RedisStore, connect
from tests.store import servers
from tests.store.servers import Detour, Slots, Watched
from tests.values import KEY

pytestmark = pytest.mark.skipif(bool(servers.missing()), reason=servers.missing())


async def first_calls(store: RedisStore) -> None:
    await store.sync()
    await store.write(KEY, Change(put=Patch(revision="1")))
    await store.lease(KEY.account, 1)


async def refusal(url: str) -> str:
    """What a store at that address says, at its first calls."""
    store = RedisStore(connect(url))
    try:
        async with asyncio.timeout(20):
            with pytest.raises(Later) as refused:
                await first_calls(store)
    finally:
        await store.close()
    assert refused.value.code == Code.REDIS
    assert "\n" not in refused.value.reason
    return refused.value.reason


@pytest.mark.parametrize(
    ("options", "before", "address", "words"),
    [
        (
            (),
            ("ACL", "SETUSER", "ann", "on", ">pw", "~*", "+@all", "-evalsha"),
            "redis://ann:pw@127.0.0.1:{port}",
            "lacks the permission for the command evalsha (NOPERM)",
        ),
        (
            (),
            ("ACL", "SETUSER", "ann", "on", ">pw", "~*", "+@all", "-time"),
            "redis://ann:pw@127.0.0.1:{port}",
            "lacks the permission for the command time (NOPERM)",
        ),
        (
            (),
            ("ACL", "SETUSER", "ann", "on", ">pw", "~other:*", "+@all"),
            "redis://ann:pw@127.0.0.1:{port}",
            "lacks the permission (NOPERM)",
        ),
        (("--rename-command", "EVALSHA", ""), (), "{url}", "does not know the command EVALSHA"),
        ((), (), "{url}/99", "no database of that number"),
        ((), (), "redis+cluster://127.0.0.1:{port}", "it is no Redis Cluster; write redis://"),
        ((), (), "redis+sentinel://127.0.0.1:{port}/m", "it is no Sentinel"),
        (("--min-replicas-to-write", "1"), (), "{url}", "fewer replicas than min-replicas"),
        (("--cluster-enabled", "yes"), (), "{url}", "a part of the Redis Cluster is down"),
        (("--cluster-enabled", "yes"), (), "{url}/1", "no database of that number"),
        (
            ("--cluster-enabled", "yes"),
            (),
            "redis+cluster://127.0.0.1:{port}",
            "a part of the Redis Cluster is down",
        ),
        (("--replicaof", "127.0.0.1 1"), (), "{url}", "it is a replica; name its master"),
        ((), ("CONFIG", "SET", "maxmemory", 1), "{url}", "its memory is full"),
        ((), (), "rediss://127.0.0.1:{port}", "does it speak TLS (rediss://)?"),
    ],
)
async def test_one_server(
    options: tuple[str, ...], before: tuple[str | int, ...], address: str, words: str
) -> None:
    async with servers.single(*options) as node:
        if before:
            await node.tell(*before)
        assert words in await refusal(address.format(port=node.port, url=node.url))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("DENIED Redis is running in protected mode because ...", "it is in protected mode"),
        ("LOADING Redis is loading the dataset in memory", "still loading its data"),
        ("MASTERDOWN Link with MASTER is down", "it is a replica whose master is away"),
        ("UNBLOCKED force unblock from blocking operation", "just become a replica"),
        ("TRYAGAIN Multiple keys request during rehashing of slot", "moving these keys"),
        ("MISCONF Redis is configured to save RDB snapshots", "cannot write to its disk"),
        ("CROSSSLOT Keys in request don't hash to the same slot", "write redis+cluster://"),
        ("ERR SELECT is not allowed in cluster mode", "write redis+cluster:// in REDIS_URL"),
        ("ERR max number of clients reached", "too many clients; raise maxclients"),
        ("ERR unknown command `HELLO`, with args", "does not know the command HELLO; use Redis 6"),
    ],
)
async def test_what_a_server_may_say(line: str, words: str) -> None:
    """Those that a real server says only in a state that takes long to bring about."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while await reader.read(4096):
                writer.write(f"-{line}\r\n".encode())
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert words in await refusal(f"redis://127.0.0.1:{port}")
    server.close()


@pytest.mark.long
async def test_the_wrong_address_of_a_cluster_or_of_sentinels(
    slots: Slots, watched: Watched
) -> None:
    sentinel = watched.sentinels[0]
    for node in slots.nodes:
        assert "it is a Redis Cluster; write redis+cluster://" in await refusal(node.url)
    assert "it is a Sentinel; write redis+sentinel://" in await refusal(sentinel.url)
    wrong = watched.url.replace(servers.MASTER, "nobody")
    assert "no Sentinel knows a master of that name" in await refusal(wrong)
    (replica,) = watched.nodes[1:]
    assert "it is a replica; name its master" in await refusal(replica.url)


@pytest.mark.long
async def test_sentinels_with_their_own_credentials(watched: Watched) -> None:
    for node in watched.sentinels:
        await node.tell("ACL", "SETUSER", "watcher", "on", ">s3cret", "+@all", "allchannels")
        await node.tell("ACL", "SETUSER", "default", "off")
    try:
        assert "a Sentinel wants other credentials" in await refusal(watched.url)
        own = f"{watched.url}?sentinel_username=watcher&sentinel_password=s3cret"
        store = RedisStore(connect(own))
        await store.sync()
        await store.close()
    finally:
        for node in watched.sentinels:
            await node.tell("ACL", "SETUSER", "default", "on", user="watcher:s3cret")


@pytest.fixture
async def encrypted(tmp_path: Path) -> AsyncIterator[tuple[Detour, Path]]:
    """A server behind TLS, and the file of its private CA."""
    authority = servers.certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, authority.with_name("key.pem"))
    async with servers.single() as node, Detour(node.port, context) as detour:
        yield detour, authority


async def test_tls(encrypted: tuple[Detour, Path]) -> None:
    detour, authority = encrypted
    url = f"rediss://127.0.0.1:{detour.port}/2"
    said = await refusal(url)
    assert "its certificate is not accepted" in said
    assert "?ssl_ca_certs=" in said
    assert "a file of certificates, is not there" in await refusal(
        f"{url}?ssl_ca_certs=/nowhere/ca.pem"
    )
    plain = await refusal(url.replace("rediss", "redis"))
    assert "rediss://" in plain or "not available" in plain
    for query in (f"ssl_ca_certs={authority}", "ssl_cert_reqs=none"):
        store = RedisStore(connect(f"{url}?{query}"))
        await store.sync()
        assert await store.once(query, 1)
        await store.close()
