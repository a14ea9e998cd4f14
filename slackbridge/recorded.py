"""Whether all that stands in a thread is recorded.

A server of Redis that is new to us may have forgotten its predecessor's last moments, and never
says so. Before the first post in a thread since then, the thread is read for our marks. It posts
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import structlog

from slackbridge.intent import Intent
from slackbridge.mirror import not_recorded, words_effect
from slackbridge.model import TicketKey
from slackbridge.ports import Change, Chat, Store
from slackbridge.receipt import placed
from slackbridge.work import Again, Work

log = structlog.get_logger(__name__)
KNOWN = 10_000  # tickets; the threads of those that are dropped are read once more


class Recorded:
    """Remembers which threads it has looked into since it met the server."""

    def __init__(self, store: Store, chat: Chat) -> None:
        self._store = store
        self._chat = chat
        self._sure: dict[TicketKey, float] = {}

    async def check(self, work: Work, channel: str, thread: str) -> None:
        """Raises Again where something was not recorded (it is now), or the server is another."""
        if work.since != self._store.since():
            raise Again  # what the pass knows is of the one before
        if self._sure.get(work.key) == work.since:
            return
        standing = await self._chat.standing(channel, thread, work.key)
        put = not_recorded(work.shown, standing)
        swaps = words(work.intents, standing)
        if put or swaps:
            log.warning("posts were forgotten", ticket=str(work.key), posts=len(put) + len(swaps))
            await work.write(Change(put=put, swaps=swaps))
        self.sure(work)
        if put or swaps:
            raise Again

    def sure(self, work: Work) -> None:
        """From here on, whatever stands in its thread is recorded by the server that it is of."""
        if len(self._sure) > KNOWN:
            self._sure.clear()
        self._sure[work.key] = work.since


def words(
    intents: Sequence[Intent], standing: Iterable[tuple[str, str]]
) -> tuple[tuple[Intent, Intent], ...]:
    """Intents of which words stand, although none are recorded: as they are, and as they shall be.

    `standing` has effects and their ts, oldest first.
    """
    stands = dict(reversed(list(standing)))
    return tuple(
        (i, placed(i, stands[words_effect(i.id)]))
        for i in intents
        if not i.receipt.ts and words_effect(i.id) in stands
    )
