"""Messages of ours that Slack refuses to delete: people are told of each, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from slackbridge.domain.model import TicketKey

log = structlog.get_logger(__name__)
Announce = Callable[[str, str, str], Awaitable[None]]
"""Says something of an account, once per id: account, id, mrkdwn."""

STAYS = (
    "🗑️ `{key}`: a message of the bridge should be gone, but Slack refuses to delete it "
    "({code}). It stays{where}; somebody whom the workspace lets delete it can do so by hand."
)


class KeptPosts:
    """Implements `slack.chat.OnKept`: nothing waits for such a message."""

    def __init__(self, announce: Announce) -> None:
        self._announce = announce

    async def __call__(self, key: TicketKey, channel: str, ts: str, code: str, link: str) -> None:
        """Slack certainly refused. Raises Later if Redis is away."""
        log.error("post.not_deletable", channel=channel, ts=ts, why=code)
        where = f": <{link}|the message>" if link else ""
        text = STAYS.format(key=key, code=code, where=where)
        await self._announce(key.account, f"kept:{channel}:{ts}", text)
