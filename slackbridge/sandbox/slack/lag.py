"""Reads that lag behind: `conversations.replies` does not show a message that stands already.

Source: korotovsky/slack-mcp-server, pull request 284 (histories lag behind posts).
"""

from __future__ import annotations

from collections.abc import Sequence

from slackbridge.sandbox.slack.messages import Message


class Lag:
    """Which messages the next reads of a thread leave out. `met` counts those reads."""

    def __init__(self) -> None:
        self.met = 0
        self._hidden: dict[str, int] = {}

    def hide(self, ts: str, times: int = 1) -> None:
        """The next `times` reads that would show this message do not."""
        self._hidden[ts] = times

    def shown(self, messages: Sequence[Message]) -> list[Message]:
        """What a read shows of these."""
        hidden = {each.ts for each in messages if self._hidden.get(each.ts, 0) > 0}
        for ts in hidden:
            self._hidden[ts] -= 1
        self.met += bool(hidden)
        return [each for each in messages if each.ts not in hidden]
