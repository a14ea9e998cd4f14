"""The rate limit of a service, in calls per second."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Window:
    """Fixed windows of one second of real time, not of the service's own clock."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._since = -math.inf
        self._used = 0

    def take(self, allowed: int) -> bool:
        """Count a call; False if it is over the limit. `allowed` 0 = no limit."""
        now = self._timer()
        if now - self._since >= 1.0:
            self._since, self._used = now, 0
        self._used += 1
        return allowed == 0 or self._used <= allowed

    def headers(self, allowed: int, wall: float) -> dict[str, str]:
        """The rate headers of an answer; `wall` is the service's Unix time."""
        if allowed == 0:
            return {}
        left = max(0.0, self._since + 1.0 - self._timer())
        return {
            "X-RateLimit-Limit": str(allowed),
            "X-RateLimit-Remaining": str(max(0, allowed - self._used)),
            "X-RateLimit-Reset": str(math.ceil(wall + left)),
        }
