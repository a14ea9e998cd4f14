"""Orders and tickets, the rules by which they change, and the ledger of it.

Every method either raises `Refusal` before anything has changed or commits completely.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from slackbridge.sandbox.clickbank import records
from slackbridge.sandbox.clickbank.records import Comment, Order, Ticket
from slackbridge.sandbox.clickbank.refusal import Refusal, forbidden
from slackbridge.sandbox.clickbank.switches import Switches
from slackbridge.sandbox.clock import Clock
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.state import BaseState

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class State(BaseState[int, Ticket], Switches):
    """Tickets by number, orders by receipt."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        super().__init__(clock, ledger)
        self.orders: dict[str, Order] = {}
        self._ticket_ids = count(50_301_177)
        self._comment_ids = count(910_001)
        self._receipts = count(11_881_376)

    def order(self, receipt: str) -> Order:
        """Raises Refusal (403)."""
        if receipt not in self.orders:
            raise forbidden()
        return self.orders[receipt]

    def new_receipt(self) -> str:
        """The next receipt, eight letters and digits."""
        number, text = next(self._receipts), ""
        for _ in range(6):
            number, letter = divmod(number, len(ALPHABET))
            text = ALPHABET[letter] + text
        return f"{text}{number % 90 + 10}"

    def add_order(self, order: Order) -> Order:
        order.billing = order.recurring
        self.orders[order.receipt] = order
        return order

    def open_ticket(self, order: Order, type: str, role: str, text: str, **more: Any) -> Ticket:
        """A ticket with its opening comment."""
        at = self.clock.now()
        ticket = Ticket(next(self._ticket_ids), order, type, at, at, **more)
        self.tickets[ticket.id] = ticket
        self.commit("ticket_opened", ticket, type=type, by=role, source=ticket.source)
        self.say(ticket, role, "OPENED", text)
        return ticket

    def say(self, ticket: Ticket, role: str, action: str, text: str = "") -> Comment:
        """Add an entry to the ticket; one with text is in the ledger as `comment`."""
        comment = Comment(next(self._comment_ids), self.clock.now(), role, action, text)
        ticket.messages.append(comment)
        if self.comments_update or action != "COMMENTED":
            ticket.updated_at = self.clock.now()
        if text:
            facts = {"comment_id": comment.id, "role": role, "action": action, "text": text}
            self.commit("comment", ticket, **facts)
        return comment

    def close_ticket(self, ticket: Ticket, role: str, text: str = "") -> None:
        """Close; this withdraws the refund that a ticket asks for unless the system closes it."""
        was = ticket.status
        ticket.status, ticket.closed_at = records.CLOSED, self.clock.now()
        self.say(ticket, role, "CLOSED", text)
        self.commit("status", ticket, was=was, status=records.CLOSED, by=role)
        if ticket.type == records.REFUND and role != records.SYSTEM:
            self.commit("refund_withdrawn", ticket, by=role)

    def reopen_ticket(self, ticket: Ticket, role: str, text: str) -> None:
        was = ticket.status
        ticket.status, ticket.closed_at = records.REOPENED, None
        self.say(ticket, role, "REOPENED", text)
        self.commit("status", ticket, was=was, status=records.REOPENED, by=role)

    def change(self, ticket: Ticket, type: str, role: str, text: str = "") -> None:
        """Take another type; a refund by change is always full."""
        was, ticket.type = ticket.type, type
        if type == records.REFUND:
            ticket.refund_type, ticket.refund_amount = "FULL", 0
        self.say(ticket, role, "CHANGED", text)
        self.commit("change", ticket, was=was, type=type, by=role)

    def refund(self, ticket: Ticket, amount: int, *, retain: bool = False) -> None:
        """Refund, stop the billing unless it is retained, and close the ticket."""
        order = ticket.order
        order.refunded += amount
        self.commit("refund", ticket, amount=amount, currency=order.currency)
        if not retain:
            self.stop_billing(ticket)
        self.close_ticket(ticket, records.SYSTEM)

    def stop_billing(self, ticket: Ticket) -> None:
        if ticket.order.billing:
            ticket.order.billing = False
            self.commit("billing_stopped", ticket)

    def age(self) -> None:
        """Process the refund tickets that nobody closed within a day."""
        for ticket in list(self.tickets.values()):
            due = ticket.expires_at
            active = ticket.status in (records.OPEN, records.REOPENED) and not ticket.order.physical
            if active and due is not None and due <= self.clock.now():
                with self.clock.pinned(due):
                    self.refund(ticket, owed(ticket))

    def commit(self, act: str, ticket: Ticket, **data: Any) -> None:
        super().commit(act, ticket, receipt=ticket.order.receipt, **data)

    def _no_ticket(self, ticket_id: int) -> Refusal:
        return forbidden()


def owed(ticket: Ticket) -> int:
    """What a refund ticket asks for, in hundredths."""
    return min(ticket.refund_amount or ticket.order.left, ticket.order.left)
