"""The files of a reply: fetched from Slack right before the attempt, and never kept."""

from __future__ import annotations

import structlog

from slackbridge.domain.errors import Rejected
from slackbridge.domain.files import File, FileLimits
from slackbridge.domain.intent import Intent
from slackbridge.ports.files import SharedFiles
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules import attaching

log = structlog.get_logger(__name__)
Files = tuple[File, ...]


class ReplyFiles:
    """Fetches them for one account; `limits` are what its marketplace takes (None = none)."""

    def __init__(self, shared: SharedFiles | None, limits: FileLimits | None) -> None:
        self._shared = shared
        self._limits = limits

    async def of(self, pass_: TicketPass, intent: Intent) -> Files:
        """The files with their bytes. Raises Later and Rejected: nothing was sent.

        What Slack told when the message was written may be wrong, so the limits count again.
        """
        if not intent.files or not intent.kind.speaks:
            return ()
        if self._shared is None or self._limits is None:
            raise Rejected("the marketplace takes no files")
        shared, most = self._shared, self._limits.max_bytes
        async with pass_.held():
            found = [await shared.fetch(file, most) for file in intent.files]
        if why := attaching.too_much(found, self._limits):
            raise Rejected(_clause(why))
        log.info("reply.files_fetched", intent=intent.id, count=len(found))
        return tuple(found)


def _clause(sentence: str) -> str:
    """A sentence as a part of another; names of files are code in it, which reasons are not."""
    return sentence.replace("`", "“", 1).replace("`", "”", 1).rstrip(".")
