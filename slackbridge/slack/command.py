"""The slash command: looks tickets up and answers only the asker, within three seconds.

A slow marketplace does not hold the answer: what is known after two seconds is said at once, the
rest follows through `response_url`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk.webhook.async_client import AsyncWebhookClient

from slackbridge import search
from slackbridge.errors import Failure
from slackbridge.front import Found, FrontDesk, Lookup
from slackbridge.model import QUERY_FIELDS, TicketKey
from slackbridge.slack import answers
from slackbridge.slack.actions import Actions, Spawn
from slackbridge.slack.cards import Drawn
from slackbridge.slack.chat import SlackChat

log = structlog.get_logger(__name__)
AT_ONCE_SECONDS = 2.0
LISTS = ("open", "mine", "overdue")
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


class Command:
    """`/ticket`: reads; `new` only opens a form."""

    def __init__(
        self, chat: SlackChat, desk: FrontDesk, lookup: Lookup, actions: Actions, spawn: Spawn
    ) -> None:
        self._chat = chat
        self._desk = desk
        self._lookup = lookup
        self._actions = actions
        self._spawn = spawn

    async def run(self, ack: Any, command: dict[str, Any]) -> None:
        """Answer, or say that the answer follows."""
        user = str(command["user_id"])
        if why := await self._desk.refused(user):
            await ack(text=why, response_type="ephemeral")
            return
        name, text = str(command["command"]), str(command.get("text") or "")
        if text.lower().split()[:1] == ["new"]:
            trigger = str(command.get("trigger_id") or "")
            await ack(text=await self._new(text.split()[1:], user, trigger))
            return
        asked = asyncio.ensure_future(self._answer(name, text, user))
        done, _ = await asyncio.wait({asked}, timeout=AT_ONCE_SECONDS)
        if done:
            drawn = asked.result()
            await ack(text=drawn.text, blocks=drawn.blocks, response_type="ephemeral")
            return
        await ack(text="A marketplace is slow to answer; one moment…", response_type="ephemeral")
        self._spawn(self._follow(asked, str(command.get("response_url") or "")))

    async def _follow(self, asked: asyncio.Future[Drawn], url: str) -> None:
        drawn = await asked
        if url:
            await AsyncWebhookClient(url, session=self._chat.client.web.session).send(
                text=drawn.text,
                blocks=drawn.blocks,
                response_type="ephemeral",
                replace_original=True,
            )

    async def _answer(self, name: str, text: str, user: str) -> Drawn:
        words = text.split()
        if not words or words[0].lower() == "help" or text.strip().lower() == "why":
            return answers.help_answer(HELP, name)
        try:
            if words[0].lower() == "list":
                return await self._list(words[1:], user)
            if words[0].lower() == "stats":
                return answers.said(await self._lookup.stats())
            if words[0].lower() == "why":
                return answers.said(await self._lookup.why(words[1]))
            if words[0].lower() == "find":
                found = await self._lookup.search(search.query(text.strip()[4:]))
            else:
                found = await self._lookup.find(text.strip())
            hint = () if found.cards else (f"`{name} help` tells what can be asked.",)
            return answers.ticket_answer(found.cards, found.notes + hint, self._links(found))
        except ValueError as error:
            return answers.said([str(error)])
        except Failure as failure:
            return answers.said([f"That could not be looked up: {failure.quoted}."])

    async def _list(self, words: list[str], user: str) -> Drawn:
        which = words[0].lower() if words else "open"
        if which not in LISTS:
            return answers.said([f"There is no such list; there are {', '.join(LISTS)}."])
        found = await self._lookup.queue(which, await self._chat.member(user))
        return answers.list_answer(found.cards, found.notes, self._links(found))

    async def _new(self, words: list[str], user: str, trigger: str) -> str:
        """Open the form of a new ticket. Why not, in words for the person; '' if it opened."""
        makers = self._lookup.makers()
        if not makers:
            return "No marketplace here lets a seller open a ticket."
        account = (words or [*makers] * (len(makers) == 1) or [""])[0]
        if account not in makers:
            return f"Say for which account: {', '.join(f'`new {name}`' for name in makers)}."
        key = TicketKey.of_account(account)
        return await self._actions.begin(key, user, makers[account], trigger)

    def _links(self, found: Found) -> Mapping[str, str]:
        return {key: self._chat.link(*place) for key, place in found.threads.items()}
