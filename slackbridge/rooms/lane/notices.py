"""The pass of an account itself: tickets to open, and what the bridge has to say, each once."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from slackbridge.domain.chat import words_effect
from slackbridge.domain.errors import Rejected, Unauthorized
from slackbridge.domain.intent import Intent
from slackbridge.domain.record import Change, Patch
from slackbridge.domain.view import Notice
from slackbridge.ports.chat import Chat
from slackbridge.ports.store import Store
from slackbridge.rooms.lane.incident import Incident
from slackbridge.rooms.lane.left_behind import LeftBehind
from slackbridge.rooms.lane.poster import Poster
from slackbridge.rooms.lane.sender import Sender
from slackbridge.rooms.lane.settings import LaneSettings
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules import incident, notice

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
        self._left_behind = LeftBehind(chat, settings.retry_max)
        self._in_no_channel: set[str] = set()  # the log says so once

    async def run(self, pass_: TicketPass) -> bool:
        """One pass; returns whether it came to its end. Raises the four failures.

        What one place refuses keeps nothing from another: it is raised in the end.
        """
        await self._sender.run(pass_)
        if not await self._settled(pass_):
            return False
        refused = await self._receipts(pass_)
        about = await self._incident.keep(pass_)
        await self._forget(pass_)
        under_way = incident.under_way(pass_.intents)
        for intent in [intent for intent in pass_.intents if notice.waits(intent)]:
            of_channels = about if under_way is not None and intent.id == under_way.id else ()
            refused = await self._post(pass_, intent, of_channels) or refused
        await self._left_behind.clear(pass_)
        if refused is not None:
            raise refused
        waiting = {intent.id for intent in pass_.intents if notice.waits(intent)}
        self._in_no_channel &= waiting
        if waiting:
            pass_.wake_at(pass_.now() + self._settings.retry_max)
        return True

    async def _settled(self, pass_: TicketPass) -> bool:
        """Whether no post is open. One in a channel that cannot be read any more is given up.

        A second notice is better than none of all that follow.
        """
        try:
            return await self._poster.settle(pass_)
        except Unauthorized:
            raise
        except Rejected as failure:
            log.warning("notice.unsettled", why=failure.code)
            await pass_.write(Change(put=Patch(open_post=None)))
            return True

    async def _receipts(self, pass_: TicketPass) -> Rejected | None:
        """What is said of intents that belong to no ticket; why the main channel refuses it."""
        try:
            await self._poster.receipts(pass_, self._settings.channel)
        except Unauthorized:
            raise
        except Rejected as failure:
            return failure
        return None

    async def _forget(self, pass_: TicketPass) -> None:
        """What is over, and what is too old; a list that is kept up to date is neither."""
        past = pass_.now() - self._settings.retention
        kept = incident.under_way(pass_.intents)
        over = notice.over(pass_.intents)
        old = tuple(
            i.id
            for i in pass_.intents
            if i.id in over or (i.state.settled and i.created < past and i is not kept)
        )
        if old:
            await pass_.write(Change(forget=old))

    async def _post(
        self, pass_: TicketPass, intent: Intent, about: Collection[str]
    ) -> Rejected | None:
        """Post a notice where it belongs, or else in the next place that takes it.

        Returns what the last place said. It stays to be posted, and the Home tab shows it.
        """
        button, label = intent.fields.get("button", ""), intent.fields.get("label", "")
        item = Notice(pass_.key.account, intent.text, button, label)
        refused: Rejected | None = None
        for channel in self._settings.notice_channels(intent.channel, about):
            try:
                effect = words_effect(intent.id)
                await self._poster.post(pass_, channel, "", effect, item, live=True)
            except Unauthorized:
                raise  # Slack refuses us everywhere
            except Rejected as failure:
                log.warning(
                    "notice.refused", channel=channel, why=failure.code, remedy=failure.remedy
                )
                refused = failure
            else:
                await self._incident.posted(pass_, intent)
                return None
        if intent.id not in self._in_no_channel:
            log.error("notice.in_no_channel", notice=intent.id)
        self._in_no_channel.add(intent.id)
        return refused
