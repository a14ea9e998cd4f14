"""What is read for an open modal: the customer's last message, and the order behind the ticket.

A trigger is good for three seconds, so a modal opens first and is updated when there is more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from slackbridge.domain.errors import Failure
from slackbridge.domain.model import Conversation, TicketKey
from slackbridge.ports.front_desk import Lookup, OrderLookup
from slackbridge.ports.signal import Spawn
from slackbridge.slack.blocks import order_views
from slackbridge.slack.blocks.block_kit import Block
from slackbridge.slack.chat import SlackChat

log = structlog.get_logger(__name__)
UNREAD = "The customer's last message cannot be read now: {}. It is in the thread."


@dataclass(frozen=True, slots=True)
class Beside:
    """`spawn` runs what goes on after Slack was answered."""

    _chat: SlackChat
    _lookup: Lookup
    _orders: OrderLookup
    _spawn: Spawn

    async def details(self, trigger: str, key: TicketKey) -> None:
        """Open the *Details* modal."""
        known = await self._orders.kept(key)
        place = self._lookup.provider(key.account)
        opened = await self._chat.open(trigger, order_views.details(key, place, known))
        if opened and known is None:
            self._spawn(self._fill_details(key, place, opened))

    async def reply(self, trigger: str, key: TicketKey, view: Callable[..., Block]) -> None:
        """Open a Reply modal; `view` draws it from `last`, `loading` and `beside`."""
        beside = order_views.line(await self._orders.kept(key))
        opened = await self._chat.open(trigger, view(last=None, loading=True, beside=beside))
        if opened:
            self._spawn(self._fill_reply(key, opened, view))

    async def _fill_details(self, key: TicketKey, place: str, view_id: str) -> None:
        answer = await self._orders.order(key)
        await self._show(key, view_id, order_views.details(key, place, answer))

    async def _fill_reply(self, key: TicketKey, view_id: str, view: Callable[..., Block]) -> None:
        """Slack keeps what was typed meanwhile."""
        told, unread = await self._conversation(key)
        last, known = told.last_words if told else None, await self._orders.kept(key)
        beside = unread or order_views.line(known)
        await self._show(key, view_id, view(last=last, loading=False, beside=beside))
        if told and known is None:
            beside = order_views.line(await self._orders.order(key, told.ticket))
            await self._show(key, view_id, view(last=last, loading=False, beside=beside))

    async def _conversation(self, key: TicketKey) -> tuple[Conversation | None, str]:
        """The ticket, or why it cannot be read, as a sentence of mrkdwn."""
        try:
            return await self._lookup.conversation(key), ""
        except Failure as failure:
            log.info("last_message.not_shown", ticket=str(key), why=failure.code)
            return None, UNREAD.format(failure.quoted.rstrip("."))

    async def _show(self, key: TicketKey, view_id: str, view: Mapping[str, Any]) -> None:
        """A modal that was closed meanwhile cannot be updated, which is no fault."""
        try:
            await self._chat.show("views.update", view, view_id=view_id)
        except Failure as failure:
            log.info("modal.not_updated", ticket=str(key), why=failure.code)
