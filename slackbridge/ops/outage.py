"""A Redis that does not take what is written: full, read-only, away, or without an answer.

Said once in the log when it begins and once when it is over. If it lasts it is also said in Slack,
directly: what goes through the journal cannot be stored.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import structlog

from slackbridge.domain.errors import Failure

log = structlog.get_logger(__name__)
LASTS_SECONDS = 25.0  # two heartbeats later
BEGUN = (
    "The bridge (`{process}`) cannot store anything, so it does no work: {reason}. Slack is not "
    "answered meanwhile, and what was written is caught up with afterwards."
)
OVER = "The bridge (`{process}`) can store again, and catches up."
Tell = Callable[[str], Awaitable[object]]


class Outage:
    """`tell` says something in the ops channel without Redis; it raises a Failure if it cannot."""

    def __init__(self, process: str, tell: Tell) -> None:
        self._process = process
        self._tell = tell
        self._begun: float | None = None
        self._reason = ""
        self._told = False

    def begun(self, failure: Failure) -> None:
        """Redis did not take what was written."""
        self._reason = failure.reason
        if self._begun is None:
            self._begun = time.monotonic()
            log.error("redis.takes_nothing", why=failure.loggable)

    def over(self) -> None:
        """Redis takes what is written."""
        if self._begun is not None:
            log.info("redis.back", seconds=round(time.monotonic() - self._begun))
            self._begun = None

    async def report(self) -> None:
        """Say in Slack that it lasts, and afterwards that it is over. Raises nothing."""
        lasts = self._begun is not None and time.monotonic() - self._begun > LASTS_SECONDS
        if self._told == lasts or (self._told and self._begun is not None):
            return
        text = (BEGUN if lasts else OVER).format(process=self._process, reason=self._reason)
        try:
            await self._tell(text)
            self._told = lasts
        except Failure as failure:
            log.warning("outage.not_told", why=failure.loggable)
