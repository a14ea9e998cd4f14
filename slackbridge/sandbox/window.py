"""How many calls a second a service takes. Knows neither who calls nor what the refusal says."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Window:
    """One-second windows of real time, whatever the service's own clock says."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._since = -math.inf
        self._used = 0

    def take(self, allowed: int) -> bool:
        """Count a call; False if it is one too many. `allowed` 0 = no limit."""
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
