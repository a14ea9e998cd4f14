"""The slash command: looks tickets up and answers only the asker, within three seconds.

An answer that takes longer than two seconds follows through `response_url`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from slack_sdk.webhook.async_client import AsyncWebhookClient

from slackbridge.domain.errors import Failure
from slackbridge.domain.model import QUERY_FIELDS, TicketKey
from slackbridge.ports.front_desk import Found, FrontDesk, Lookup, Queue
from slackbridge.ports.signal import Spawn
from slackbridge.slack.actions import Actions
from slackbridge.slack.blocks import command_answers
from slackbridge.slack.blocks.drawn import Drawn
from slackbridge.slack.chat import SlackChat

AT_ONCE_SECONDS = 2.0
HELP: tuple[tuple[str, str], ...] = (
    ("KEY", "shows a ticket, such as `refurbed-at:4711`"),
    ("ORDER", "shows the tickets of an order number"),
    ("E-MAIL", "shows the tickets of a customer"),
    (f"find {QUERY_FIELDS[0]}:… {QUERY_FIELDS[1]}:…", f"searches by {', '.join(QUERY_FIELDS)}"),
    ("list [open|mine|overdue]", "lists active tickets"),
    ("stats", "shows the marketplaces' own figures"),
    ("why KEY", "tells which route sent it where"),
    ("new [ACCOUNT]", "opens a ticket with a customer, where the marketplace allows it"),
    ("help", "shows this"),
)


class Verb(StrEnum):
    """The first word; any other text is looked up."""

    FIND = "find"
    LIST = "list"
    STATS = "stats"
    WHY = "why"
    NEW = "new"
    HELP = "help"


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
        name, text = str(command["command"]), str(command.get("text") or "")
        if _verb(text) == Verb.NEW:
            trigger = str(command.get("trigger_id") or "")
            await ack(text=await self._new(name, text.split()[1:], user, trigger))
            return
        asked = asyncio.ensure_future(self._answer(name, text, user))
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

    async def _answer(self, name: str, text: str, user: str) -> Drawn:
        verb, words = _verb(text), text.split()[1:]
        if verb in ("", Verb.HELP) or (verb == Verb.WHY and not words):
            return command_answers.help_answer(HELP, name)
        try:
            if verb == Verb.LIST:
                return await self._list(words, user)
            if verb == Verb.STATS:
                return command_answers.said(await self._lookup.stats())
            if verb == Verb.WHY:
                return command_answers.said(await self._lookup.why(words[0]))
            if verb == Verb.FIND:
                found = await self._lookup.search(text.strip()[len(verb) :])
            else:
                found = await self._lookup.find(text.strip())
            if not found.asked:
                return command_answers.said(found.notes)
            hint = () if found.cards else (f"`{name} help` tells what can be asked.",)
            links = self._links(found)
            return command_answers.ticket_answer(found.cards, found.notes + hint, links)
        except ValueError as error:
            return command_answers.said([str(error)])
        except Failure as failure:
            return command_answers.said([f"That could not be looked up: {failure.quoted}."])

    async def _list(self, words: list[str], user: str) -> Drawn:
        which = words[0].lower() if words else Queue.OPEN
        if which not in set(Queue):
            return command_answers.said([f"There is no such list; there are {', '.join(Queue)}."])
        found = await self._lookup.queue(Queue(which), await self._chat.member(user))
        return command_answers.list_answer(found.cards, found.notes, self._links(found))

    async def _new(self, name: str, words: list[str], user: str, trigger: str) -> str:
        """Open the form of a new ticket. Why not, in words for the person; '' if it opened."""
        makers = self._lookup.makers()
        if not makers:
            return "No marketplace here lets a seller open a ticket."
        account = (words or [*makers] * (len(makers) == 1) or [""])[0]
        if account not in makers:
            return f"Say for which account: {', '.join(f'`{name} new {each}`' for each in makers)}."
        key = TicketKey.of_account(account)
        return await self._actions.begin(key, user, makers[account], trigger)

    def _links(self, found: Found) -> Mapping[str, str]:
        return {key: self._chat.link(*place) for key, place in found.threads.items()}


def _verb(text: str) -> str:
    """The first word in lower case, '' if there is none."""
    return (text.lower().split() or [""])[0]
