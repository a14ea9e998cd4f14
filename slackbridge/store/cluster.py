"""redis-py's client of a Redis Cluster, as we need it where nodes come and go in mid-work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from redis.asyncio import RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.event import (
    AsyncAfterSlotsCacheRefreshEvent,
    AsyncEventListenerInterface,
    EventDispatcher,
)


class ClusterClient(RedisCluster):
    """A client that gives no connection up on which another task waits for a node that works."""

    def __init__(self, hosts: Iterable[tuple[str, int]], **options: Any) -> None:
        moves = EventDispatcher()
        super().__init__(
            startup_nodes=[ClusterNode(host, port) for host, port in hosts],
            reinitialize_steps=0,  # a MOVED corrects its shard; no more is learned anew for it
            event_dispatcher=moves,
            **options,
        )
        moves.register_listeners({AsyncAfterSlotsCacheRefreshEvent: [_Moved(self)]})

    async def aclose(self) -> None:
        """Learn anew which node holds which slots.

        redis-py calls it when a slot is not served, and closes all connections. Here they stay.
        """
        self._initialize = True

    async def disconnect(self) -> None:
        """Close all connections for good."""
        await self.aclose()
        await self.nodes_manager.aclose()
        await self.nodes_manager.aclose("startup_nodes")


class _Moved(AsyncEventListenerInterface):
    """Slots have moved: each connection is made again before its next use, and greets again.

    One may be left from when the node was a primary before, or have greeted it as a replica.
    """

    def __init__(self, cluster: RedisCluster) -> None:
        self._cluster = cluster

    async def listen(self, event: object) -> None:
        for node in self._cluster.get_nodes():
            node.update_active_connections_for_reconnect()
            free: Iterable[Any] = node._free
            for connection in free:
                connection.mark_for_reconnect()
