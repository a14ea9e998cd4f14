"""Slack's rate limits, in buckets that all processes share."""

from __future__ import annotations

from typing import Protocol

Pace = tuple[float, int]  # seconds between calls, and burst
# Source: docs.slack.dev/apis/web-api/rate-limits
TIER_2: Pace = (3.0, 10)
TIER_3: Pace = (1.2, 20)


class Pacer(Protocol):
    """Shared rate buckets."""

    async def pace(self, bucket: str, who: str, interval: float, burst: int, live: bool) -> float:
        """Seconds to wait before the next call of a bucket; 0 = go now."""

    async def block(self, bucket: str, seconds: float) -> None:
        """No process calls this bucket for `seconds`."""


def post_bucket(channel: str) -> str:
    """Posts are limited per channel, whatever the thread."""
    return f"chat.postMessage:{channel}"
