"""A refund of the order item behind a ticket: shown exactly, bound to what was shown, and settled.

Source: refurbed's OpenAPI document of the OrderItemService. A refund names what the customer shall
still have paid afterwards (`target_paid_amount`), 0 for all; agents enter what goes back. The item
and what was paid for it are noted when the figures are shown: a refund that was made meanwhile by
somebody else is no longer what was confirmed, and is refused instead of doubled. Amounts are cents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from slackbridge.domain.errors import Code, Rejected, Unknown
from slackbridge.domain.model import Act, Action, Field, Status
from slackbridge.providers.lenient import Shaped, Text
from slackbridge.providers.refurbed.api import Api, Body, is_id
from slackbridge.providers.refurbed.orders import Orders
from slackbridge.providers.refurbed.wire import MARKETPLACE

FIGURE = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?")
ALL, PART = "all", "part"
ITEM, PAID, CURRENCY = "order_item", "paid", "currency"  # what is noted beside the form's fields
REFUND = Action(
    "refund",
    "Refund",
    "Refunds the order item of this ticket, wholly or in part. You see refurbed's own figures "
    "before anything happens.",
    fields=(
        Field(
            "how_much",
            "How much",
            options=((ALL, "All that is still paid"), (PART, "An amount")),
        ),
        Field(
            "amount",
            "Amount that the customer gets back",
            optional=True,
            hint="In the currency of the order, such as 12.50; empty for all.",
            max_length=12,
        ),
    ),
    money=True,
    types=frozenset({MARKETPLACE}),
    statuses=frozenset(Status),
)


class Figures(Shaped):
    """The answer of CalculateRefundOrderItem and RefundOrderItem."""

    currency_code: Text = ""
    total_paid: Text = ""
    total_refunded: Text = ""
    refunded: Text = ""
    refunded_refurbed: Text = ""
    refunded_merchant: Text = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """What goes back of one item. `paid` is what was paid for it when the figures were shown."""

    item: str
    currency: str
    paid: int
    back: int

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Self:
        """Read the form with what is noted beside it. Raises Rejected."""
        item, paid = fields.get(ITEM, ""), cents(fields.get(PAID, ""))
        if not is_id(item) or not paid:
            raise Rejected("it is not known what was paid for the item; open the form again")
        currency = fields.get(CURRENCY, "")
        return cls(item, currency, paid, _back(fields, paid, currency))

    @property
    def target(self) -> int:
        """What the customer shall still have paid."""
        return self.paid - self.back

    @property
    def body(self) -> Body:
        return {
            "id": self.item,
            "currency_code": self.currency,
            "target_paid_amount": written(self.target),
        }


class Refunds:
    """The refunds of one account. A `deadline` is on the client's clock."""

    def __init__(self, api: Api, orders: Orders) -> None:
        self._api = api
        self._orders = orders

    async def pinned(self, id: str, act: Act) -> Mapping[str, str]:
        """See `capabilities.Pins`. Raises Rejected, also where nothing can be refunded."""
        item = await self._orders.item_of(id)
        if not item.refundable:
            raise Rejected(f"a refund of order item {item.id} is {item.refund}")
        noted = {ITEM: item.id, PAID: item.total_paid, CURRENCY: item.currency_code}
        return {**act.fields, **noted}

    async def preview(self, id: str, act: Act) -> str:
        """refurbed's own figures. Raises Rejected where they are not what was asked for."""
        refund = Refund.of(act.fields if ITEM in act.fields else await self.pinned(id, act))
        told = await self._api.call("CalculateRefundOrderItem", refund.body, Figures)
        if cents(told.refunded) != refund.back:
            amount = told.refunded or "an unknown amount"
            raise Rejected(f"refurbed would refund {amount} and not {written(refund.back)}")
        shares = f"refurbed bears {told.refunded_refurbed} and you {told.refunded_merchant}"
        known = cents(told.refunded_refurbed) is not None
        return (
            f"Order item {refund.item}: the customer gets back {told.refunded} {refund.currency} "
            f"of {written(refund.paid)} {refund.currency} that are paid; "
            f"{written(refund.target)} {refund.currency} remain paid. "
            f"Refunded in all: {told.total_refunded} {refund.currency}."
            + (f" Of this refund {shares}." if known else "")
        )

    async def make(self, id: str, act: Act, deadline: float) -> None:
        """Refund once. Raises Rejected if what is paid is not what it was when it was shown."""
        pinned = ITEM in act.fields
        refund = Refund.of(act.fields if pinned else await self.pinned(id, act))
        item = await self._orders.item(refund.item, deadline)
        if cents(item.total_paid) != refund.paid:
            raise Rejected(
                f"{written(refund.paid)} {refund.currency} were paid when you were asked, and now "
                f"it is {item.amount(item.total_paid)}: somebody has refunded something meanwhile"
            )
        told = await self._api.call("RefundOrderItem", refund.body, Figures, deadline)
        if cents(told.total_paid) != refund.target:
            raise Unknown("refurbed's answer does not show the refund", code=Code.UNREADABLE)

    async def settled(self, act: Act) -> bool | None:
        """Whether what remains paid is what was aimed at; None for any third amount.

        The same refund by somebody else in that moment counts as this one: it must not be made
        twice.
        """
        try:
            refund = Refund.of(act.fields)
        except Rejected:
            return None
        paid = cents((await self._orders.item(refund.item)).total_paid)
        return paid == refund.target if paid in (refund.target, refund.paid) else None


def _back(fields: Mapping[str, str], paid: int, currency: str) -> int:
    """What goes back. Raises Rejected for a form that does not say so clearly."""
    amount = fields.get("amount", "").strip()
    how_much = fields.get("how_much", "")
    if how_much not in (ALL, PART):
        raise Rejected("say how much to refund: all, or an amount")
    if how_much == ALL:
        if amount:
            raise Rejected("a refund of all takes no amount; leave it empty")
        return paid
    back = cents(amount)
    if not back:
        raise Rejected("an amount is a number above 0 such as 12.50, without a currency")
    if back > paid:
        raise Rejected(f"only {written(paid)} {currency} are still paid")
    return back


def cents(text: str) -> int | None:
    """An amount; None for anything else, such as '', '-1', '1,000.00' or '1.005'."""
    found = FIGURE.fullmatch(text) if text.isascii() else None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def written(cents: int) -> str:
    """As refurbed takes it."""
    return f"{cents // 100}.{cents % 100:02d}"
