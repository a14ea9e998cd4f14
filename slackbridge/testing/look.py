"""Reading from a provider, for the contract suite and other tests. Needs no pytest."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from slackbridge.sdk import (
    Act,
    Author,
    Conversation,
    Kind,
    Provider,
    Ticket,
    Watches,
    digest,
    normalise,
    plain,
)
from slackbridge.testing.market import Market

TEXT = "Hello & <welcome>, it's 5 > 4 \N{EM DASH} \N{SNOWMAN}\n\nsecond line"
REPLY = Act(Kind.REPLY, TEXT)

Between = Callable[[int, tuple[Ticket, ...]], None]


def ids(tickets: Iterable[Ticket]) -> list[str]:
    return [ticket.key.id for ticket in tickets]


async def walk(provider: Provider, between: Between = lambda page, tickets: None) -> list[Ticket]:
    """All that a full walk lists; `between` is called after each page but the last."""
    found: list[Ticket] = []
    cursor, number = "", 0
    while True:
        page = await provider.list_active(cursor)
        found += page.tickets
        if not page.cursor:
            return found
        cursor, number = page.cursor, number + 1
        between(number, page.tickets)


async def ended(provider: Provider, since: float) -> list[Ticket]:
    """All ended tickets that a poll sees: beside the active ones, and in a list of their own."""
    pages, cursor, more = [await provider.list_active("")], "", True
    while pages[-1].cursor:
        pages.append(await provider.list_active(pages[-1].cursor))
    if provider.capabilities.recent_first:
        pages.append(await provider.list_recent())
    while isinstance(provider, Watches) and more:
        pages.append(await provider.list_ended(since, cursor))
        cursor, more = pages[-1].cursor, bool(pages[-1].cursor)
    return [ticket for page in pages for ticket in page.ended]


async def listed(market: Market, id: str) -> Ticket:
    return next(t for t in await walk(market.provider) if t.key.id == id)


def said(conversation: Conversation) -> list[tuple[Author, str]]:
    return [(m.author, normalise(plain(m.body))) for m in conversation.messages]


def echoes(conversation: Conversation, text: str) -> int:
    """How many agents' messages are recognised as this text."""
    agents = [m for m in conversation.messages if m.author is Author.AGENT]
    return sum(digest(plain(m.body)) == digest(text) for m in agents)
