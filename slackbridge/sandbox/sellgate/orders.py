"""Sellgate's orders, which its API shows and tickets refer to. Read-only here.

Source: docs.sellgate.cc/orders: the fields of its example, and the filters of the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slackbridge.sandbox.sellgate.records import Order
from slackbridge.sandbox.sellgate.wire import Json, iso

STATUS = "completed"


@dataclass(slots=True)
class Purchase:
    """An order with its buyer."""

    order: Order
    email: str
    at: float
    number: int
    status: str = STATUS

    def json(self) -> Json:
        order, done = self.order, self.status == STATUS
        return {
            "id": order.id,
            "invoice_id": order.invoice,
            "order_number": f"ORD-{self.number:03d}",
            "product_id": "prod_xyz789",
            "product_name": order.product,
            "variant_id": None,
            "buyer_email": self.email,
            "quantity": 1,
            "total_amount": order.amount,
            "currency": order.currency,
            "status": self.status,
            "payment_method": "crypto",
            "crypto_currency": "BTC",
            "crypto_amount": 0.00045,
            "payment_address": "bc1q0example",
            "amount_paid": 0.00045 if done else 0,
            "txid": "abc123" if done else None,
            "confirmations": 3 if done else 0,
            "coupon_id": None,
            "discount_amount": None,
            "customer_ip": "192.0.2.1",
            "customer_country": "Austria",
            "customer_country_code": "AT",
            "created_at": iso(self.at),
            "expires_at": iso(self.at + 1_800),
            "completed_at": iso(self.at + 300) if done else None,
        }


class Purchases:
    """All orders of the store by id, the newest last."""

    def __init__(self) -> None:
        self._all: dict[str, Purchase] = {}

    def place(self, order: Order, email: str, at: float) -> Purchase:
        """An order that is there stays."""
        return self._all.setdefault(order.id, Purchase(order, email, at, len(self._all) + 1))

    def one(self, id: str) -> Purchase | None:
        return self._all.get(id)

    def found(self, query: Mapping[str, str]) -> list[Json]:
        """By the list's filters, newest first."""
        status, email = query.get("status", ""), query.get("email", "").casefold()
        return [
            one.json()
            for one in reversed(self._all.values())
            if status in ("", one.status) and email in ("", one.email.casefold())
        ]
