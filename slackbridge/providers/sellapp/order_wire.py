"""SellApp's orders and refunds as values, and their money in words. Pure; raises nothing.

Source: the types of SellApp's SDKs (sellapp/sellapp-node, `orders` and `refunds`). Sums are whole
minor units of the currency; a refund has no time in those types, so one is read where it is told.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from slackbridge.domain.model import Ticket
from slackbridge.domain.order import Fact, Order
from slackbridge.providers.lenient import Lenient, Moment, Rows, Text, exact, same_id
from slackbridge.text.clean import clean

ITEMS, STEPS = 5, 6  # shown of each
DIGITS = 15  # of minor units; beyond it is no price
# ISO 4217: currencies whose smallest unit is not a hundredth.
WHOLE = re.compile("BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF")
THOUSANDTHS = re.compile("BHD|IQD|JOD|KWD|LYD|OMR|TND")
FAILED = frozenset({"failed", "cancelled", "canceled"})  # refunds that moved nothing


def _minor(value: object) -> int | None:
    amount = exact(value, DIGITS)
    return int(amount) if amount is not None and amount == amount.to_integral_value() else None


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 < value < 1_000_000 else 1


Minor = Annotated[int | None, BeforeValidator(_minor)]
Count = Annotated[int, BeforeValidator(_count)]


def places(currency: str) -> int:
    """The digits behind the point of a currency."""
    code = currency.upper()
    return 0 if WHOLE.fullmatch(code) else 3 if THOUSANDTHS.fullmatch(code) else 2


def sum_of(minor: int | None, currency: str) -> str:
    """Such as `29.90 EUR`; '' if it is not told."""
    if minor is None:
        return ""
    return f"{Decimal(minor).scaleb(-places(currency)):,f} {currency}".rstrip()


class Buyer(Lenient):
    email: Text = ""
    country: Text = ""


class Payment(Lenient):
    method: Text = ""


class Totals(Lenient):
    currency: Text = ""
    total_cents: Minor = None


class Item(Lenient):
    """A line of an order."""

    id: Text = ""
    product_variant_id: Text = ""
    product_title: Text = ""
    variant_title: Text = ""
    quantity: Count = 1
    status: Text = ""
    currency: Text = ""
    total_cents: Minor = None
    subscription_id: Text = ""

    def __str__(self) -> str:
        """Such as `2 × Studio, Pro (variant 4321)`."""
        title = ", ".join(filter(None, (self.product_title, self.variant_title))) or "an item"
        variant = f" (variant {self.product_variant_id})" if self.product_variant_id else ""
        return f"{self.quantity} × {title}{variant}"


class Step(Lenient):
    """A status that an order took."""

    status: Text = ""
    set_at: Moment = None

    def __str__(self) -> str:
        return f"{words(self.status)} {_day(self.set_at)}".rstrip()


class OrderRow(Lenient):
    """An order."""

    id: Text = ""
    status: Text = ""
    timeline: Rows[Step] = Field(default_factory=list)
    customer: Buyer = Buyer()
    payment: Payment = Payment()
    totals: Totals = Totals()
    line_items: Rows[Item] = Field(default_factory=list)
    created_at: Moment = None

    @property
    def currency(self) -> str:
        return self.totals.currency or next((i.currency for i in self.line_items if i.currency), "")

    @property
    def total(self) -> str:
        return sum_of(self.totals.total_cents, self.currency)

    @property
    def variants(self) -> dict[str, Item]:
        """The items by the number of their variant."""
        return {i.product_variant_id: i for i in self.line_items if i.product_variant_id}

    def is_in(self, *statuses: str) -> bool:
        return self.status.upper() in statuses

    def __str__(self) -> str:
        """Such as `order 1042 (completed, 29.90 EUR)`."""
        told = ", ".join(filter(None, (words(self.status), self.total)))
        return f"order {self.id} ({told})" if told else f"order {self.id}"

    def facts(self, ticket: Ticket) -> Order:
        """What an agent wants to see of it."""
        mail = self.customer.email
        told = [
            ("Order", self.id),
            ("Status", words(self.status)),
            ("Total", self.total),
            *(("Item", _line(item)) for item in self.line_items[:ITEMS]),
            ("More items", str(max(0, len(self.line_items) - ITEMS) or "")),
            ("Paid by", self.payment.method),
            ("Bought", _day(self.created_at)),
            ("History", " → ".join(map(str, self.timeline[-STEPS:]))),
            ("Delivered to", mail if mail.casefold() != ticket.customer.email.casefold() else ""),
            ("Country", self.customer.country),
        ]
        return Order(tuple(Fact(label, value) for label, value in told if value))


class Refundable(Lenient):
    type: Text = ""
    id: Text = ""


class Refund(Lenient):
    """A refund, as its list or the answer to asking for one shows it."""

    refundable: Refundable = Refundable()
    status: Text = ""
    amount_cents: Minor = None
    currency: Text = ""
    created_at: Moment = None

    @property
    def failed(self) -> bool:
        return self.status.lower() in FAILED

    def is_of(self, order: str) -> bool:
        return self.refundable.type.lower() == "order" and same_id(self.refundable.id, order)


def words(status: str) -> str:
    return clean(status).replace("_", " ").lower()


def _line(item: Item) -> str:
    more = (words(item.status), sum_of(item.total_cents, item.currency))
    return " · ".join(filter(None, (str(item), *more)))


def _day(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d") if at else ""
