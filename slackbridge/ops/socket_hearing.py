"""Whether Slack reaches us in Socket Mode, and when to give up: a process that has had no
connection for minutes ends, so that its supervisor starts it anew, and somebody is told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)
NOT_CONNECTED = "no connection to Slack"
GIVEN_UP = (
    "No connection to Slack for {minutes:g} minutes (slack.deaf_minutes){why}. The bridge ends, so "
    "that whatever runs it starts it anew. If that does not help, look at the way from here to "
    "wss-primary.slack.com (firewall, proxy, DNS), at SLACK_APP_TOKEN, and at status.slack.com"
)
TICK_SECONDS = 5.0


class Wires(Protocol):
    """The connections of Socket Mode."""

    def connected(self) -> int:
        """By how many Slack has been heard lately."""

    def why(self) -> str:
        """Why the last attempt to connect failed; '' if it did not."""


class SocketHearing:
    """`minutes` without any connection are enough; 0 = never.

    Counted in ticks, while the process runs: one that was stopped, or whose machine slept, could
    not listen, and connects anew by itself. `clock` gives seconds that nobody sets.
    """

    def __init__(
        self, wires: Wires, minutes: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._wires = wires
        self._minutes = minutes
        self._clock = clock
        self._ticked: float | None = None
        self._deaf = 0.0
        self.tick_seconds = min(TICK_SECONDS, minutes * 60 / 4) if minutes else TICK_SECONDS
        self.given_up = asyncio.Event()
        """Set when it is enough."""

    def live(self) -> int:
        """By how many connections Slack is heard."""
        return self._wires.connected()

    async def tick(self) -> None:
        """Look once; to be called every `tick_seconds` while this process listens."""
        now = self._clock()
        passed = 0.0 if self._ticked is None else now - self._ticked
        self._ticked = now
        if self.live():
            self._deaf = 0.0
            return
        self._deaf += min(passed, 2 * self.tick_seconds)
        if self._minutes and self._deaf >= self._minutes * 60 and not self.given_up.is_set():
            log.error("slack.given_up", minutes=self._minutes)
            self.given_up.set()

    def why(self) -> str:
        """Why Slack's events do not come in; '' = they do."""
        if self.live():
            return ""
        lasts = f" for {self._deaf / 60:.0f} minutes" if self._deaf >= 60 else ""
        return f"{NOT_CONNECTED}{lasts}{self._because()}"

    def last_words(self) -> str:
        """What is said when it is given up, with the remedy."""
        return GIVEN_UP.format(minutes=self._minutes, why=self._because())

    def _because(self) -> str:
        why = self._wires.why()
        return f": {why.removesuffix('.')}" if why else ""
