"""All tickets of one store, the rules by which they change, and the ledger of it.

The API (`service`) and everybody else (`drivers`) change it. It knows no HTTP. Every method either
raises `Refusal` before anything has changed or commits completely.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from slackbridge.sandbox.clock import Clock
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.sellapp.orders import OrderBook
from slackbridge.sandbox.sellapp.records import CLOSED, OPEN, STORE, Message, Ticket
from slackbridge.sandbox.sellapp.refusal import Refusal, invalid, not_found
from slackbridge.sandbox.sellapp.switches import Switches
from slackbridge.sandbox.state import BaseState

AGENT = "ines.weber@example.com"


class State(BaseState[int, Ticket], Switches):
    """`listeners` are called with every new message."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        super().__init__(clock, ledger)
        self.listeners: list[Callable[[Ticket, Message], None]] = []
        self._ticket_ids = count(30512)
        self._message_ids = count(880104)
        self._customer_ids = count(6001)
        self._customers: dict[str, int] = {}
        self.orders = OrderBook(self, clock, ledger)

    def open_ticket(self, title: str, email: str, **about: Any) -> Ticket:
        """A ticket without messages yet."""
        now = self.clock.now()
        if email not in self._customers:
            self._customers[email] = next(self._customer_ids)
        number = next(self._ticket_ids)
        ticket = Ticket(number, title, self._customers[email], email, now, now, **about)
        if ticket.order_id:
            self.orders.place(ticket.order_id, email)
        self.tickets[ticket.id] = ticket
        self.commit("ticket_opened", ticket, title=title, customer=email)
        return ticket

    def post(self, ticket: Ticket, author: str, sender: str, content: str, act: str) -> Message:
        """Put a message on a ticket under the name `act` in the ledger. Raises Refusal (422)."""
        reply = author == STORE and ticket.status == CLOSED
        if reply and self.closed_reply == "refuses":
            raise invalid("content", "The ticket is closed.")
        message = Message(next(self._message_ids), self.clock.now(), author, sender, content)
        ticket.hear(message)
        if self.message_moves:
            ticket.updated_at = message.at
        self.commit(act, ticket, message_id=message.id, author=author, text=content)
        if reply and self.closed_reply == "reopens":
            self.change(ticket, OPEN, None, by=act)
        for listener in self.listeners:
            listener(ticket, message)
        return message

    def change(self, ticket: Ticket, status: str | None, archived: bool | None, by: str) -> None:
        """Take a status, be archived or not; None = unchanged. Closing notifies the customer."""
        before = (ticket.status, ticket.archived)
        ticket.status = ticket.status if status is None else status
        ticket.archived = ticket.archived if archived is None else archived
        after = (ticket.status, ticket.archived)
        if after == before:
            return
        ticket.updated_at = self.clock.now()
        facts = {"was": before[0], "status": after[0], "archived": after[1], "by": by}
        self.commit("change", ticket, **facts)
        if after[0] == CLOSED != before[0]:
            self.commit("customer_notified", ticket, of=CLOSED)

    def _no_ticket(self, ticket_id: int) -> Refusal:
        return not_found("App\\Models\\Ticket")
