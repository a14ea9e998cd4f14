"""The channels in which our cards stand although no route names them any more.

Meets one fault: routes were changed, and an agent answers in an old thread while nobody listens,
perhaps in the very restart that changed them. Costs one call, and one for each such channel that
the bot is in, once in the life of a process.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from slackbridge.domain.chat import CARD
from slackbridge.domain.errors import Rejected
from slackbridge.ports.archive import Archive

log = structlog.get_logger(__name__)


class FormerChannels:
    """`channels` are those configured. A channel counts if its latest messages show a card."""

    def __init__(self, archive: Archive, channels: Sequence[str]) -> None:
        self._archive = archive
        self._channels = frozenset(channels)
        self._listed: tuple[str, ...] | None = None
        self._shows: dict[str, bool] = {}

    async def read(self) -> tuple[str, ...]:
        """Their ids; none if the app may not ask. Raises Later; asks nothing twice."""
        try:
            if self._listed is None:
                self._listed = await self._archive.channels()
        except Rejected as failure:
            log.warning("channels.unknown", why=failure.loggable)
            return ()
        for channel in self._listed:
            if channel not in self._shows and channel not in self._channels:
                self._shows[channel] = await self._shows_cards(channel)
        return tuple(channel for channel, shows in self._shows.items() if shows)

    async def _shows_cards(self, channel: str) -> bool:
        return any(post.mark.effect == CARD for post in await self._archive.latest(channel))
