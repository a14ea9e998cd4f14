"""The slash command: looks tickets up and answers only the asker, within three seconds.

An answer that takes longer than two seconds follows through `response_url`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.webhook.async_client import AsyncWebhookClient

from slackbridge.domain.errors import Failure
from slackbridge.domain.model import TicketKey
from slackbridge.ports.front_desk import FrontDesk, Lookup
from slackbridge.ports.signal import Spawn
from slackbridge.slack.actions import Actions
from slackbridge.slack.blocks import command_answers
from slackbridge.slack.blocks.drawn import Drawn
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.commands import NEW, Answerer, Request, answer

AT_ONCE_SECONDS = 2.0
NO_FORM = (
    "The form could not be opened, and no ticket was: {}. Try `{}` again; if that fails, too, open "
    "the ticket at the marketplace."
)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Command:
    """Reads; `new` only opens a form. Texts name the command as the person has typed it."""

    _chat: SlackChat
    _desk: FrontDesk
    _lookup: Lookup
    _actions: Actions
    _spawn: Spawn

    async def run(self, ack: Any, command: dict[str, Any]) -> None:
        """Answer within three seconds, or say that the answer follows."""
        user = str(command["user_id"])
        if why := await self._desk.refused(user):
            await ack(text=why, response_type="ephemeral")
            return
        asked_for = Request(str(command["command"]), str(command.get("text") or ""), user)
        if asked_for.verb == NEW:
            trigger = str(command.get("trigger_id") or "")
            await ack(text=await self._new(asked_for, trigger))
            return
        asked = asyncio.ensure_future(self._answer(asked_for))
        done, _ = await asyncio.wait({asked}, timeout=AT_ONCE_SECONDS)
        if done:
            await ack(**asked.result().content, response_type="ephemeral")
            return
        await ack(text="A marketplace is slow to answer; one moment…", response_type="ephemeral")
        self._spawn(self._follow(asked, str(command.get("response_url") or "")))

    async def _follow(self, asked: asyncio.Future[Drawn], url: str) -> None:
        drawn = await asked
        if url:
            webhook = AsyncWebhookClient(url, session=self._chat.client.web.session)
            await webhook.send(**drawn.content, response_type="ephemeral", replace_original=True)

    async def _answer(self, asked: Request) -> Drawn:
        try:
            return await answer(Answerer(self._chat, self._lookup), asked)
        except ValueError as error:
            return command_answers.said([str(error)])
        except Failure as failure:
            return command_answers.said([f"That could not be looked up: {failure.quoted}."])

    async def _new(self, asked: Request, trigger: str) -> str:
        """Open the form of a new ticket. Why not, in words for the person; '' if it opened."""
        makers = self._lookup.makers()
        if not makers:
            return "No marketplace here lets a seller open a ticket."
        account = (asked.words or [*makers] * (len(makers) == 1) or [""])[0]
        if account not in makers:
            each = ", ".join(f"`{asked.name} {NEW} {one}`" for one in makers)
            lacks = self._lookup.can(account) is not None
            why = f"The marketplace of {account} lets no seller open a ticket. " if lacks else ""
            return f"{why}Say for which account: {each}."
        key = TicketKey.of_account(account)
        try:
            return await self._actions.begin(key, asked.user, makers[account], trigger)
        except Failure as failure:
            log.warning("form.refused", why=failure.code)
            return NO_FORM.format(failure.quoted, f"{asked.name} {NEW} {account}")
