"""The settings of a lane."""

from __future__ import annotations

from dataclasses import dataclass

from slackbridge.rules import routing


@dataclass(frozen=True, slots=True)
class LaneSettings:
    """Where an account's tickets go, and how long their records live after their end.

    Times are in seconds. After `slack_settle` Slack shows everything that was written before.
    """

    provider: str
    routes: tuple[routing.Route, ...]
    channel: str
    ops_channel: str
    retention: int
    retry: float
    retry_max: float
    quarantine_after: int
    slack_settle: float = 5.0
    lease: float = 15.0

    def notice_channels(self, channel: str) -> tuple[str, ...]:
        """Where a notice goes, the best place first; `channel` is its own, '' = it has none."""
        return tuple(dict.fromkeys(filter(None, (channel, self.ops_channel, self.channel))))
