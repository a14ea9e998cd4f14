"""Posts that stand in a thread but not in its record.

Meets one fault: a Redis server that was restarted or promoted may have lost the last moments of
the one before, without saying so. Before the first post in a thread since then, the thread is read
for our marks. Posts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import structlog

from slackbridge.domain.chat import words_effect
from slackbridge.domain.intent import Intent
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import Change
from slackbridge.ports.chat import Chat
from slackbridge.ports.store import Store
from slackbridge.rooms.lane.ticket_pass import RecordChanged, TicketPass
from slackbridge.rules.next_post import not_recorded
from slackbridge.rules.receipt import placed

log = structlog.get_logger(__name__)
REMEMBERED = 10_000  # tickets; beyond that, threads are read once more


class UnrecordedPosts:
    """Implements `lane.poster.PostCheck`. Remembers the threads read in this server epoch."""

    def __init__(self, store: Store, chat: Chat) -> None:
        self._store = store
        self._chat = chat
        self._checked: dict[TicketKey, float] = {}

    async def check(self, pass_: TicketPass, channel: str, thread: str) -> None:
        """Raises RecordChanged if a post was not recorded (it is now), or the epoch is another."""
        if pass_.epoch != self._store.server_epoch():
            raise RecordChanged  # the pass began with the record of the server before
        if self._checked.get(pass_.key) == pass_.epoch:
            return
        async with pass_.held():
            standing = await self._chat.standing(channel, thread, pass_.key)
        put = not_recorded(pass_.stored, standing)
        swaps = unrecorded_words(pass_.intents, standing)
        if put or swaps:
            log.warning("posts.not_recorded", posts=len(put) + len(swaps))
            await pass_.write(Change(put=put, swaps=swaps))
        self.recorded(pass_)
        if put or swaps:
            raise RecordChanged

    def recorded(self, pass_: TicketPass) -> None:
        """From now on all that stands in the thread is in the record."""
        if len(self._checked) > REMEMBERED:
            self._checked.clear()
        self._checked[pass_.key] = pass_.epoch


def unrecorded_words(
    intents: Sequence[Intent], standing: Iterable[tuple[str, str]], channel: str = ""
) -> tuple[tuple[Intent, Intent], ...]:
    """Swaps for the intents whose words stand in Slack but are not recorded.

    `standing` has effects and their ts, oldest first; of words that stand twice the older counts.
    """
    stands = dict(reversed(list(standing)))
    return tuple(
        (i, placed(i, stands[words_effect(i.id)], channel))
        for i in intents
        if not i.receipt.ts and words_effect(i.id) in stands
    )
