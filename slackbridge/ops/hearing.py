"""Whether Slack reaches us where it calls us: nothing but its requests, and what they should have
told, can say so.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

NOT_DELIVERED = (
    "Slack's requests do not arrive: a message was found that Slack has not delivered. Look at the "
    "way from Slack to this port (DNS, TLS, proxy) and at the app's Request URL"
)
GRACE_SECONDS = 10.0  # a younger message may be on its way
GRACE_SHARE = 0.25  # of the time between two sweeps, where that is less


class Hearing:
    """Slack's verified requests, and the messages that were found without one.

    `sweep_seconds` is how often such messages are looked for. After a proof that Slack does not
    reach us, that is believed for so long, or until a request arrives: traffic that is routed by
    readiness must come back to prove anything.
    """

    def __init__(self, sweep_seconds: float) -> None:
        self._sweep = sweep_seconds
        self._grace = min(GRACE_SECONDS, sweep_seconds * GRACE_SHARE)
        self._since = time.time()
        self._last = 0.0
        self._deaf_until = 0.0

    def begin(self) -> None:
        """From now on Slack can reach us: what was written before proves nothing."""
        self._since = time.time()

    def requested(self) -> None:
        """A verified request of Slack's has arrived."""
        self._last = time.time()
        self._deaf_until = 0.0

    def found(self, ts: float) -> None:
        """A message of that time (Unix seconds) was read in its thread and not delivered before."""
        now = time.time()
        if max(self._since, self._last) < ts < now - self._grace:
            self._deaf_until = now + self._sweep

    def why(self) -> str:
        """Why Slack does not reach us; '' = it does, as far as anybody can know."""
        return NOT_DELIVERED if time.time() < self._deaf_until else ""

    def state(self) -> str:
        """When Slack was heard last, in words."""
        if not self._last:
            return "no request from Slack yet"
        at = datetime.fromtimestamp(self._last, UTC)
        return f"last request from Slack at {at:%Y-%m-%d %H:%M:%S} UTC"
