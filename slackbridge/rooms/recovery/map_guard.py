"""Whether Redis holds the map of the threads that stand in Slack.

Meets one fault: Redis was emptied, or another one is configured. Without the map every ticket would
get a second thread, so a bridge does not start without it, and ends when it is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from slackbridge.domain.chat import CARD
from slackbridge.domain.errors import Failure, Rejected
from slackbridge.ports.archive import Archive
from slackbridge.ports.store import REBUILDING, Store

log = structlog.get_logger(__name__)
STRANGE = (
    "Slack shows tickets of these accounts, but Redis holds nothing of them. Name the Redis that "
    "does; if its data is lost, run `slackbridge rebuild` first."
)
UNFINISHED = "`slackbridge rebuild` was begun and has not come to its end: run it again first."
EMPTIED = "Redis was emptied while the bridge ran. Run `slackbridge rebuild`, then start it."


class MapGuard:
    """`emptied` is set once the map is gone; it does not come back by itself."""

    def __init__(
        self, store: Store, archive: Archive, channels: Sequence[str], accounts: Sequence[str]
    ) -> None:
        self._store = store
        self._archive = archive
        self._channels = channels
        self._accounts = accounts
        self._silent = False
        self.emptied = asyncio.Event()

    async def refusal(self) -> str:
        """Why a bridge must not begin on this store, in words; '' if it may."""
        state = await self._store.map_began()
        if state == REBUILDING:
            return UNFINISHED
        if state:
            return ""
        stands = False
        for channel in await self._places():
            for post in await self._archive.latest(channel):
                if post.mark.effect == CARD and post.mark.key.account in self._accounts:
                    stands = True
                    if await self._store.ticket_of(channel, post.ts):
                        return ""  # kept by an early version, which did not say when it began
        # Another process may have begun its map meanwhile.
        return STRANGE if stands and not await self._store.map_began() else ""

    async def _places(self) -> list[str]:
        """The channels configured, and those that routes may have named once."""
        try:
            found = await self._archive.channels()
        except Rejected as failure:
            log.warning("channels.unknown", why=failure.code)
            found = ()
        return list(dict.fromkeys((*self._channels, *found)))

    async def begin(self) -> None:
        """Say that a bridge keeps its map here from now on."""
        if not await self._store.map_began():
            await self._store.begin_map(f"{self._store.now():.0f}")

    async def intact(self) -> bool:
        """Whether Redis certainly holds the map: nothing can be done while it does not answer."""
        try:
            if await self._store.map_began() in ("", REBUILDING):
                self.emptied.set()
        except Failure as failure:
            if not self._silent:
                log.warning("redis.silent", why=failure.loggable)
            self._silent = True
            return False
        self._silent = False
        return not self.emptied.is_set()
