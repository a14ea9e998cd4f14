"""The shop's side of what was sold: state, parcels, returns and money of each order item.

Source: refurbed's OpenAPI documents of OrderItemService, OrderService and OrderItemReturnService;
buybacks are not part of them. Amounts are in cents. `target_paid_amount` of a refund is what the
customer shall still have paid; that one of the amount already paid is refused is the stricter
reading, and how a refund is shared between refurbed and the merchant is not documented.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from slackbridge.sandbox.refurbed.records import Item
from slackbridge.sandbox.refurbed.refusal import invalid, wrong_state
from slackbridge.sandbox.refurbed.wire import rfc3339

Json = dict[str, Any]
PRICE = 249_00
SHARE = 10  # percent of each refund that refurbed bears
CURRENCY = "EUR"
TRACKED = "https://track.example.com/"
AMOUNT = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?")
ALREADY = "INELIGIBLE_ALREADY_REFUNDED"


@dataclass(slots=True)
class Return:
    """A parcel on its way back."""

    id: int
    begun_at: float
    state: str = "INITIATED"
    delivered_at: float | None = None


@dataclass(slots=True)
class Sale:
    """One order item after it was sold."""

    item: Item
    released_at: float
    charged: int = PRICE
    refunded: int = 0
    state: str = "SHIPPED"
    shipment: str = "DELIVERED"
    eligibility: str = "ELIGIBLE"
    returns: list[Return] = field(default_factory=list)

    @property
    def paid(self) -> int:
        return self.charged - self.refunded

    def refund(self, currency: str, target: str, *, dry: bool) -> Json:
        """Refund down to `target`, or only calculate it. Raises Refusal."""
        if self.eligibility != "ELIGIBLE":
            raise wrong_state(f"order item {self.item.id} is not refundable: {self.eligibility}")
        if currency != CURRENCY:
            raise invalid("currency_code: not the currency of the order item")
        found = AMOUNT.fullmatch(target)
        left = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else -1
        if not 0 <= left < self.paid:
            raise invalid("target_paid_amount: must be an amount below what is paid")
        back = self.paid - left
        theirs = back * SHARE // 100
        if not dry:
            self.refunded += back
            self.eligibility = ALREADY if not left else self.eligibility
        return {
            "currency_code": CURRENCY,
            "total_paid": decimal(left),
            "total_refunded": decimal(self.charged - left),
            "refunded": decimal(back),
            "refunded_refurbed": decimal(theirs),
            "refunded_merchant": decimal(back - theirs),
        }


def item_json(sale: Sale) -> Json:
    """An OrderItem; the merchant is paid out in the order's currency."""
    item, number = sale.item, str(sale.item.id)
    money = {
        "total_charged": decimal(sale.charged),
        "total_paid": decimal(sale.paid),
        "total_refunded": decimal(sale.refunded),
        "total_discount": "0.00",
        "total_charged_dynamic": "0.00",
    }
    return {
        "id": number,
        "order_id": str(item.order_id),
        "name": item.name,
        "state": sale.state,
        "sku": f"SKU-{number}",
        "currency_code": CURRENCY,
        "settlement_currency_code": CURRENCY,
        **money,
        **{f"settlement_{name}": value for name, value in money.items()},
        "taxation": "MARGINAL",
        "is_refundable": sale.eligibility == "ELIGIBLE",
        "refund_eligibility": sale.eligibility,
        "offer_data": {"offer_id": "31", "offer_warranty": "M12", "offer_grading": "A"},
        "parcel_tracking_url": f"{TRACKED}{number}",
        "return_shipment_tracking_url": f"{TRACKED}R{number}" if sale.returns else None,
        "item_identifier": f"35{number.zfill(13)}",
        "item_identifiers": [{"identifier_type": "IMEI", "value": f"35{number.zfill(13)}"}],
        "shipment_status": sale.shipment,
        "shipment_substatus": sale.shipment,
        "return_initiated": bool(sale.returns),
        "vat_country": item.country,
    }


def order_json(sales: list[Sale]) -> Json:
    """The Order of these items; its state is theirs if all have the same."""
    item, states = sales[0].item, {sale.state for sale in sales}
    paid, refunded = sum(sale.paid for sale in sales), sum(sale.refunded for sale in sales)
    return {
        "id": str(item.order_id),
        "released_at": rfc3339(min(sale.released_at for sale in sales)),
        "state": states.pop() if len(states) == 1 else "PARTIALLY_FULFILLED",
        "customer_email": item.customer_email,
        "currency_code": CURRENCY,
        "total_charged": decimal(paid + refunded),
        "total_paid": decimal(paid),
        "total_refunded": decimal(refunded),
        "is_refundable": any(sale.eligibility == "ELIGIBLE" for sale in sales),
        "items": [item_json(sale) for sale in sales],
        "payment_method": "BRAINTREE_PAYPAL",
    }


def return_json(sale: Sale, one: Return, topic: str) -> Json:
    """An OrderItemReturn; `topic` is that of the ticket about it, '' without one."""
    item = sale.item
    return {
        "id": str(one.id),
        "order_id": str(item.order_id),
        "order_item_id": str(item.id),
        "instance_name": item.name,
        "return_initiated_at": rfc3339(one.begun_at),
        "state": one.state,
        "delivered_at": None if one.delivered_at is None else rfc3339(one.delivered_at),
        "tracking_number": f"R{item.id}",
        "tracking_url": f"{TRACKED}R{item.id}",
        "ticket_topic": topic or None,
        "item_within_trial_period": True,
    }


def decimal(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
