"""Answers one person's questions about tickets. Reads marketplaces side by side, changes nothing.

An account that is slow or down delays no other; it is named in the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from slackbridge.domain.asking import Queue
from slackbridge.domain.chat import Member
from slackbridge.domain.errors import Code, Failure
from slackbridge.domain.model import (
    Act,
    Action,
    Capabilities,
    Conversation,
    Query,
    Ticket,
    TicketKey,
)
from slackbridge.domain.view import Card
from slackbridge.ports.capabilities import Adapts, Counts, Measures, Pins, Previews
from slackbridge.ports.front_desk import Found
from slackbridge.ports.provider import Provider
from slackbridge.ports.store import Store
from slackbridge.rules import card, listing, routing
from slackbridge.rules import query as asking

MOST = 10
AT_HAND = 1.5  # seconds: Slack opens no form later than 3 s after the button
Ask = Callable[[Provider], Awaitable[Sequence[Ticket]]]


class TicketLookup:
    """Implements `ports.front_desk.Lookup`. An account may take `patience` seconds."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        names: Mapping[str, str],
        store: Store,
        patience: float,
        routes: Sequence[routing.Route],
        channel: str,
    ) -> None:
        self._providers = providers
        self._names = names
        self._store = store
        self._patience = patience
        self._routes = routes
        self._channel = channel

    def can(self, account: str) -> Capabilities | None:
        provider = self._providers.get(account)
        return provider.capabilities if provider else None

    def makers(self) -> Mapping[str, Action]:
        offered = {name: one.capabilities.create for name, one in self._providers.items()}
        return {name: create for name, create in offered.items() if create}

    def provider(self, account: str) -> str:
        return self._names.get(account, "")

    async def find(self, text: str) -> Found:
        wanted = self.queries(text)
        asks: dict[str, Ask] = {}
        lacks: dict[str, tuple[str, ...]] = {}
        for account, queries in wanted.items():
            takes = self._providers[account].capabilities.searches
            able = [query for query in queries if not asking.lacking(query, takes)]
            lacks[account] = () if able == [*queries] else asking.lacking(queries[-1], takes)
            if able:
                asks[account] = _searching(able)
        tickets, notes = await self._ask(asks)
        if not tickets:  # else it is what was looked for
            notes += _silent(lacks)
        if ":" in text and not any(wanted.values()):
            notes.append(self._unknown())
        return await self._found(tickets, notes)

    def queries(self, text: str) -> dict[str, tuple[Query, ...]]:
        """What each account is asked, by what the text looks like."""
        if key := asking.account_of(text):
            account, id = key
            return {name: (Query(id=id),) if name == account else () for name in self._providers}
        return dict.fromkeys(self._providers, asking.plain_words(text))

    async def search(self, text: str) -> Found:
        wanted = asking.search(text)
        return await self._searched(wanted.query, self._of(wanted.account))

    async def queue(self, text: str, member: Member | None) -> Found:
        wanted = listing.listing(text)
        accounts = self._of(wanted.account)
        if wanted.which is Queue.ENDED:
            return await self._searched(wanted.query, accounts)
        narrow = wanted.query
        lacks = self._lacking(narrow, accounts, listing.KNOWN)
        every = narrow != Query() or wanted.which is not Queue.OPEN
        able = [name for name, lack in lacks.items() if not lack]
        tickets, notes = await self._ask(dict.fromkeys(able, _all if every else _latest))
        found = [t for t in tickets if listing.matches(narrow, t)]
        found = [t for t in found if await self._in_queue(t, wanted.which, member)]
        if narrow.sort or wanted.which is Queue.OVERDUE:
            found.sort(key=listing.by_deadline)
        return replace(await self._found(found, [*notes, *_silent(lacks)]), asked=bool(able))

    async def _searched(self, query: Query, accounts: Sequence[str]) -> Found:
        """What the accounts that can be asked know, and the names of the others."""
        lacks = self._lacking(query, accounts)
        asks = {name: _searching((query,)) for name, lack in lacks.items() if not lack}
        tickets, notes = await self._ask(asks)
        if query.sort:
            tickets.sort(key=listing.by_deadline)
        found = await self._found(tickets, [*notes, *_silent(lacks)])
        return replace(found, asked=bool(asks))

    def _of(self, account: str) -> Sequence[str]:
        """The accounts to ask; '' = all. Raises ValueError."""
        if account and account not in self._providers:
            raise ValueError(self._unknown())
        return (account,) if account else tuple(self._providers)

    def _lacking(
        self, query: Query, accounts: Sequence[str], beside: frozenset[str] = frozenset()
    ) -> dict[str, tuple[str, ...]]:
        """The fields that each account cannot be asked for; `beside` are taken by all."""
        return {
            name: asking.lacking(query, self._providers[name].capabilities.searches | beside)
            for name in accounts
        }

    def _unknown(self) -> str:
        return f"There is no account of that name; there are {', '.join(sorted(self._providers))}."

    async def _in_queue(self, ticket: Ticket, which: Queue, member: Member | None) -> bool:
        if which is Queue.OVERDUE:
            due = ticket.due_at
            return due is not None and due.timestamp() < self._store.now()
        if which is not Queue.MINE:
            return True
        if member is None:
            return False
        record = await self._store.load(ticket.key)
        email = ticket.assignee.email if ticket.assignee else ""
        mine = bool(email) and email.casefold() == member.email.casefold()
        return mine or record.stored.holder == member.id

    async def why(self, text: str) -> tuple[str, ...]:
        found, notes = await self._ask(
            {
                account: _searching(queries)
                for account, queries in self.queries(text).items()
                if queries
            }
        )
        told = [
            routing.why(t, self._names[t.key.account], self._routes, self._channel) for t in found
        ]
        return (*told[:MOST], *notes) or ("No ticket found.",)

    async def pinned(self, key: TicketKey, act: Act) -> Act:
        provider = self._providers[key.account]
        if not isinstance(provider, Pins):
            return act
        return replace(act, fields=await provider.pinned(key.id, act))

    async def preview(self, key: TicketKey, act: Act) -> str:
        provider = self._providers.get(key.account)
        return await provider.preview(key.id, act) if isinstance(provider, Previews) else ""

    async def adapted(
        self, key: TicketKey, action: Action, values: Mapping[str, str] | None = None
    ) -> Action:
        provider = self._providers.get(key.account)
        if provider is None or not isinstance(provider, Adapts):
            return action
        ticket = None if key.is_account else await _at_hand(provider, key.id)
        return provider.adapted(action, ticket, values or {})

    def too_long(self, account: str, text: str) -> str:
        provider = self._providers[account]
        if isinstance(provider, Measures) and (why := provider.too_long(text)):
            return why
        most = provider.capabilities.reply_limit
        return f"It has {len(text)} characters; the marketplace takes {most}." * (len(text) > most)

    async def stats(self) -> tuple[str, ...]:
        told = await asyncio.gather(*(self._stats(name) for name in self._providers))
        return tuple(line for line in told if line) or ("No marketplace here keeps statistics.",)

    async def _stats(self, account: str) -> str:
        provider = self._providers[account]
        if not isinstance(provider, Counts):
            return ""
        try:
            async with asyncio.timeout(self._patience):
                figures = await provider.stats()
        except (TimeoutError, Failure):
            return f"{account}: no figures now."
        return f"*{account}*: " + ", ".join(f"{name} {value}" for name, value in figures.items())

    async def conversation(self, key: TicketKey) -> Conversation:
        return await self._providers[key.account].get(key.id)

    # -- asking --------------------------------------------------------------------------------

    async def _ask(self, asks: Mapping[str, Ask]) -> tuple[list[Ticket], list[str]]:
        answers = await asyncio.gather(*(self._one(name, ask) for name, ask in asks.items()))
        tickets = {ticket.key: ticket for found, _ in answers for ticket in found}
        newest = sorted(tickets.values(), key=lambda t: t.updated_at, reverse=True)
        return newest, [note for _, note in answers if note]

    async def _one(self, account: str, ask: Ask) -> tuple[Sequence[Ticket], str]:
        try:
            async with asyncio.timeout(self._patience):
                return await ask(self._providers[account]), ""
        except TimeoutError:
            return (), f"{account} did not answer in {self._patience:g} s."
        except Failure as failure:
            return (), "" if failure.code == Code.NOT_FOUND else f"{account}: {failure.quoted}."

    async def _found(self, tickets: Sequence[Ticket], notes: Sequence[str]) -> Found:
        cards: list[Card] = []
        threads: dict[str, tuple[str, str]] = {}
        more = [f"{len(tickets) - MOST} more are not shown."] if len(tickets) > MOST else []
        for ticket in tickets[:MOST]:
            record = await self._store.load(ticket.key)
            stored = record.stored
            name = self._names[ticket.key.account]
            can = self._providers[ticket.key.account].capabilities
            cards.append(card.card(ticket, name, can, stored, record.intents, self._store.now()))
            if stored.root:
                threads[str(ticket.key)] = (stored.channel, stored.root)
        return Found(tuple(cards), threads, (*notes, *more))


async def _at_hand(provider: Provider, id: str) -> Ticket | None:
    """The ticket, if it can be read in time for a form."""
    try:
        async with asyncio.timeout(AT_HAND):
            return (await provider.get(id)).ticket
    except (TimeoutError, Failure):
        return None


async def _latest(provider: Provider) -> Sequence[Ticket]:
    """The active tickets that changed last, where the marketplace can tell."""
    if provider.capabilities.recent_first:
        return (await provider.list_recent()).tickets
    return await _all(provider)


async def _all(provider: Provider) -> Sequence[Ticket]:
    """Every active ticket: the one that waits longest is the one that did not change lately."""
    page = await provider.list_active("")
    tickets = [*page.tickets]
    while page.cursor:
        page = await provider.list_active(page.cursor)
        tickets += page.tickets
    return tickets


def _silent(lacks: Mapping[str, Sequence[str]]) -> list[str]:
    """The accounts that were not asked, each with the fields that they do not take."""
    return [
        f"{name} cannot be searched by {', '.join(lack)}." for name, lack in lacks.items() if lack
    ]


def _searching(queries: Sequence[Query]) -> Ask:
    async def ask(provider: Provider) -> Sequence[Ticket]:
        found: dict[TicketKey, Ticket] = {}
        for query in queries:
            found |= {ticket.key: ticket for ticket in await provider.search(query)}
        return tuple(found.values())

    return ask
