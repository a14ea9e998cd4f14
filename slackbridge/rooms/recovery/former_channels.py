"""The channels in which our cards stand although no route names them any more.

Meets one fault: routes were changed, and an agent answers in an old thread while nobody listens,
perhaps in the very restart that changed them. Costs one call, and one for each such channel that
the bot is in, once in the life of a process.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from slackbridge.domain.chat import CARD
from slackbridge.domain.errors import Failure
from slackbridge.ports.archive import Archive

log = structlog.get_logger(__name__)


class FormerChannels:
    """`channels` are those configured. A channel counts if its latest messages show a card."""

    def __init__(self, archive: Archive, channels: Sequence[str]) -> None:
        self._archive = archive
        self._channels = frozenset(channels)
        self._found: tuple[str, ...] | None = None

    async def read(self) -> tuple[str, ...]:
        """Their ids; none while Slack does not tell. Raises nothing."""
        if self._found is None:
            try:
                self._found = await self._read()
            except Failure as failure:
                log.warning("channels.unknown", why=failure.loggable)
                return ()
        return self._found

    async def _read(self) -> tuple[str, ...]:
        others = [c for c in await self._archive.channels() if c not in self._channels]
        return tuple([c for c in others if await self._shows_cards(c)])

    async def _shows_cards(self, channel: str) -> bool:
        return any(post.mark.effect == CARD for post in await self._archive.latest(channel))
