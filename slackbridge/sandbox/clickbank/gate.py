"""Who may call, and how often: keys, roles, the limit a second and the limit a day."""

from __future__ import annotations

from slackbridge.sandbox.clickbank.refusal import Refusal, forbidden
from slackbridge.sandbox.clickbank.switches import Switches
from slackbridge.sandbox.window import Window

READ, WRITE = "api_order_read", "api_order_write"
DAY = 86_400.0

ROLES: dict[str, frozenset[str]] = {
    "Schema": frozenset(),
    "Debug": frozenset(),
    "List": frozenset({READ}),
    "Count": frozenset({READ}),
    "Get": frozenset({READ}),
    "RefundAmounts": frozenset({READ}),
    "Update": frozenset({WRITE}),
    "Create": frozenset({WRITE}),
    "Returned": frozenset({READ, WRITE}),
}


class Gate:
    """Counts calls and knows keys; `used` is how many calls of this day were made."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._keys: dict[str, frozenset[str]] = {}
        self._window = Window()
        self._day = -1
        self.used = 0

    def allow(self, key: str, roles: frozenset[str]) -> None:
        self._keys[key] = roles

    def revoke(self, key: str) -> None:
        self._keys.pop(key, None)

    def admit(self, operation: str, key: str | None, now: float) -> None:
        """Raises Refusal for one call too many, an unknown key, or a missing role."""
        self._count(now)
        if operation == "Schema":
            return
        if key not in self._keys:
            raise Refusal(self._switches.bad_key_status, "Invalid API key")
        missing = ROLES[operation] - self._keys[key]
        if missing:
            raise forbidden()

    def _count(self, now: float) -> None:
        if not self._window.take(self._switches.rate_per_second):
            raise forbidden()
        if int(now // DAY) != self._day:
            self._day, self.used = int(now // DAY), 0
        self.used += 1
        if self.used > self._switches.daily:
            raise forbidden()
