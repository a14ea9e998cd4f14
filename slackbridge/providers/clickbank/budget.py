"""The day's calls of one ClickBank account, which all processes and all other clients share.

What people do comes first: polls and searches stop while there are still calls for replies, and
long before that polls come more slowly. Our days are UTC, as the store counts them; no document
says when ClickBank's begin.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from slackbridge.domain.errors import Code, Later
from slackbridge.providers.pacing import Spend

DAY = 86_400.0
DAILY = 25_000  # calls a day and account, by all that use it (OpenClickBank's notes)
SPARE = 22_500  # so many may be polls and searches; the rest is for replies, at 2 or 3 calls each
SLOWER_FROM = SPARE // 2
WARN_AT = DAILY * 8 // 10
MOST_STRETCH = 40.0
LONGEST_PAUSE = 900.0
log = structlog.get_logger(__name__)


class Budget:
    """Counts calls. `used` is the day's sum of all processes as last returned by `spend`, which
    counts one; None without `spend`, or before the first call.
    """

    def __init__(self, account: str, spend: Spend | None, clock: Callable[[], float]) -> None:
        self._account = account
        self._spend = spend
        self._clock = clock
        self._day = -1
        self._warned = False
        self.used: int | None = None

    async def take(self, *, spare: bool) -> None:
        """Count one call; `spare`: replies come before it. Raises Later (QUOTA), calls nothing."""
        if self._spend is None:
            return
        most = SPARE if spare else DAILY
        if self.today >= most:  # what is not called must not be counted either
            raise self._over(self.today, spare=spare)
        self.used = await self._spend()
        self._day = int(self._clock() // DAY)
        if self.used > most:
            raise self._over(self.used, spare=spare)
        if self.used >= WARN_AT and not self._warned:
            log.warning("clickbank.quota_nearly_used", account=self._account, calls=self.used)
        self._warned = self.used >= WARN_AT

    @property
    def today(self) -> int:
        """The calls of this day that we know of."""
        same = self._day == int(self._clock() // DAY)
        return self.used if same and self.used is not None else 0

    @property
    def nearly_used_up(self) -> bool:
        return self.today >= WARN_AT

    def stretch(self) -> float:
        """How much more slowly to poll, so that what is left lasts until the day ends."""
        used = self.today
        if used < SLOWER_FROM:
            return 1.0
        calls, day = max(0.0, 1 - used / SPARE), 1 - (self._clock() % DAY) / DAY
        return min(max(1.0, day / calls if calls else MOST_STRETCH), MOST_STRETCH)

    def words(self) -> str:
        """How much of the day's calls are used; '' without `spend`."""
        if self.used is None:
            return ""
        warning = "; it is nearly used up" if self.nearly_used_up else ""
        return f"{self.today:,} of {DAILY:,} calls of today are made{warning}"

    def _over(self, used: int, *, spare: bool) -> Later:
        pause = min(max(1.0, DAY - self._clock() % DAY), LONGEST_PAUSE)
        if spare and used <= DAILY:
            reason = (
                f"{used:,} of the {DAILY:,} calls that ClickBank allows an account a day are used, "
                "and the rest is kept for replies until the day ends at midnight UTC"
            )
        else:
            reason = f"the {DAILY:,} calls that ClickBank allows an account a day are used up"
        return Later(reason, pause, code=Code.QUOTA)


def until(at: datetime, now: float) -> float:
    """Seconds until `at`, at least 1 and at most LONGEST_PAUSE."""
    return min(max(1.0, at.astimezone(UTC).timestamp() - now), LONGEST_PAUSE)
