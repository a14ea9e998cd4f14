"""Slack's rate limits, in buckets that all processes share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from slackbridge.domain.errors import Code, Later

T = TypeVar("T")

Pace = tuple[float, int]  # seconds between calls, and burst

# Slack counts calls in windows of a minute and publishes no burst sizes, so the burst and the calls
# of a minute together must stay below the tier: 20, 50 and 100 a minute.
# Source: docs.slack.dev/apis/web-api/rate-limits
TIER_2: Pace = (4.0, 4)
TIER_3: Pace = (1.5, 9)
TIER_4: Pace = (1.5, 55)  # "generous burst behavior"
DISTRIBUTED: Pace = (61.0, 1)
"""Of histories and threads, for an app that is commercially distributed outside the Marketplace."""


def per_minute(pace: Pace) -> float:
    """The most calls of any minute."""
    interval, burst = pace
    return burst + 60 / interval


class Pacer(Protocol):
    """Shared rate buckets."""

    async def pace(self, bucket: str, who: str, interval: float, burst: int, live: bool) -> float:
        """Seconds to wait before the next call of a bucket; 0 = go now."""

    async def block(self, bucket: str, seconds: float) -> None:
        """No process calls this bucket for `seconds`."""


async def in_turn(call: Callable[[], Awaitable[T]]) -> T:
    """Make a call when our own rate limit lets it."""
    while True:
        try:
            return await call()
        except Later as failure:
            if failure.code != Code.PACED:
                raise
            await asyncio.sleep(failure.seconds)


def post_bucket(channel: str) -> str:
    """Posts are limited per channel, whatever the thread."""
    return f"chat.postMessage:{channel}"
