"""What was bought, by ClickBank's Orders API 1.3 (`orders2`). Pure.

Source: the XML schema in ClickBank's article "Orders API", and a client's dump of an answer: lists
of one come as the object, flags as `"true"`. Only `shippable` tells goods from downloads. The
states are the schema's, `TO_OLD` among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Annotated

from pydantic import BeforeValidator, Field

from slackbridge.domain.order import Fact, Order
from slackbridge.providers.clickbank.wire import Figure, Moment, Row, nil, plain
from slackbridge.providers.lenient import Text

REFUNDABLE = {
    "REFUNDABLE": "can be refunded",
    "SUGGESTED_REFUND_BLOCK": "ClickBank advises against a refund",
    "UNREFUNDABLE": "cannot be refunded",
    "ALREADY_REFUNDED": "was refunded",
    "TO_OLD": "too old for a refund",
    "TOO_OLD": "too old for a refund",
    "REFUND_BLOCKED": "refunds are blocked",
    "HAS_OPEN_REFUND": "a refund is under way",
    "OVER_ELV_LIMIT": "over the limit of direct debits",
    "PROVIDER_DISCONNECTED": "its payment service is disconnected",
}


def _objects(value: object) -> object:
    rows = value if isinstance(value, list) else [value]
    return [plain(row) for row in rows if isinstance(row, dict) and not nil(row)]


def _flag(value: object) -> bool | None:
    return {"true": True, "false": False}.get(str(value).strip().lower())


Flag = Annotated[bool | None, BeforeValidator(_flag)]


class Line(Row):
    """lineItemData."""

    item_no: Text = ""
    product_title: Text = ""
    recurring: Flag = None
    shippable: Flag = None
    customer_amount: Figure = ""
    quantity: Figure = ""
    refunds_blocked: Flag = None
    rebill_amount: Figure = ""
    processed_payments: Figure = ""
    future_payments: Figure = ""
    next_payment_date: Moment = None
    status: Text = ""


class OrderRow(Row):
    """orderData."""

    receipt: Text = ""
    transaction_time: Moment = None
    transaction_type: Text = ""
    total_order_amount: Figure = ""
    currency: Text = ""
    customer_refundable_state: Text = ""
    line_item_data: Annotated[list[Line], BeforeValidator(_objects)] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sale:
    """One item of an order; None = ClickBank does not say."""

    order: OrderRow
    line: Line

    @property
    def recurring(self) -> bool | None:
        return self.line.recurring

    @property
    def shipped(self) -> bool | None:
        return self.line.shippable

    @property
    def billing(self) -> str:
        """The payments to come, in words; '' if none are known."""
        line, currency = self.line, self.order.currency
        if not line.recurring or not (line.rebill_amount or line.next_payment_date):
            return ""
        each = f"{line.rebill_amount} {currency}".strip() if line.rebill_amount else ""
        at = line.next_payment_date
        when = f"next on {at.astimezone(UTC):%Y-%m-%d}" if at else ""
        return ", ".join(filter(None, (each, when)))

    def shown(self, tickets: int | None) -> Order:
        """The facts for an agent; `tickets` is how many the receipt has."""
        facts = [Fact(label, value) for label, value in self._facts() if value]
        if tickets is not None:
            facts.append(Fact("Tickets of this receipt", f"{tickets:,}"))
        return Order(tuple(facts))

    def _facts(self) -> Iterator[tuple[str, str]]:
        order, line = self.order, self.line
        amount = line.customer_amount or order.total_order_amount
        several = f"{line.quantity} x " if line.quantity not in ("", "1") else ""
        yield "Item", several + (line.product_title or line.item_no)
        yield "Paid", f"{amount} {order.currency}".strip() if amount else ""
        bought = order.transaction_time
        yield "Bought", f"{bought.astimezone(UTC):%Y-%m-%d}" if bought else ""
        yield "Subscription", self._subscription()
        yield "Payments", self._payments()
        yield "Goods", {True: "shipped", False: "download", None: ""}[line.shippable]
        yield "Refund", self._refund()

    def _subscription(self) -> str:
        if self.line.recurring is None:
            return ""
        if not self.line.recurring:
            return "no"
        status = self.line.status.replace("_", " ").lower()
        return ", ".join(filter(None, (status, self.billing))) or "yes"

    def _payments(self) -> str:
        made, left = self.line.processed_payments, self.line.future_payments
        told = (f"{made} made" if made else "", f"{left} to come" if left else "")
        return ", ".join(filter(None, told)) if self.line.recurring else ""

    def _refund(self) -> str:
        if self.line.refunds_blocked:
            return REFUNDABLE["REFUND_BLOCKED"]
        state = self.order.customer_refundable_state
        return REFUNDABLE.get(state, state.replace("_", " ").lower())


def sales_in(data: object) -> list[OrderRow] | None:
    """The orders of an answer, one or many, wrapped or bare; None for anything else."""
    if isinstance(data, dict) and "orderdata" in plain(data):
        data = plain(data)["orderdata"]
    if data is None or data == "":
        return []
    rows = data if isinstance(data, list) else [data]
    found = [OrderRow.of(row) for row in rows]
    good = [row for row in found if row is not None and (row.receipt or row.line_item_data)]
    return good if len(good) == len(rows) else None


def sale_of(rows: list[OrderRow], receipt: str, item: str) -> Sale | None:
    """The sale of a receipt: of the item, or of the only one; None if it is not among them.

    Refunds and later payments of a receipt may be listed beside it.
    """
    named = [row for row in rows if row.receipt.casefold() in ("", receipt.casefold())]
    sold = [row for row in named if "SALE" in row.transaction_type.upper()] or named
    for row in sold:
        lines = [line for line in row.line_item_data if not item or line.item_no == item]
        if len(lines) == 1 or (lines and item):
            return Sale(row, lines[0])
    return None
