"""A pulse without a service."""

from __future__ import annotations

from slackbridge.ops.health import Pulse
from slackbridge.ops.hearing import Hearing
from slackbridge.ops.socket_hearing import SocketHearing
from slackbridge.store.redis import RedisStore


async def nobody(text: str) -> None:
    """Nobody is told."""


async def nothing() -> tuple[str, ...]:
    return ()


class Both:
    """Both sockets."""

    def connected(self) -> int:
        return 2

    def why(self) -> str:
        return ""


def pulse(store: RedisStore) -> Pulse:
    """Of a process with both sockets."""
    return Pulse(store, lambda: "", SocketHearing(Both(), 0), Hearing(120), nothing, nobody)
