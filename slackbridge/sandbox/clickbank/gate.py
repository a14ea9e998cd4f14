"""Who may call, and how often: keys, roles, the limit a second and the limit a day."""

from __future__ import annotations

from collections.abc import Mapping

from slackbridge.sandbox.clickbank.refusal import Refusal, forbidden
from slackbridge.sandbox.clickbank.switches import Switches
from slackbridge.sandbox.gate import BaseGate

READ, WRITE = "api_order_read", "api_order_write"
DAY = 86_400.0

ROLES: dict[str, frozenset[str]] = {
    "Schema": frozenset(),
    "Debug": frozenset(),
    "Accounts": frozenset({READ}),
    "List": frozenset({READ}),
    "Count": frozenset({READ}),
    "Get": frozenset({READ}),
    "RefundAmounts": frozenset({READ}),
    "Order": frozenset({READ}),
    "Update": frozenset({WRITE}),
    "Create": frozenset({WRITE}),
    "Returned": frozenset({READ, WRITE}),
}


class Gate(BaseGate[Switches]):
    """`used` is the number of calls made on this day (UTC)."""

    def __init__(self, switches: Switches) -> None:
        super().__init__(switches)
        self._day = -1
        self.used = 0

    def admit(self, operation: str, headers: Mapping[str, str], now: float) -> None:
        self._count(now)
        if operation == "Schema":
            return
        key = headers.get("Authorization", "")
        if not self.knows(key):
            raise Refusal(self._switches.bad_key_status, "Invalid API key")
        if not all(self.may(key, role) for role in ROLES[operation]):
            raise forbidden()

    def context(self, headers: Mapping[str, str]) -> str:
        """What `/debug` answers: no document shows its form, but clients find in it the key itself
        and the names of its roles (OpenClickBank's tests)."""
        key = headers.get("Authorization", "")
        roles = [role for role in (READ, WRITE) if self.may(key, role)]
        granted = ", ".join(["ROLE_LOGGED_IN", "HAS_DEVELOPER_KEY", *roles])
        return f"Security context: principal={key}; authorities=[{granted}]"

    def _count(self, now: float) -> None:
        if not self.window.take(self._switches.rate_per_second):
            raise forbidden()
        if int(now // DAY) != self._day:
            self._day, self.used = int(now // DAY), 0
        self.used += 1
        if self.used > self._switches.daily:
            raise forbidden()
