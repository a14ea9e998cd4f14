"""Reads one page of a channel's history and marks its threads that were answered."""

from __future__ import annotations

from collections.abc import Callable

from slackbridge.domain.roots import Place, RootsPage
from slackbridge.ports.chat import Chat
from slackbridge.ports.store import Store
from slackbridge.rooms.inbound.desk import InboundDesk

IsNew = Callable[[str, float], bool]


class ChannelPages:
    """A page that fails is read once more as a whole: marking a thread twice costs nothing."""

    def __init__(self, store: Store, chat: Chat, desk: InboundDesk) -> None:
        self._store = store
        self._chat = chat
        self._desk = desk

    async def read(self, channel: str, oldest: float, place: Place, new: IsNew) -> RootsPage:
        """Mark the threads for which `new(root, time of the last reply)` is true, the newest
        reply first. Raises Later, also for our own rate limit, and Rejected.
        """
        page = await self._chat.roots(channel, oldest, place)
        for root, answered in sorted(page.threads, key=lambda thread: -thread[1]):
            if new(root, answered) and (key := await self._store.ticket_of(channel, root)):
                await self._desk.look_again(key)
        return page
