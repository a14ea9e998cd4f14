"""What others than the API do: customers, and the store's staff in SellApp's own pages.

Tests, the demo and `/sandbox/*` call these. One on an unknown ticket raises `Refusal`.
"""

from __future__ import annotations

from slackbridge.sandbox.sellapp.records import CLOSED, CUSTOMER, OPEN, STORE
from slackbridge.sandbox.sellapp.state import AGENT, State


class Drivers(State):
    """Methods that write return the message's id."""

    def customer_opens(
        self,
        *,
        title: str = "My key does not work",
        email: str = "kim.muster@example.com",
        text: str = "Hello, the key I bought is refused as already used.",
        order_id: int | None = None,
        product_id: int | None = None,
        reason: str | None = None,
    ) -> int:
        """A customer asks about an order, a product or nothing; returns the ticket's id."""
        reference = ("order", order_id) if order_id else None
        if product_id:
            reference = ("product", product_id)
        about = {"reference": reference, "order_id": order_id, "reason": reason}
        ticket = self.open_ticket(title, email, **about)
        self.customer_writes(ticket.id, text)
        return ticket.id

    def customer_writes(self, ticket_id: int, text: str) -> int:
        """The customer adds a message; whether that reopens a closed ticket is not documented."""
        ticket = self.ticket(ticket_id)
        message = self.post(ticket, CUSTOMER, ticket.email, text, "customer_message")
        if self.customer_reopens:
            self.change(ticket, OPEN, None, by="customer_message")
        return message.id

    def merchant_writes(self, ticket_id: int, text: str, agent: str = AGENT) -> int:
        """One of the store's staff answers in SellApp's own pages."""
        return self.post(self.ticket(ticket_id), STORE, agent, text, "store_message").id

    def someone_writes(self, ticket_id: int, author: str, text: str, sender: str = "") -> int:
        """Any author, also one unknown to clients."""
        return self.post(self.ticket(ticket_id), author, sender, text, "other_message").id

    def close(self, ticket_id: int) -> None:
        self.force_status(ticket_id, CLOSED)

    def reopen(self, ticket_id: int) -> None:
        self.change(self.ticket(ticket_id), OPEN, False, by="driver")

    def archive(self, ticket_id: int) -> None:
        self.change(self.ticket(ticket_id), None, True, by="driver")

    def force_status(self, ticket_id: int, status: str) -> None:
        """Any status, also one unknown to clients."""
        self.change(self.ticket(ticket_id), status, None, by="driver")

    def reads(self, ticket_id: int, customer: bool = False) -> None:
        """The store's staff, or the customer, look at the ticket."""
        ticket = self.ticket(ticket_id)
        if customer:
            ticket.read_by_customer = True
        else:
            ticket.read_by_store = True

    def order_becomes(self, order_id: int, status: str) -> None:
        """An order that a ticket is about takes any status."""
        self.orders.become(order_id, status)

    def bulk(self, n: int, messages: int = 1) -> list[int]:
        """`n` simple OPEN tickets with `messages` messages of the customer each; their ids."""
        return [self._simple(number, messages) for number in range(1, n + 1)]

    def _simple(self, number: int, messages: int) -> int:
        ticket_id = self.customer_opens(
            title=f"Question {number}",
            email=f"customer{number}@example.org",
            text=f"Question {number}.1",
        )
        for which in range(2, messages + 1):
            self.customer_writes(ticket_id, f"Question {number}.{which}")
        return ticket_id
