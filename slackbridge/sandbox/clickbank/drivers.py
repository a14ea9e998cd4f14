"""What others than the API do: customers, the vendor in ClickBank's own pages, ClickBank itself.

Tests, the demo and `/sandbox/*` call these. One on an unknown ticket raises `Refusal`.
"""

from __future__ import annotations

from slackbridge.sandbox.clickbank import records
from slackbridge.sandbox.clickbank.records import Order
from slackbridge.sandbox.clickbank.refusal import invalid
from slackbridge.sandbox.clickbank.state import State


class Drivers(State):
    """Methods that write return the comment's id."""

    def customer_opens(
        self,
        *,
        name: str = "Kim Muster",
        email: str = "kim.muster@example.com",
        text: str = "Hello, I cannot open the download.",
        type: str = records.TECH_SUPPORT,
        receipt: str = "",
        sku: str = "main-course",
        amount: int = 4_700,
        currency: str = "EUR",
        locale: str = "EN",
        recurring: bool = False,
        physical: bool = False,
        others: tuple[str, ...] = (),
        description: str = "",
    ) -> int:
        """A customer opens a ticket for an order, a new one unless `receipt` is known.

        `others` are the SKUs of the order's further items.
        """
        first, _, last = name.partition(" ")
        order = self.orders.get(receipt) or self.add_order(
            Order(
                receipt or self.new_receipt(),
                first,
                last,
                email,
                sku,
                amount,
                currency,
                usd_rate=1.0 if currency == "USD" else 1.1,
                locale=locale,
                recurring=recurring,
                physical=physical,
                others=tuple(others),
                bought_at=self.clock.now(),
            )
        )
        refund_type = "FULL" if type == records.REFUND else ""
        more = {"description": description, "refund_type": refund_type}
        return self.open_ticket(order, type, records.CUSTOMER, text, **more).id

    def customer_writes(self, ticket_id: int, text: str) -> int:
        """The customer comments; whether that reopens a closed ticket is not documented."""
        ticket = self.ticket(ticket_id)
        if self.customer_reopens and ticket.status == records.CLOSED:
            self.reopen_ticket(ticket, records.CUSTOMER, text)
            return ticket.messages[-1].id
        return self.someone_writes(ticket_id, records.CUSTOMER, text)

    def merchant_writes(self, ticket_id: int, text: str) -> int:
        """The vendor answers in ClickBank's own pages."""
        return self.someone_writes(ticket_id, records.VENDOR, text)

    def clickbank_writes(self, ticket_id: int, text: str) -> int:
        return self.someone_writes(ticket_id, records.CSR, text)

    def someone_writes(
        self, ticket_id: int, role: str, text: str, action: str = "COMMENTED"
    ) -> int:
        """Any role and action, also ones unknown to clients, with or without text."""
        return self.say(self.ticket(ticket_id), role, action, text).id

    def customer_attaches(self, ticket_id: int, text: str = "") -> int:
        """The customer attaches a file; the API shows only that there is one."""
        return self.someone_writes(ticket_id, records.CUSTOMER, text, "ATTACHMENT")

    def close(self, ticket_id: int, role: str = records.VENDOR, text: str = "") -> None:
        """Closing a refund ticket withdraws the customer's request."""
        self.close_ticket(self.ticket(ticket_id), role, text)

    def reopen(
        self, ticket_id: int, text: str = "It came back.", role: str = records.CUSTOMER
    ) -> None:
        ticket = self.ticket(ticket_id)
        if ticket.status != records.CLOSED:
            raise invalid("Only closed tickets can be reopened")
        self.reopen_ticket(ticket, role, text)

    def force_status(self, ticket_id: int, status: str) -> None:
        """Any status, also one unknown to clients."""
        ticket = self.ticket(ticket_id)
        was, ticket.status = ticket.status, status
        self.commit("status", ticket, was=was, status=status, by="driver")

    def bulk(self, n: int) -> list[int]:
        """`n` simple open tickets; their ids."""
        return [
            self.customer_opens(
                name=f"Customer {number}",
                email=f"customer{number}@example.org",
                text=f"Question {number}",
            )
            for number in range(1, n + 1)
        ]
