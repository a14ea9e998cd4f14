"""The protocols by which Slack's adapter asks the rooms: the front desk and the look-up.

`door.Desk`, `holders.Holders` and `lookup.TicketLookup` implement them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from slackbridge.document import Document
from slackbridge.intent import Press
from slackbridge.model import Act, Action, Capabilities, Kind, Query, Status, TicketKey
from slackbridge.ports import Heard, Member
from slackbridge.view import Card


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up found: cards, where their threads are, and what could not be asked."""

    cards: tuple[Card, ...]
    threads: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Lookup(Protocol):
    """Answers questions about tickets; changes nothing."""

    async def find(self, text: str) -> Found:
        """By key, order or e-mail, all accounts side by side."""

    async def search(self, query: Query) -> Found:
        """By the fields that a query sets, at every account that can."""

    async def queue(self, which: str, member: Member | None) -> Found:
        """The active tickets: `open`, `mine` or `overdue`."""

    async def why(self, text: str) -> tuple[str, ...]:
        """Which route sends a ticket where, in words."""

    async def stats(self) -> tuple[str, ...]:
        """The marketplaces' own figures, a line each."""

    async def preview(self, key: TicketKey, act: Act) -> str:
        """Exactly what an action would do; '' where the marketplace does not say."""

    def too_long(self, account: str, text: str) -> str:
        """Why a reply does not fit, in words; '' if it fits."""

    async def last_words(self, key: TicketKey) -> Document | None:
        """The customer's last message."""

    def can(self, account: str) -> Capabilities | None:
        """What an account's marketplace offers; None where there is no such account."""

    def makers(self) -> Mapping[str, Action]:
        """The accounts at which a ticket can be opened, and the form of each."""

    def provider(self, account: str) -> str:
        """The name of an account's marketplace."""


class Holders(Protocol):
    """Who holds a ticket; see `holders.Holders`."""

    async def claim(
        self, key: TicketKey, user: str, email: str, can: Capabilities, *, force: bool = False
    ) -> str: ...
    async def unclaim(self, key: TicketKey, user: str, can: Capabilities) -> str: ...
    async def busy(self, key: TicketKey, user: str) -> str: ...


class FrontDesk(Protocol):
    """Where the listeners hand over what was said and pressed; see `door.Desk`."""

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
