"""All tickets of one store, the rules by which they change, and the ledger of it.

The API (`service`) and everybody else (`drivers`) change it. It knows no HTTP. Every method either
raises `Refusal` before anything has changed or commits completely.
"""

from __future__ import annotations

import hashlib
from itertools import count

from slackbridge.sandbox.clock import Clock
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.sellgate.orders import Purchases
from slackbridge.sandbox.sellgate.records import OPEN, Message, Order, Ticket
from slackbridge.sandbox.sellgate.refusal import Refusal, invalid, not_found
from slackbridge.sandbox.sellgate.switches import Switches, ToClosed
from slackbridge.sandbox.state import BaseState


class State(BaseState[str, Ticket], Switches):
    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        super().__init__(clock, ledger)
        self._numbers = count(1)
        self.purchases = Purchases()

    def open_ticket(self, subject: str, email: str, order: Order | None) -> Ticket:
        """A ticket without messages yet."""
        at, number = self.clock.now(), next(self._numbers)
        ticket = Ticket(_id("tkt", number), subject, email, at, at, number, order)
        self.tickets[ticket.id] = ticket
        if order:
            self.purchases.place(order, email, at)
        self.commit("ticket_opened", ticket, customer=email, subject=subject)
        return ticket

    def post(self, ticket: Ticket, sender: str, text: str, act: str) -> Message:
        """Put a message on a ticket under the name `act` in the ledger."""
        message = Message(_id("msg", next(self._numbers)), self.clock.now(), sender, text)
        ticket.hear(message)
        self.commit(act, ticket, message_id=message.id, sender=sender, text=text)
        return message

    def reply(self, ticket: Ticket, text: str) -> Message:
        """The seller answers through the API. Raises Refusal (400)."""
        if ticket.status != OPEN and self.to_closed == ToClosed.REFUSED:
            raise invalid("Ticket is closed")
        message = self.post(ticket, self.seller, text, "reply")
        if self.to_closed == ToClosed.REOPENS:
            self.set_status(ticket, OPEN, by="reply")
        return message

    def set_status(self, ticket: Ticket, status: str, by: str) -> None:
        """Take a status; one it has already changes nothing."""
        if ticket.status != status:
            was, at = ticket.status, self.clock.now()
            ticket.become(status, at)
            self.commit("status", ticket, was=was, status=status, by=by)

    def _no_ticket(self, ticket_id: str) -> Refusal:
        return not_found(ticket_id)


def _id(kind: str, number: int) -> str:
    """Ids look random, as the vendor's do, so that a client cannot rely on their order."""
    return f"{kind}_{hashlib.sha256(f'{kind}{number}'.encode()).hexdigest()[:12]}"
