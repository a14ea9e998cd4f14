"""A Redis of each kind for the rig, with a saboteur before each of its servers.

Behind Sentinels the master is announced by its saboteur's port, and so is each node of a cluster:
the bridge meets every fault of the matrix on each kind. The Sentinels, too, reach the master by
that port; what they say there is no call of the bridge and is given no fault.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path

from redis.asyncio import Redis

from slackbridge.sandbox.faults import Faults
from slackbridge.store import embedded
from slackbridge.store.connection import connect, disconnect
from tests.rig.saboteur import Saboteur
from tests.store import servers

PATIENT_MS = 60_000  # no fault of the matrix makes the Sentinels look for another master


class Kind(StrEnum):
    """The kinds of Redis."""

    SINGLE = "single"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


@contextlib.asynccontextmanager
async def sabotaged(kind: Kind) -> AsyncIterator[tuple[str, Faults, Redis]]:
    """The address for the bridge, the faults on the way, and a client that meets none."""
    faults = Faults("redis")
    async with contextlib.AsyncExitStack() as stack:

        async def entrance(port: int) -> int:
            saboteur = await Saboteur.start(f"redis://127.0.0.1:{port}", faults)
            stack.push_async_callback(saboteur.stop)
            return saboteur.port

        match kind:
            case Kind.SINGLE:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="slackbridge-rig-"))
                server = await embedded.start(Path(folder))
                stack.push_async_callback(server.stop)
                saboteur = await Saboteur.start(server.url, faults)
                stack.push_async_callback(saboteur.stop)
                url, direct = saboteur.url, server.url
            case Kind.SENTINEL:
                watched = await stack.enter_async_context(
                    servers.sentinels(entrance, replicas=0, down_after_ms=PATIENT_MS)
                )
                url, direct = watched.url, watched.nodes[0].url
            case Kind.CLUSTER:
                url = direct = (await stack.enter_async_context(servers.cluster(entrance))).url
        redis = connect(direct)
        stack.push_async_callback(disconnect, redis)
        yield url, faults, redis
