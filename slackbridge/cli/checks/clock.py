"""Whether two clocks agree."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from slackbridge.cli.checks.finding import Finding

SKEW_SECONDS = 60.0


def told(what: str, date: str, now: float) -> Finding:
    """By the `Date` header of an answer; '' = it had none."""
    if not date:
        return Finding(what, True, "not told")
    return skew(what, parsedate_to_datetime(date).timestamp() - now)


def skew(what: str, seconds: float) -> Finding:
    """Two clocks may differ by a minute: Slack refuses signatures older than five."""
    return Finding(
        what,
        abs(seconds) <= SKEW_SECONDS,
        f"{seconds:+.0f} s",
        "Synchronise this machine's clock (NTP).",
    )
