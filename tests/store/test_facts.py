"""What a server says of itself, of every kind, and where it does not tell."""

from __future__ import annotations

import pytest

from slackbridge.ports.redis_address import RedisKind
from slackbridge.store.facts import facts_of
from slackbridge.store.redis import RedisStore, connect
from tests.store import servers


async def test_facts_of_each_kind(store: RedisStore, redis_url: str) -> None:
    facts = await store.server_facts()
    kind = redis_url.partition(":")[0].partition("+")[2] or "single"
    assert facts["kind"] == kind
    assert facts["appendonly"] == "yes"
    assert (facts["role"], facts["policy"], facts["maxmemory"]) == ("master", "noeviction", "0")
    assert int(facts["version"].partition(".")[0]) >= 6
    assert int(facts["used_memory"]) > 100_000


@pytest.mark.parametrize("refused", ["-info", "-@dangerous"])
async def test_without_info_the_version_and_the_role_are_known(refused: str) -> None:
    async with servers.single() as node:
        await node.tell("ACL", "SETUSER", "ann", "on", ">pw", "~*", "&*", "+@all", refused)
        store = RedisStore(connect(node.url.replace("//", "//ann:pw@")))
        facts = await store.server_facts()
        await store.close()
    assert facts["role"] == "master"
    assert facts["version"]
    assert (facts["policy"], facts["maxmemory"]) == ("", "")
    assert facts["appendonly"] == ("no" if refused == "-info" else "")


def test_of_a_cluster_the_worst_node_counts() -> None:
    good = {
        "redis_version": "7.2.4",
        "role": "master",
        "maxmemory_policy": "noeviction",
        "aof_enabled": 1,
        "maxmemory": 1000,
        "used_memory": 100,
    }
    assert facts_of(RedisKind.CLUSTER, [good, good])["appendonly"] == "yes"
    bad = {
        **good,
        "redis_version": "6.0.16",
        "maxmemory_policy": "allkeys-lru",
        "aof_enabled": 0,
        "used_memory": 900,
    }
    assert facts_of(RedisKind.CLUSTER, [good, bad, good]) == {
        "kind": "cluster",
        "version": "6.0.16",
        "role": "master",
        "policy": "allkeys-lru",
        "appendonly": "no",
        "maxmemory": "1000",
        "used_memory": "900",
    }
    assert set(facts_of(RedisKind.SINGLE, [{}]).values()) == {"", "single"}
