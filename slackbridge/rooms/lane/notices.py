"""The pass of an account itself: tickets to open, and what the bridge has to say, each once."""

from __future__ import annotations

from slackbridge.domain.chat import words_effect
from slackbridge.domain.model import Kind
from slackbridge.domain.record import Change
from slackbridge.domain.view import Notice
from slackbridge.rooms.lane.poster import Poster
from slackbridge.rooms.lane.sender import Sender
from slackbridge.rooms.lane.settings import LaneSettings
from slackbridge.rooms.lane.ticket_pass import TicketPass


class Notices:
    """Works on the record of an account."""

    def __init__(self, sender: Sender, poster: Poster, settings: LaneSettings) -> None:
        self._sender = sender
        self._poster = poster
        self._settings = settings

    async def run(self, pass_: TicketPass) -> None:
        """One pass. Raises the four failures."""
        await self._sender.run(pass_)
        if not await self._poster.settle(pass_):
            return
        await self._poster.receipts(pass_, self._settings.channel)
        for intent in pass_.intents:
            if intent.kind is not Kind.NOTICE or intent.receipt.ts:
                continue
            item = Notice(
                pass_.key.account,
                intent.text,
                intent.fields.get("button", ""),
                intent.fields.get("label", ""),
            )
            channel = intent.channel or self._settings.ops_channel or self._settings.channel
            await self._poster.post(pass_, channel, "", words_effect(intent.id), item, live=True)
        past = pass_.now() - self._settings.retention
        if old := tuple(i.id for i in pass_.intents if i.state.settled and i.created < past):
            await pass_.write(Change(forget=old))
