"""Which ticket a thread belongs to. A mapping never changes, so it is cached without expiry."""

from __future__ import annotations

from slackbridge.domain.model import TicketKey
from slackbridge.ports.store import Store

ROOM = 50_000


class ThreadMap:
    """Asks the store once per thread of a ticket, and each time for any other thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, str], TicketKey] = {}

    async def ticket(self, channel: str, root: str) -> TicketKey | None:
        """The ticket of the thread below `root`, if it is one's."""
        place = (channel, root)
        key = self._known.get(place)
        if key is None and (key := await self._store.ticket_of(*place)) is not None:
            if len(self._known) >= ROOM:
                self._known.clear()
            self._known[place] = key
        return key
