"""What a marketplace's adapter does for the rooms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from slackbridge.domain.model import Act, Capabilities, Conversation, Query, Ticket
from slackbridge.domain.page import Page


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a provider answers to `check`. `skew` is its clock minus ours, in seconds."""

    ok: bool
    detail: str
    skew: float | None = None


class Provider(Protocol):
    """One account at a marketplace."""

    capabilities: Capabilities

    async def list_active(self, cursor: str) -> Page:
        """A page of a walk over all active tickets that skips none; cursor '' = the first page.

        Ended tickets that the list shows besides belong into the page's `ended`: what customers
        write on them is found there, or by `Watches`.
        """

    async def list_recent(self) -> Page:
        """The active tickets that changed last, one page. Only if `recent_first`.

        Ended tickets that changed belong into the page's `ended`.
        """

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        """These tickets, whatever their status; a vanished one is left out."""

    async def get(self, id: str) -> Conversation:
        """A ticket with all its messages. Raises Rejected (code NOT_FOUND) if there is none."""

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        """Make one call, once; nothing leaves later than `timeout` seconds from now.

        Returns the ticket as the answer shows it, or None where the answer does not: then it is
        read before the act counts as done. An act that opens a ticket returns the new one. Raises
        Unknown (code OTHER_TICKET) for an answer about another ticket.
        """

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        """The tickets that follow up this one."""

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        """Tickets that match, newest first, at most 20."""

    async def probe(self) -> ProbeResult:
        """One cheap call that tells whether the account works."""

    async def close(self) -> None: ...
