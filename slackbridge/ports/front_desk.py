"""What Slack's adapter asks of the rooms: the front desk and the look-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from slackbridge.domain.chat import Heard, Member
from slackbridge.domain.intent import Press
from slackbridge.domain.model import (
    Act,
    Action,
    Capabilities,
    Conversation,
    Kind,
    Status,
    Ticket,
    TicketKey,
)
from slackbridge.domain.order import Order
from slackbridge.domain.view import Card


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up found: cards, their threads (key -> channel, root ts), and notes in mrkdwn,
    such as which account could not be asked. `asked`: whether any account was."""

    cards: tuple[Card, ...]
    threads: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    asked: bool = True


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """What is told to the person who claims a ticket ('' = nothing, it is theirs).

    `asks`: nothing was done yet; the text asks whether to take the ticket over.
    """

    text: str = ""
    asks: bool = False


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """The order behind a ticket, as it was `read_at` (Unix seconds).

    Without an `order`, `why` says in sentences of mrkdwn why there is none to show; `usual`: that
    is nothing to tell somebody who did not ask, such as that the ticket has none.
    """

    order: Order | None = None
    why: str = ""
    read_at: float = 0.0
    usual: bool = False


class Lookup(Protocol):
    """Answers questions about tickets; changes nothing."""

    async def find(self, text: str) -> Found:
        """By key, order or e-mail, at all accounts in parallel."""

    async def search(self, text: str) -> Found:
        """By `field:value` pairs. Raises ValueError with the reason as a sentence."""

    async def queue(self, text: str, member: Member | None) -> Found:
        """A `domain.asking.Queue`, which an account and `field:value` pairs may follow.

        `member` is who asks. Raises ValueError with the reason as a sentence.
        """

    async def why(self, text: str) -> tuple[str, ...]:
        """Which route sends a ticket where, a line each."""

    async def stats(self) -> tuple[str, ...]:
        """The marketplaces' own figures, a line each."""

    async def pinned(self, key: TicketKey, act: Act) -> Act:
        """The act, bound to the figures that its preview will show (`capabilities.Pins`)."""

    async def preview(self, key: TicketKey, act: Act) -> str:
        """What exactly an action would do; '' where the marketplace does not say."""

    async def adapted(
        self, key: TicketKey, action: Action, values: Mapping[str, str] | None = None
    ) -> Action:
        """An action as it is for this ticket and these values; in time for a form to be opened."""

    def too_long(self, account: str, text: str) -> str:
        """Why a text is too long, as a sentence; '' if it is not."""

    async def conversation(self, key: TicketKey) -> Conversation:
        """A ticket of an account that there is, read now. Raises the four failures."""

    def can(self, account: str) -> Capabilities | None:
        """What an account's marketplace offers; None where there is no such account."""

    def makers(self) -> Mapping[str, Action]:
        """The accounts at which a ticket can be opened, each with the form for it."""

    def provider(self, account: str) -> str:
        """The name of an account's marketplace."""


class OrderLookup(Protocol):
    """Reads the orders behind tickets, for agents who want to see one."""

    async def kept(self, key: TicketKey) -> OrderAnswer | None:
        """What was read within the last minutes, with nothing done since, or is known without
        asking the marketplace; None = nothing.
        """

    async def order(self, key: TicketKey, ticket: Ticket | None = None) -> OrderAnswer:
        """The same, else read now, within a time limit; `ticket` spares reading it. Never fails."""


class ThreadFinder(Protocol):
    """Finds the tickets of threads that the map does not know any more."""

    def worth_asking(self, channel: str, root: str) -> bool:
        """Whether a thread may be a ticket's, and was not asked for yet."""

    async def find(self, channel: str, root: str, said: str = "") -> str:
        """Bind it again, and have it read; `said` is the ts of what was just written there.

        What is to be told to the person ('' = nothing).
        """


class Holders(Protocol):
    """Who holds a ticket. Methods return what is told to the person alone ('' = nothing)."""

    async def claim(
        self, key: TicketKey, user: str, email: str, can: Capabilities, *, force: bool = False
    ) -> ClaimAnswer: ...
    async def unclaim(self, key: TicketKey, user: str, can: Capabilities) -> str: ...
    async def busy(self, key: TicketKey, user: str) -> str: ...


class FrontDesk(Protocol):
    """Stores what people said and pressed; methods return what is told to them alone."""

    @property
    def holders(self) -> Holders: ...
    async def said(self, key: TicketKey, heard: Heard) -> str: ...
    async def edited(self, key: TicketKey, heard: Heard) -> str: ...
    async def deleted(self, key: TicketKey, ts: str, user: str, channel: str) -> str: ...
    async def pressed(
        self, key: TicketKey, id: str, press: Press, user: str, at: str = ""
    ) -> str: ...
    async def status(self, key: TicketKey, user: str, status: Status) -> str: ...
    async def refused(self, user: str, *, money: bool = False) -> str: ...
    async def act(
        self, key: TicketKey, user: str, view: str, action: Action, values: Mapping[str, str]
    ) -> str: ...
    async def show_all(self, account: str, user: str) -> str: ...
    async def submit(
        self, key: TicketKey, user: str, view: str, kind: Kind, text: str, status: Status | None
    ) -> str: ...
