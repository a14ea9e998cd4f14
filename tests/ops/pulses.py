"""A pulse without a service."""

from __future__ import annotations

from slackbridge.ops.health import Pulse
from slackbridge.ops.hearing import Hearing
from slackbridge.store.redis import RedisStore


async def nobody(text: str) -> None:
    """Nobody is told."""


async def nothing() -> tuple[str, ...]:
    return ()


def pulse(store: RedisStore) -> Pulse:
    """Of a process with both sockets."""
    return Pulse(store, lambda: "", lambda: 2, Hearing(120), nothing, nobody)
