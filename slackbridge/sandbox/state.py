"""The common base of what a marketplace stores: tickets by id, its clock and its ledger."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, Protocol, TypeVar

from slackbridge.sandbox.clock import Clock
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.refusal import BaseRefusal


class Record(Protocol):
    """What all tickets have: an id of their own, and messages, oldest first."""

    id: Any
    messages: list[Any]


IdT = TypeVar("IdT")
TicketT = TypeVar("TicketT", bound=Record)


class BaseState(ABC, Generic[IdT, TicketT]):
    """Tickets by id, oldest first. `error_form` picks the format of errors, '' = the only one."""

    error_form: str = ""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        super().__init__()
        self.clock = clock
        self.ledger = ledger
        self.tickets: dict[IdT, TicketT] = {}

    def ticket(self, ticket_id: IdT) -> TicketT:
        """The stored ticket itself, not a copy. Raises Refusal."""
        if ticket_id not in self.tickets:
            raise self._no_ticket(ticket_id)
        return self.tickets[ticket_id]

    def messages(self, ticket_id: IdT) -> list[Any]:
        """A ticket's messages, oldest first. Raises Refusal."""
        return self.ticket(ticket_id).messages

    def age(self) -> None:
        """Apply what time alone does to tickets; by default nothing."""

    def commit(self, act: str, ticket: TicketT, **data: Any) -> None:
        """Enter an act on a ticket in the ledger."""
        self.ledger.commit(act, self.clock.now(), ticket_id=ticket.id, **data)

    @abstractmethod
    def _no_ticket(self, ticket_id: IdT) -> BaseRefusal:
        """The refusal for an id that names no ticket."""
