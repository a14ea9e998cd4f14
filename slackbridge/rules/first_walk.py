"""The first walk over an account's tickets: which get a thread at once, and what is said of the
rest. Pure.

After a rebuild it is the same walk again, only that Slack tells how long ago a bridge last worked:
what changed since then was shown by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from slackbridge.domain.view import NoticeButton
from slackbridge.rules.evidence import CLOCK_SKEW_SECONDS

BORN = "born"


class Summary(NamedTuple):
    """A notice of the bridge: its id, its text and its button."""

    id: str
    text: str
    button: str
    label: str


@dataclass(frozen=True, slots=True)
class FirstWalk:
    """A walk that begins at `now`. `recent` is how old activity may be, in seconds.

    `shown_at` is when a bridge certainly showed the account's tickets last (Unix seconds, 0 = never
    yet); `threads` are the ids of the tickets that have a thread.
    """

    now: float
    recent: float
    shown_at: float = 0.0
    threads: frozenset[str] = frozenset()

    @property
    def since(self) -> float:
        """Since when a ticket must have changed to get its thread at once (Unix seconds)."""
        recently = self.now - self.recent
        return min(self.shown_at - CLOCK_SKEW_SECONDS, recently) if self.shown_at else recently

    def rests(self, id: str, changed: float) -> bool:
        """Whether a ticket that changed last at `changed` waits until something happens on it."""
        return id not in self.threads and changed < self.since

    def summary(self, account: str, resting: int) -> Summary:
        """The older tickets are one notice, not a flood of threads."""
        hours = f"{round((self.now - self.since) / 3600, 2):g} hours"
        if self.shown_at:
            told = f"connected again. {resting} active tickets have no thread and had no activity"
        else:
            told = f"connected. {resting} active tickets had no activity"
        return Summary(
            f"{BORN}:{self.shown_at:.0f}" if self.shown_at else BORN,
            f"👋 *{account}* is {told} in the last {hours}; each gets its thread when something "
            "happens on it.",
            NoticeButton.SHOW_ALL,
            f"Show all {resting} now",
        )
