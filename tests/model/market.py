"""The model's marketplace: tickets with their history, and a `Provider` for them.

A read may be stale. `committed` holds every committed act, in order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count

from slackbridge.domain.errors import Code, Rejected
from slackbridge.domain.model import (
    Act,
    Author,
    Capabilities,
    Conversation,
    Kind,
    Message,
    Person,
    Query,
    Scope,
    Status,
    Ticket,
    TicketKey,
    fingerprint,
)
from slackbridge.domain.page import Page
from slackbridge.ports.provider import ProbeResult
from slackbridge.text.document import from_text, plain
from tests.model.world import What, World

ACCOUNT = "shop"
FOOTER = "\n\n-- \nThe shop, Main Street 1, a footer that the marketplace adds by itself"
CAN = Capabilities(
    statuses=frozenset(Status),
    reply_with_status=frozenset({Status.SOLVED}),
    internal_notes=True,
    private_notes=True,
    assign=True,
)


AboutTo = Callable[[str, Act], Awaitable[None]]


@dataclass(frozen=True)
class Commit:
    """One act that happened."""

    ticket: str
    act: Act
    at: float


class Market:
    """The tickets and their past."""

    def __init__(self, world: World, *, answers: bool) -> None:
        self.world = world
        self.answers = answers
        self.committed: list[Commit] = []
        self.past: dict[str, list[tuple[float, Conversation]]] = {}
        self.lags = False  # the answers of writes come from a replica
        self._ids = count(1)
        self._edits = 0

    def now_of(self, id: str) -> Conversation:
        return self.past[id][-1][1]

    def seen_at(self, id: str, when: float) -> Conversation | None:
        """The ticket as it was then; None if there was none."""
        then = [conversation for at, conversation in self.past.get(id, []) if at <= when]
        return then[-1] if then else None

    # -- what customers and the shop's own people do -------------------------------------------

    def opens(self, text: str) -> str:
        id = f"t{len(self.past) + 1}"
        at = _time(self.world.tick())
        ticket = Ticket(TicketKey(ACCOUNT, id), Status.NEEDS_AGENT, "", at, at, "")
        self.past[id] = []
        self._becomes(ticket, (self._message(Author.CUSTOMER, text, Scope.PUBLIC),))
        return id

    def writes(self, id: str, text: str, author: Author = Author.CUSTOMER) -> None:
        before = self.now_of(id)
        status = Status.NEEDS_AGENT if author is Author.CUSTOMER else before.ticket.status
        message = self._message(author, text, Scope.PUBLIC)
        self._becomes(replace(before.ticket, status=status), (*before.messages, message))

    def edits(self, id: str, which: int) -> None:
        """Whoever wrote a message, but the bridge, changes it."""
        before = self.now_of(id)
        mine = [m for m in before.messages if m.author is Author.CUSTOMER]
        old = mine[which % len(mine)]
        self._edits += 1
        new = replace(
            old, body=from_text(f"{plain(old.body).partition(', or')[0]}, or {self._edits}")
        )
        messages = tuple(new if m is old else m for m in before.messages)
        self._becomes(before.ticket, messages)

    def turns(self, id: str, status: Status) -> None:
        before = self.now_of(id)
        self._becomes(replace(before.ticket, status=status), before.messages)

    # -- what the bridge does ------------------------------------------------------------------

    def commit(self, id: str, act: Act, footer: str) -> Conversation:
        before = self.now_of(id)
        ticket, messages = before.ticket, before.messages
        match act.kind:
            case Kind.REPLY | Kind.INTERNAL:
                scope = Scope.INTERNAL if act.kind is Kind.INTERNAL else Scope.PUBLIC
                messages += (self._message(Author.AGENT, act.text + footer, scope),)
                if act.kind is Kind.REPLY:
                    ticket = replace(ticket, status=act.status or Status.WAITING)
            case Kind.STATUS if act.status is not None:
                ticket = replace(ticket, status=act.status)
            case Kind.ASSIGN:
                ticket = replace(ticket, assignee=Person("", act.email) if act.email else None)
            case Kind.PRIVATE:
                ticket = replace(ticket, notes=f"{ticket.notes}\n{act.text}")
        self.committed.append(Commit(id, act, self.world.now))
        return self._becomes(ticket, messages)

    def _message(self, author: Author, text: str, scope: Scope) -> Message:
        at = _time(self.world.now)
        return Message(f"m{next(self._ids)}", author, author.value, at, from_text(text), scope)

    def _becomes(self, ticket: Ticket, messages: tuple[Message, ...]) -> Conversation:
        at = self.world.tick()
        said = [(message.id, plain(message.body)) for message in messages]
        facts = f"{ticket.status}{ticket.notes}{ticket.assignee}{said}"
        ticket = replace(
            ticket,
            raw_status=ticket.status.name,
            updated_at=_time(at),
            revision=fingerprint(_time(at), facts),
        )
        self.past[ticket.key.id].append((at, Conversation(ticket, messages)))
        return self.now_of(ticket.key.id)


class FakeProvider:
    """Implements `ports.Provider`. `lag` is how old a stale read is, in seconds.

    `about_to` is called before every call.
    """

    capabilities = CAN

    def __init__(self, market: Market, lag: float, about_to: AboutTo) -> None:
        self._market = market
        self._lag = lag
        self._about_to = about_to

    def _when(self, befalls: What | None) -> float:
        return self._market.world.now - (self._lag if befalls is What.STALE else 0.0)

    def _tickets(self, when: float) -> list[Ticket]:
        found = [self._market.seen_at(id, when) for id in self._market.past]
        return [conversation.ticket for conversation in found if conversation]

    async def list_active(self, cursor: str, befalls: What | None = None) -> Page:
        tickets = [t for t in self._tickets(self._when(befalls)) if t.status.active]
        half = (len(tickets) + 1) // 2
        return Page(tuple(tickets[half:])) if cursor else Page(tuple(tickets[:half]), "2")

    async def list_recent(self) -> Page:
        return Page(())

    async def read(self, ids: Sequence[str], befalls: What | None = None) -> tuple[Ticket, ...]:
        return tuple(t for t in self._tickets(self._when(befalls)) if t.key.id in ids)

    async def get(self, id: str, befalls: What | None = None) -> Conversation:
        found = self._market.seen_at(id, self._when(befalls))
        if found is None:
            raise Rejected("no such ticket", code=Code.NOT_FOUND)
        return found

    async def perform(
        self, id: str, act: Act, timeout: float, befalls: What | None = None
    ) -> Conversation | None:
        await self._about_to(id, act)
        footer = FOOTER if befalls is What.REWRITTEN else ""
        behind = self._market.past[id][-2:][0][1] if self._market.lags else None
        answer = self._market.commit(id, act, footer)
        return (behind or answer) if self._market.answers else None

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        return ()

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        return ()

    async def probe(self) -> ProbeResult:
        return ProbeResult(True, "")

    async def close(self) -> None:
        return


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
