"""The desk: all tickets of one store, the rules by which they change, and the ledger of it.

Both the API (`service`) and everybody else (`drivers`) act through it. It knows no HTTP. Every
method either raises `Refusal` before anything has changed or commits whole.
"""

from __future__ import annotations

import hashlib
from itertools import count
from typing import Any

from slackbridge.sandbox.clock import Clock
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.sellgate.records import OPEN, Message, Order, Ticket
from slackbridge.sandbox.sellgate.refusal import invalid, not_found
from slackbridge.sandbox.sellgate.switches import Switches, ToClosed


class Desk(Switches):
    """Tickets by id, oldest first."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        super().__init__()
        self.clock = clock
        self.ledger = ledger
        self.tickets: dict[str, Ticket] = {}
        self._numbers = count(1)

    def ticket(self, ticket_id: str) -> Ticket:
        """The live record. Raises Refusal (404)."""
        if ticket_id not in self.tickets:
            raise not_found(ticket_id)
        return self.tickets[ticket_id]

    def messages(self, ticket_id: str) -> list[Message]:
        """A ticket's messages, oldest first."""
        return self.ticket(ticket_id).messages

    def open_ticket(self, subject: str, email: str, order: Order | None) -> Ticket:
        """A ticket without messages yet."""
        at, number = self.clock.now(), next(self._numbers)
        ticket = Ticket(_id("tkt", number), subject, email, at, at, number, order)
        self.tickets[ticket.id] = ticket
        self._commit("ticket_opened", ticket, customer=email, subject=subject)
        return ticket

    def hear(self, ticket: Ticket, sender: str, text: str, act: str) -> Message:
        """Somebody writes; `act` is what the ledger calls it."""
        message = Message(_id("msg", next(self._numbers)), self.clock.now(), sender, text)
        ticket.hear(message)
        self._commit(act, ticket, message_id=message.id, sender=sender, text=text)
        return message

    def reply(self, ticket: Ticket, text: str) -> Message:
        """The seller answers through the API. Raises Refusal (400)."""
        if ticket.status != OPEN and self.to_closed == ToClosed.REFUSED:
            raise invalid("Ticket is closed")
        message = self.hear(ticket, self.seller, text, "reply")
        if self.to_closed == ToClosed.REOPENS:
            self.set_status(ticket, OPEN, by="reply")
        return message

    def set_status(self, ticket: Ticket, status: str, by: str) -> None:
        """Take a status; one it has already changes nothing."""
        if ticket.status != status:
            was, at = ticket.status, self.clock.now()
            ticket.become(status, at)
            self._commit("status", ticket, was=was, status=status, by=by)

    def _commit(self, act: str, ticket: Ticket, **data: Any) -> None:
        self.ledger.commit(act, self.clock.now(), ticket_id=ticket.id, **data)


def _id(kind: str, number: int) -> str:
    """Ids look random, as the vendor's do: nothing may be read from their order."""
    return f"{kind}_{hashlib.sha256(f'{kind}{number}'.encode()).hexdigest()[:12]}"
