"""Rate limits of the Web API: calls per minute by tier, posts per second by channel.

Source: Slack's "Rate limits" page; burst sizes are not published, so the burst is a setting. An app
that is commercially distributed outside the Marketplace reads a history or a thread once a minute,
15 rows at most (docs.slack.dev/reference/methods/conversations.history).
"""

from __future__ import annotations

import math
from collections import deque
from enum import Enum

from slackbridge.sandbox.slack.errors import RateLimited
from slackbridge.sandbox.slack.shapes import Clock, Json

WINDOW = 60.0
# "Several hundred messages per minute" per app and workspace.
POSTS_PER_MINUTE = 300
RESTRICTED = ("conversations.history", "conversations.replies")
ROWS = 15


class Tier(Enum):
    """Calls per minute; `SPECIAL` methods have a rule of their own or none.

    Of tier 1 "a small amount of burst behavior is tolerated": as many as `Limits.burst`.
    """

    ONE = 1
    TWO = 20
    THREE = 50
    FOUR = 100
    SPECIAL = 0


class Bucket:
    """A token bucket: `rate` a second after a burst of `size`."""

    def __init__(self, rate: float, size: float, now: float) -> None:
        self._rate, self._size = rate, size
        self._tokens, self._at = size, now

    def take(self, now: float) -> float:
        """Take one token; returns 0, or the seconds until there is one."""
        self._tokens = min(self._size, self._tokens + max(0.0, now - self._at) * self._rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate


class Limits:
    """Counts calls and refuses those over the limit. `refused` counts the 429s by method.

    `scale` multiplies every limit; 0 switches them off. With `speed` a minute lasts 60 / `speed`
    seconds. `restricted`: the app counts as commercially distributed.
    """

    def __init__(
        self, clock: Clock, scale: float = 1.0, burst: int = 4, speed: float = 1.0
    ) -> None:
        self._clock = clock
        self.scale = scale
        self.speed = speed
        self.restricted = False
        self.burst = burst
        self.refused: dict[str, int] = {}
        self._calls: dict[str, deque[float]] = {}
        self._channels: dict[tuple[str, str], Bucket] = {}

    def check(self, method: str, tier: Tier, channel: str | None) -> None:
        """Count one call. Raises RateLimited; a refused call does not count.

        `channel` is given for the methods that are limited by channel.
        """
        if self.scale <= 0:
            return
        allowed = self._allowed(method, tier)
        waits = [self._window(method, allowed)] if allowed else []
        if channel is not None:
            waits += [self._post(method, channel), self._window(method, POSTS_PER_MINUTE)]
        wait = max(waits, default=0.0)
        if wait > 0:
            self.refused[method] = self.refused.get(method, 0) + 1
            raise RateLimited(max(1, math.ceil(wait)))
        self._calls.setdefault(method, deque()).append(self._clock())

    def narrowed(self, method: str, args: Json) -> Json:
        """A call's arguments, with as many rows as the app may ask for."""
        if not self.restricted or method not in RESTRICTED:
            return args
        asked = str(args.get("limit") or ROWS)
        return args | {"limit": str(min(int(asked), ROWS)) if asked.isdecimal() else asked}

    def _allowed(self, method: str, tier: Tier) -> int:
        """Calls a minute; 0 = any number."""
        if self.restricted and method in RESTRICTED:
            return 1
        return self.burst if tier is Tier.ONE else tier.value

    def _window(self, method: str, per_minute: int) -> float:
        calls = self._calls.setdefault(method, deque())
        now = self._clock()
        window = WINDOW / self.speed
        while calls and calls[0] <= now - window:
            calls.popleft()
        allowed = max(1, int(per_minute * self.scale))
        return 0.0 if len(calls) < allowed else calls[-allowed] + window - now

    def _post(self, method: str, channel: str) -> float:
        now = self._clock()
        bucket = self._channels.get((method, channel))
        if bucket is None:
            bucket = Bucket(
                self.scale * self.speed, max(1.0, self.burst * max(1.0, self.scale)), now
            )
            self._channels[method, channel] = bucket
        return bucket.take(now)
