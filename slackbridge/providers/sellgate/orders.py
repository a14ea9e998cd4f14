"""Sellgate's orders as an agent reads them. Pure; raises nothing.

Source: docs.sellgate.cc/orders, which shows one example of the list; a single order is taken to
have the same fields. An order has one product, and is mostly paid in a cryptocurrency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from slackbridge.domain.order import Fact
from slackbridge.providers.lenient import Lenient, Moment, Text, blanked
from slackbridge.providers.sellgate.wire import Sum, TicketRow

OTHERS = 5  # orders and tickets shown beside the ticket's own


class OrderRow(Lenient):
    """An order."""

    id: Text = ""
    invoice_id: Text = ""
    order_number: Text = ""
    product_name: Text = ""
    buyer_email: Text = ""
    quantity: int | None = None
    total_amount: Sum = None
    discount_amount: Sum = None
    currency: Text = ""
    status: Text = ""
    payment_method: Text = ""
    crypto_currency: Text = ""
    crypto_amount: Sum = None
    amount_paid: Sum = None
    txid: Text = ""
    confirmations: int | None = None
    customer_country: Text = ""
    created_at: Moment = None
    expires_at: Moment = None
    completed_at: Moment = None

    @property
    def name(self) -> str:
        return self.order_number or self.id

    @property
    def total(self) -> str:
        return self._money(self.total_amount, self.currency)

    def is_of(self, email: str) -> bool:
        return bool(email) and self.buyer_email.casefold() == email.strip().casefold()

    def facts(self, email: str) -> tuple[Fact, ...]:
        """What an agent wants to see of it; `email` is the customer's who asks."""
        paid = self._money(self.amount_paid, self.crypto_currency)
        due = self._money(self.crypto_amount, self.crypto_currency)
        unpaid = self.completed_at is None
        count = f"{self.quantity} × " if self.quantity and self.quantity > 1 else ""
        told = (
            ("Order", self.name),
            ("Status", self.status),
            ("Product", count + self.product_name if self.product_name else ""),
            ("Total", self.total),
            ("Discount", self._money(self.discount_amount or None, self.currency)),
            ("Paid by", " ".join(filter(None, (self.payment_method, self.crypto_currency)))),
            ("Paid", f"{paid} of {due}" if paid and due and paid != due else paid),
            ("Confirmations", "" if self.confirmations is None else str(self.confirmations)),
            ("Transaction", self.txid[:80]),
            ("Bought", _at(self.created_at)),
            ("Completed", _at(self.completed_at)),
            ("Open until", _at(self.expires_at) if unpaid else ""),
            ("Buyer", "" if self.is_of(email) else self.buyer_email),
            ("Country", self.customer_country),
            ("Invoice", self.invoice_id),
        )
        return tuple(Fact(label, value) for label, value in told if value)

    def __str__(self) -> str:
        """In one line."""
        bought = _at(self.created_at)
        return " · ".join(
            filter(None, (self.name, self.status, self.product_name, self.total, bought))
        )

    @staticmethod
    def _money(amount: Decimal | None, currency: str) -> str:
        return "" if amount is None else f"{amount:f} {currency}".rstrip()


def orders_in(data: object) -> list[OrderRow] | None:
    """The orders of a list; None if it is none."""
    rows = blanked(data.get("data")) if isinstance(data, dict) else None
    return None if rows is None else [row for row in map(OrderRow.of, rows) if row and row.id]


def order_in(data: object, id: str) -> OrderRow | None:
    """The order of an answer, wrapped in `data` or bare; None if it is not that one."""
    found = OrderRow.of(data.get("data", data)) if isinstance(data, dict) else None
    ours = found is not None and id in (found.id, found.invoice_id, found.order_number)
    return found if ours else None


def beside(
    orders: Sequence[OrderRow], tickets: Iterable[tuple[TicketRow, str]]
) -> tuple[Fact, ...]:
    """The buyer's other orders and tickets; each ticket comes with its address."""
    facts = [Fact("Other order", str(one)) for one in orders[:OTHERS]]
    if (more := len(orders) - OTHERS) > 0:
        facts.append(Fact("More orders", f"{more} or more"))
    for row, url in tickets:
        value = " · ".join(filter(None, (row.id, row.status, row.subject)))
        facts.append(Fact("Other ticket", value, url if url.startswith("https://") else ""))
    return tuple(facts)


def _at(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M") if at else ""
