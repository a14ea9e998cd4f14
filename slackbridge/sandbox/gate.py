"""The common base of the services' gates: which tokens may call what, and how often."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

SwitchesT = TypeVar("SwitchesT")


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


class BaseGate(ABC, Generic[SwitchesT]):
    """The valid tokens with their rights, and the rate window."""

    def __init__(self, switches: SwitchesT) -> None:
        self.window = Window()
        self._switches = switches
        self._rights: dict[str, frozenset[str] | None] = {}

    def allow(self, token: str, rights: frozenset[str] | None) -> None:
        """Make a token valid; None = with all rights."""
        self._rights[token] = rights

    def revoke(self, token: str) -> None:
        self._rights.pop(token, None)

    def knows(self, token: str) -> bool:
        return token in self._rights

    def may(self, token: str, right: str) -> bool:
        rights = self._rights[token]
        return rights is None or right in rights

    @abstractmethod
    def admit(self, operation: str, headers: Mapping[str, str], now: float) -> None:
        """Count a call and check its rights. Raises Refusal."""
