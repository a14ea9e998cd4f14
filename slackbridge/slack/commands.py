"""What the slash command can be asked, as data: how each is typed, what it does, who answers it.

The help and the manifest's hint are made from this table.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from slackbridge.domain.asking import FIELDS, Queue
from slackbridge.ports.front_desk import Found, Lookup
from slackbridge.slack.blocks import command_answers
from slackbridge.slack.blocks.drawn import Drawn
from slackbridge.slack.chat import SlackChat


@dataclass(frozen=True, slots=True)
class Request:
    """`user` typed `text` after the slash command `name`; `rest` is what follows the first word."""

    name: str
    text: str
    user: str

    @property
    def verb(self) -> str:
        """The first word in lower case, '' if there is none."""
        return (self.text.lower().split() or [""])[0]

    @property
    def words(self) -> list[str]:
        return self.text.split()[1:]

    @property
    def rest(self) -> str:
        return "".join(self.text.split(maxsplit=1)[1:])


@dataclass(frozen=True, slots=True)
class Answerer:
    """Reads, and draws what was found."""

    chat: SlackChat
    lookup: Lookup

    async def look_up(self, asked: Request) -> Drawn:
        """A key, an order number or an e-mail address."""
        return self._tickets(asked, await self.lookup.find(asked.text.strip()))

    async def find(self, asked: Request) -> Drawn:
        return self._tickets(asked, await self.lookup.search(asked.rest))

    async def list(self, asked: Request) -> Drawn:
        member = await self.chat.member(asked.user)
        found = await self.lookup.queue(asked.rest, member)
        if not found.asked:
            return command_answers.said(found.notes)
        return command_answers.list_answer(found.cards, found.notes, self._links(found))

    async def stats(self, asked: Request) -> Drawn:
        return command_answers.said(await self.lookup.stats())

    async def why(self, asked: Request) -> Drawn:
        if not asked.words:
            return await self.help(asked)
        return command_answers.said(await self.lookup.why(asked.words[0]))

    async def help(self, asked: Request) -> Drawn:
        if asked.words and asked.words[0].lower() == "find":
            return command_answers.fields_answer(FIELDS, asked.name)
        return command_answers.help_answer(HELP, asked.name)

    def _tickets(self, asked: Request, found: Found) -> Drawn:
        if not found.asked:
            return command_answers.said(found.notes)
        hint = () if found.cards else (f"`{asked.name} help` tells what can be asked.",)
        links = self._links(found)
        return command_answers.ticket_answer(found.cards, found.notes + hint, links)

    def _links(self, found: Found) -> Mapping[str, str]:
        return {key: self.chat.link(*place) for key, place in found.threads.items()}


Answer = Callable[[Answerer, Request], Awaitable[Drawn]]
NEW = "new"  # the only one that opens a form, and so has no answer here


@dataclass(frozen=True, slots=True)
class Command:
    """One that begins with its name: its arguments, and what it does in our own mrkdwn."""

    arguments: str
    does: str
    answer: Answer | None = None


COMMANDS: Mapping[str, Command] = {
    "find": Command(
        "FIELD:… FIELD:…",
        f"searches, ended tickets too, by {', '.join(FIELDS)}; `help find` explains them",
        Answerer.find,
    ),
    "list": Command(
        f"[{'|'.join(Queue)}] [ACCOUNT] [FIELD:…]",
        "lists active tickets, or those that were solved or closed",
        Answerer.list,
    ),
    "stats": Command("", "shows the marketplaces' own figures", Answerer.stats),
    "why": Command("KEY", "tells which route sent it where", Answerer.why),
    NEW: Command("[ACCOUNT]", "opens a ticket with a customer, where the marketplace allows it"),
    "help": Command("[find]", "shows this, or what each field takes", Answerer.help),
}
HELP: tuple[tuple[str, str], ...] = (
    ("KEY", "shows a ticket, such as `refurbed-at:4711`"),
    ("ORDER", "shows the tickets of an order number"),
    ("E-MAIL", "shows the tickets of a customer"),
    *((f"{name} {one.arguments}".strip(), one.does) for name, one in COMMANDS.items()),
)
HINT = f"KEY, ORDER or E-MAIL | find FIELD:… | list [{'|'.join(Queue)}] | {NEW} | help"


async def answer(answerer: Answerer, asked: Request) -> Drawn:
    """The answer to whatever was typed. Raises ValueError in words, and the four failures."""
    if not asked.verb:
        return await answerer.help(asked)
    command = COMMANDS.get(asked.verb)
    return await (command.answer if command and command.answer else Answerer.look_up)(
        answerer, asked
    )
