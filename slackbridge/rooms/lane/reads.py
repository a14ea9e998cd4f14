"""What was read of tickets: what can be used once more, and what is too old to be believed."""

from __future__ import annotations

import structlog

from slackbridge.domain.errors import Code, Failure, Later, other_ticket
from slackbridge.domain.model import Conversation
from slackbridge.ports.provider import Provider
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules.freshness import Freshness, freshness

log = structlog.get_logger(__name__)
KEPT = 1_000  # a back-fill comes back to each of its tickets once a round
KEPT_SECONDS = 300.0
DIFFERING = 5  # reads that differ from the list at the same time, before one counts


async def read(pass_: TicketPass, provider: Provider) -> Conversation:
    """The ticket of the pass, and no other."""
    try:
        async with pass_.held():
            return own(pass_, await provider.get(pass_.key.id), write=False)
    except Failure as failure:
        pass_.heed(failure)
        raise


def own(pass_: TicketPass, conversation: Conversation, *, write: bool) -> Conversation:
    """What was answered, if it is about the ticket of the pass; else raises `other_ticket`.

    Every adapter compares, too; but what one of them misses would show a customer's words in the
    thread of another.
    """
    if conversation.ticket.key != pass_.key:
        raise other_ticket("the marketplace", write=write)
    return conversation


class PendingReads:
    """What a pass read but could not show whole, for the next pass of this process.

    Good for some minutes, while the poll sees no change and nothing of ours changes the ticket
    (`unread_at`).
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str | None, float, float, Conversation]] = {}

    def keep(self, pass_: TicketPass, conversation: Conversation) -> None:
        """Keep it until it is forgotten, or there are too many."""
        *_, at, kept = self._kept.pop(pass_.key.id, (None, 0.0, 0.0, None))
        at = at if kept is conversation else pass_.now()
        self._kept[pass_.key.id] = (pass_.seen, pass_.stored.unread_at, at, conversation)
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]

    def of(self, pass_: TicketPass) -> Conversation | None:
        """The ticket as an earlier pass read it; None if it must be read again."""
        seen, unread, at, conversation = self._kept.get(pass_.key.id, (None, 0.0, 0.0, None))
        polled = seen is not None and seen == pass_.seen
        unchanged = polled and unread == pass_.stored.unread_at
        return conversation if unchanged and pass_.now() - at < KEPT_SECONDS else None

    def forget(self, pass_: TicketPass) -> None:
        self._kept.pop(pass_.key.id, None)


class ReadJudge:
    """Tells whether a read shows at least what the list saw."""

    def __init__(self) -> None:
        self._differed: dict[str, tuple[str, int]] = {}

    def doubt(self, pass_: TicketPass, conversation: Conversation) -> Later | None:
        """Why the ticket must be read again; None for a read that counts.

        The rows of some marketplace's list may always differ from its tickets; so a read that is
        certainly not older counts in the end.
        """
        read = conversation.ticket.revision
        found = freshness(read, pass_.seen)
        if found is Freshness.FRESH:
            self._differed.pop(pass_.key.id, None)
            return None
        if found is Freshness.DIFFERS and self._often(pass_):
            log.warning("ticket.list_differs")
            return None
        return Later("the marketplace showed the ticket as it was before", 0.5, code=Code.STALE)

    def _often(self, pass_: TicketPass) -> bool:
        listed = pass_.seen or ""
        before, times = self._differed.pop(pass_.key.id, ("", 0))
        times = times + 1 if before == listed else 1
        if times > DIFFERING:
            return True
        self._differed[pass_.key.id] = (listed, times)
        if len(self._differed) > KEPT:
            del self._differed[next(iter(self._differed))]
        return False
