"""The pass of an account itself: tickets to open, and what the bridge has to say, each once."""

from __future__ import annotations

import structlog

from slackbridge.domain.chat import words_effect
from slackbridge.domain.errors import Rejected, Unauthorized
from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Kind
from slackbridge.domain.record import Change
from slackbridge.domain.view import Notice
from slackbridge.ports.chat import Chat
from slackbridge.ports.store import Store
from slackbridge.rooms.lane.incident import Incident
from slackbridge.rooms.lane.poster import Poster
from slackbridge.rooms.lane.sender import Sender
from slackbridge.rooms.lane.settings import LaneSettings
from slackbridge.rooms.lane.ticket_pass import TicketPass

log = structlog.get_logger(__name__)


class Notices:
    """Works on the record of an account."""

    def __init__(
        self, store: Store, chat: Chat, sender: Sender, poster: Poster, settings: LaneSettings
    ) -> None:
        self._sender = sender
        self._poster = poster
        self._settings = settings
        self._incident = Incident(store, chat, poster, settings)

    async def run(self, pass_: TicketPass) -> bool:
        """One pass; returns whether it came to its end. Raises the four failures."""
        await self._sender.run(pass_)
        if not await self._poster.settle(pass_):
            return False
        await self._poster.receipts(pass_, self._settings.channel)
        await self._incident.keep(pass_)
        for intent in pass_.intents:
            if intent.kind is Kind.NOTICE and not intent.receipt.ts and intent.text:
                await self._post(pass_, intent)
        past = pass_.now() - self._settings.retention
        if old := tuple(i.id for i in pass_.intents if i.state.settled and i.created < past):
            await pass_.write(Change(forget=old))
        return True

    async def _post(self, pass_: TicketPass, intent: Intent) -> None:
        """Post a notice where it belongs, or else in the next place that takes it.

        Raises what the last place said. It stays to be posted, and the Home tab shows it.
        """
        button, label = intent.fields.get("button", ""), intent.fields.get("label", "")
        item = Notice(pass_.key.account, intent.text, button, label)
        refused: Rejected | None = None
        for channel in self._settings.notice_channels(intent.channel):
            try:
                effect = words_effect(intent.id)
                await self._poster.post(pass_, channel, "", effect, item, live=True)
            except Unauthorized:
                raise  # Slack refuses us everywhere
            except Rejected as failure:
                log.warning("notice.refused", channel=channel, why=failure.code)
                refused = failure
            else:
                await self._incident.posted(pass_, intent)
                return
        if refused is not None:
            raise refused
