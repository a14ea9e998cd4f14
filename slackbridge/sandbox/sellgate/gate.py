"""Who may call, and how often. Knows no tickets."""

from __future__ import annotations

from collections.abc import Mapping

from slackbridge.sandbox.gate import BaseGate
from slackbridge.sandbox.sellgate.refusal import Refusal
from slackbridge.sandbox.sellgate.switches import Switches


class Gate(BaseGate[Switches]):
    """Checks the rate, then the key; every key has all rights."""

    def admit(self, operation: str, headers: Mapping[str, str], now: float) -> None:
        if not self.window.take(self._switches.rate_per_second):
            refusal = Refusal(429, "rate_limited", "Too many requests")
            if self._switches.retry_after:
                refusal.headers["Retry-After"] = "1"
            raise refusal
        # The bare key is accepted too (docs.sellgate.cc/docs/authentication).
        if not self.knows(headers.get("Authorization", "").removeprefix("Bearer ")):
            raise Refusal(401, "unauthorized", "Invalid API key")
