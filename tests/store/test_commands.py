"""Commands on each kind of Redis, and what they say where one refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store import servers
from tests.store.commands import commanded
from tests.store.servers import Slots, Watched

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(servers.missing()), reason=servers.missing()),
]


@pytest.mark.crash
@pytest.mark.parametrize("kind", ["sentinel", "cluster"])
async def test_check_health_and_export(
    kind: str, watched: Watched, slots: Slots, tmp_path: Path
) -> None:
    url = watched.url if kind == "sentinel" else slots.url
    _, said = await commanded(tmp_path, "check", url)
    lines = [line for line in said.splitlines() if "redis" in line]
    assert [line for line in lines if not line.startswith("ok")] == []
    assert any("redis version" in line for line in lines)
    code, said = await commanded(tmp_path, "health", url)
    assert (code, said.strip()) == (1, "no process of slackbridge is running")
    assert await commanded(tmp_path, "export", url) == (0, "")


@pytest.mark.crash
@pytest.mark.parametrize("command", ["check", "health", "run"])
async def test_a_cluster_that_is_taken_for_a_server(
    command: str, slots: Slots, tmp_path: Path
) -> None:
    words = "it is a Redis Cluster; write redis+cluster:// in REDIS_URL"
    code, _ = await commanded(tmp_path, command, slots.nodes[0].url, until=words)
    assert code == (0 if command == "run" else 1)


@pytest.mark.crash
@pytest.mark.parametrize("command", ["check", "health", "run"])
async def test_sentinels_that_do_not_know_the_name(
    command: str, watched: Watched, tmp_path: Path
) -> None:
    url = watched.url.replace(servers.MASTER, "nobody")
    words = "no Sentinel knows a master of that name"
    code, _ = await commanded(tmp_path, command, url, until=words)
    assert code == (0 if command == "run" else 1)
