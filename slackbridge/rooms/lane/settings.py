"""The settings of a lane and of its sender."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from slackbridge.rules import notice, routing


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

    def notice_channels(self, channel: str, about: Collection[str] = ()) -> tuple[str, ...]:
        """Where a notice may go, the best place first; see `notice.places`."""
        return notice.places(channel, self.ops_channel, self.channel, about)


@dataclass(frozen=True, slots=True)
class SendSettings:
    """How long things may take, in seconds."""

    timeout: float
    settle: float
    retry: float
    retry_max: float
    give_up: float
