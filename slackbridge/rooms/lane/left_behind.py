"""Removes notices that are out of date in channels where nobody could write."""

from __future__ import annotations

import structlog

from slackbridge.domain.errors import Failure, Rejected, Unauthorized
from slackbridge.domain.intent import Intent
from slackbridge.domain.record import Change
from slackbridge.domain.refusal import Cause
from slackbridge.domain.view import Form, Notice
from slackbridge.ports.chat import Chat
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules import incident

log = structlog.get_logger(__name__)
AGAIN_SECONDS = 600.0


class LeftBehind:
    """Works on the record of an account, one call for each notice every ten minutes or so."""

    def __init__(self, chat: Chat, again: float) -> None:
        self._chat = chat
        self._again = min(again * 10, AGAIN_SECONDS)

    async def clear(self, pass_: TicketPass) -> None:
        """Remove those whose time has come. Raises Unauthorized."""
        for intent in incident.left_behind(pass_.intents):
            if pass_.now() < intent.receipt.redo:
                pass_.wake_at(intent.receipt.redo)
            elif await self._removed(pass_, intent):
                await pass_.write(Change(forget=(intent.id,)))
            else:
                again = pass_.now() + self._again
                tried = intent.receipt.model_copy(update={"redo": again})
                await pass_.swap(intent, intent.but(receipt=tried))
                pass_.wake_at(again)

    async def _removed(self, pass_: TicketPass, intent: Intent) -> bool:
        """Whether nothing false stands there any more, or nothing can be done about it."""
        place = intent.channel, intent.receipt.ts
        moved = Notice(pass_.key.account, incident.moved(pass_.key.account))
        try:
            if not await self._chat.delete(*place, pass_.key):
                await self._chat.edit(*place, moved, Form.RICH)  # Slack lets nobody delete it
        except Unauthorized:
            raise
        except Rejected as failure:
            if failure.refusal is not None and failure.refusal.cause is Cause.CLOSED:
                return False
            log.warning("notice.out_of_date", channel=intent.channel, why=failure.code)
        except Failure:
            return False
        return True
