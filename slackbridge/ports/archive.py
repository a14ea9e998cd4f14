"""What Slack's adapter reads back for recovery."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from slackbridge.domain.model import TicketKey
from slackbridge.domain.thread import Post, Thread


class Archive(Protocol):
    """Our posts and people's messages, as Slack has them now."""

    async def channels(self) -> tuple[str, ...]:
        """Every channel that the bot is in, also archived ones. Raises Rejected if not allowed."""

    def posts(self, channel: str, oldest: float) -> AsyncIterator[Post]:
        """Our posts in a channel itself since `oldest` (Unix seconds), newest first."""

    async def thread(self, key: TicketKey, channel: str, root: str) -> Thread:
        """A ticket's whole thread. Raises Rejected if it is gone."""

    async def root(self, channel: str, ts: str) -> Post | None:
        """Our post at the root of a thread, in one call; None if it is not ours, or gone."""

    async def latest(self, channel: str) -> tuple[Post, ...]:
        """Our posts among the latest rows of a channel itself, in one call; none if unreadable.

        Slack's rate limits are waited out.
        """
