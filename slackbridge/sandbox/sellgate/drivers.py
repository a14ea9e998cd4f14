"""What others than the API do: customers, and the seller in Sellgate's own pages.

Tests, the demo and `/sandbox/*` call these. One on an unknown ticket raises `Refusal`.
"""

from __future__ import annotations

from slackbridge.sandbox.sellgate.records import CLOSED, CUSTOMER, OPEN, Order
from slackbridge.sandbox.sellgate.state import State


class Drivers(State):
    """Methods that write return the message's id."""

    def customer_opens(
        self,
        *,
        email: str = "kim.muster@example.com",
        subject: str = "Key does not work",
        text: str = "Hello, the licence key I bought is not accepted.",
        order_id: str | None = "ord_7f31c2",
        invoice_id: str = "INV-20417",
        product: str = "Premium License",
        amount: float = 29.99,
        currency: str = "USD",
    ) -> str:
        """A customer opens a ticket; `order_id` None = without an order."""
        order = None if order_id is None else Order(order_id, invoice_id, product, amount, currency)
        ticket = self.open_ticket(subject, email, order)
        self.customer_writes(ticket.id, text)
        return ticket.id

    def customer_buys(
        self, email: str = "kim.muster@example.com", order_id: str = "ord_00a1", amount: float = 9.5
    ) -> None:
        """An order that no ticket is about."""
        order = Order(order_id, "INV-20999", "Basic License", amount, "USD")
        self.purchases.place(order, email, self.clock.now())

    def customer_writes(self, ticket_id: str, text: str) -> str:
        """The customer adds a message; whether that reopens a closed ticket is not documented."""
        return self.someone_writes(ticket_id, CUSTOMER, text)

    def merchant_writes(self, ticket_id: str, text: str) -> str:
        """The seller answers in Sellgate's own pages."""
        return self.someone_writes(ticket_id, self.seller, text)

    def someone_writes(self, ticket_id: str, sender: str, text: str) -> str:
        """Any sender, also one unknown to clients."""
        ticket = self.ticket(ticket_id)
        message = self.post(ticket, sender, text, f"{sender}_message")
        if sender == CUSTOMER and self.customer_reopens:
            self.set_status(ticket, OPEN, by=CUSTOMER)
        return message.id

    def close(self, ticket_id: str) -> None:
        self.force_status(ticket_id, CLOSED)

    def reopen(self, ticket_id: str) -> None:
        self.force_status(ticket_id, OPEN)

    def force_status(self, ticket_id: str, status: str) -> None:
        """Any status, also one unknown to clients."""
        self.set_status(self.ticket(ticket_id), status, by="driver")

    def bulk(self, n: int) -> list[str]:
        """`n` simple open tickets with one message of the customer each; their ids."""
        return [
            self.customer_opens(
                email=f"customer{number}@example.org", text=f"Question {number}", order_id=None
            )
            for number in range(1, n + 1)
        ]
