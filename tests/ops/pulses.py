"""A pulse without a service."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


def pulse(store: RedisStore, catching_up: Callable[[], Sequence[str]] = tuple) -> Pulse:
    """Of a process with both sockets."""
    sockets = SocketHearing(Both(), 0)
    return Pulse(store, lambda: "", sockets, Hearing(120), nothing, nobody, catching_up)
