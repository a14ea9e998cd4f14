"""A page of a list of tickets: a frozen value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from slackbridge.domain.model import Ticket


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `cursor` leads to the next page; empty at the end.

    `ended` are solved and closed tickets that the list shows besides.
    """

    tickets: tuple[Ticket, ...]
    cursor: str = ""
    ended: tuple[Ticket, ...] = ()

    @classmethod
    def of(cls, tickets: Iterable[Ticket], cursor: str = "") -> Page:
        """A page of tickets of any status, each once, as it was read last."""
        last = {ticket.key: ticket for ticket in tickets}.values()
        active = tuple(ticket for ticket in last if ticket.status.active)
        return cls(active, cursor, tuple(ticket for ticket in last if not ticket.status.active))
