"""SellApp's orders and refunds: what is stored, and the calls that read and change it.

Source: the operations and types of SellApp's SDKs (sellapp/sellapp-node, `orders`, `refunds`).
Every write needs an Idempotency-Key; the same key with another request is 409. Amounts of a request
are decimal text in major units, those of an answer whole minor units.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from slackbridge.sandbox.clock import Clock
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.sellapp.refusal import Refusal, invalid, not_found
from slackbridge.sandbox.sellapp.switches import Switches
from slackbridge.sandbox.sellapp.wire import Json, moment

AMOUNT = re.compile(r"\d{1,9}(\.\d{1,2})?")
COMPLETED, PAID, PARTIAL, REFUNDED = "COMPLETED", "PAID", "PARTIAL", "REFUNDED"


@dataclass(slots=True)
class Item:
    """A line of an order; `cents` for all of it."""

    variant: int
    title: str
    quantity: int
    cents: int
    subscription: int | None = None
    replaced: bool = False


@dataclass(slots=True)
class Order:
    """An order, with the refunds of it: (id, status, cents, at)."""

    id: int
    email: str
    items: list[Item]
    currency: str
    status: str
    created_at: float
    timeline: list[tuple[str, float]]
    refunds: list[tuple[int, str, int, float]] = field(default_factory=list)

    @property
    def cents(self) -> int:
        return sum(item.cents for item in self.items)

    @property
    def left(self) -> int:
        return self.cents - sum(cents for _, status, cents, _ in self.refunds if status != "failed")

    def become(self, status: str, at: float) -> None:
        self.status = status
        self.timeline.append((status, at))


class OrderBook:
    """All orders of the store."""

    def __init__(self, switches: Switches, clock: Clock, ledger: Ledger) -> None:
        self._switches = switches
        self._clock = clock
        self._ledger = ledger
        self._orders: dict[int, Order] = {}
        self._ids = count(900_001)
        self._refund_ids = count(781)
        self._done: dict[str, tuple[str, Json]] = {}

    def place(self, id: int, email: str, *items: Item, currency: str = "EUR") -> Order:
        """A completed order of that number, by default of one key; one that is there stays."""
        if id not in self._orders:
            now = self._clock.now()
            bought = list(items) or [Item(4321, "Strategy game key", 1, 4_900)]
            steps = [("PENDING", now), (PAID, now), (COMPLETED, now)]
            self._orders[id] = Order(id, email, bought, currency, COMPLETED, now, steps)
        return self._orders[id]

    def order(self, id: int) -> Order:
        """Raises Refusal."""
        if id not in self._orders:
            raise not_found("App\\Models\\Order")
        return self._orders[id]

    def become(self, id: int, status: str) -> None:
        self.order(id).become(status, self._clock.now())

    def shown(self, id: int) -> Json:
        return {"data": self._json(self.order(id))}

    def refunds(self) -> list[Json]:
        """All refunds, newest first."""
        rows = [(order, refund) for order in self._orders.values() for refund in order.refunds]
        return [self._refund_json(*row) for row in sorted(rows, key=lambda row: -row[1][0])]

    def write(self, operation: str, id: int, body: Any, key: str) -> Json:
        """One of the four acts, once for each key. Raises Refusal."""
        if not key:
            raise invalid("Idempotency-Key", "The Idempotency-Key header is required.")
        sent = json.dumps([operation, id, body], sort_keys=True)
        before, answer = self._done.get(key, (sent, None))
        if before != sent:
            raise Refusal(409, "This idempotency key was used for another request.")
        if answer is None:
            acts: dict[str, Callable[[Order, Json], Json]] = {
                "RefundOrder": self._refund,
                "ReplaceOrder": self._replace,
                "RetryFulfillment": self._retry,
            }
            given = body if isinstance(body, dict) else {}
            answer = acts.get(operation, self._notify)(self.order(id), given)
            self._done[key] = (sent, answer)
        return answer

    def _refund(self, order: Order, body: Json) -> Json:
        if order.status != COMPLETED or any(item.subscription for item in order.items):
            raise invalid("order", "Only completed orders without a subscription are refundable.")
        amount = body.get("amount") or f"{order.left / 100:.2f}"
        if not isinstance(amount, str) or not AMOUNT.fullmatch(amount):
            raise invalid("amount", "The amount must be a decimal string.")
        cents = round(float(amount) * 100)
        if not 0 < cents <= order.left:
            raise invalid("amount", "The amount exceeds the refundable balance.")
        refund = (next(self._refund_ids), self._switches.refund_status, cents, self._clock.now())
        order.refunds.append(refund)
        if not order.left:
            order.become(REFUNDED, self._clock.now())
        self._commit("refund", order, cents=cents, status=refund[1])
        return {"data": {"order": self._json(order), "refund": self._refund_json(order, refund)}}

    def _replace(self, order: Order, body: Json) -> Json:
        wanted = body.get("product_variants")
        asked = wanted if isinstance(wanted, list) else [wanted]
        items = [item for item in order.items if item.variant in asked]
        if not items or len(items) < len(asked):
            raise invalid("product_variants", "The variants must belong to this order.")
        if any(item.replaced for item in items):
            raise invalid("product_variants", "This delivery was replaced already.")
        for item in items:
            item.replaced = True
        copies = [Item(item.variant, item.title, item.quantity, 0) for item in items]
        new = self.place(next(self._ids), order.email, *copies, currency=order.currency)
        self._commit("replacement", order, variants=asked, new_order=new.id)
        return self.shown(new.id)

    def _retry(self, order: Order, body: Json) -> Json:
        if order.status not in (PAID, PARTIAL):
            raise invalid("order", "Only paid orders can be fulfilled.")
        self._commit("delivery_retried", order, to=body.get("email") or order.email)
        return {**self.shown(order.id), "meta": {"effects_reset": len(order.items)}}

    def _notify(self, order: Order, body: Json) -> Json:
        sent = len(order.items) if order.status == COMPLETED else 0
        if sent:
            self._commit("delivery_sent", order, to=body.get("email") or order.email)
        return {**self.shown(order.id), "meta": {"notifications_sent": sent}}

    def _commit(self, act: str, order: Order, **data: Any) -> None:
        self._ledger.commit(act, self._clock.now(), order_id=order.id, **data)

    def _json(self, order: Order) -> Json:
        zone = self._switches.zone
        return {
            "id": order.id,
            "status": order.status,
            "timeline": [
                {"status": status, "set_at": moment(at, zone)} for status, at in order.timeline
            ],
            "customer": {"id": None, "email": order.email, "country": "AT", "proxied": False},
            "payment": {"method": "STRIPE", "transaction_id": None, "has_checkout_url": False},
            "totals": {
                "currency": order.currency,
                "subtotal_cents": order.cents,
                "total_exclusive_cents": order.cents,
                "total_cents": order.cents,
            },
            "coupon_id": None,
            "line_items": [_item_json(number, item, order) for number, item in _numbered(order)],
            "created_at": moment(order.created_at, zone),
            "updated_at": moment(order.timeline[-1][1], zone),
        }

    def _refund_json(self, order: Order, refund: tuple[int, str, int, float]) -> Json:
        number, status, cents, at = refund
        time = {"created_at": moment(at, True)} if self._switches.refund_times else {}
        return {
            "id": number,
            "source": "api",
            "refundable": {"type": "order", "id": order.id},
            "provider": "STRIPE",
            "provider_refund_id": f"re_{number}",
            "amount_cents": cents,
            "currency": order.currency,
            "status": status,
            "reason": None,
            **time,
        }


def _numbered(order: Order) -> list[tuple[int, Item]]:
    return list(enumerate(order.items, order.id * 10))


def _item_json(number: int, item: Item, order: Order) -> Json:
    return {
        "id": number,
        "product_id": item.variant + 1,
        "product_variant_id": item.variant,
        "product_title": item.title,
        "variant_title": None,
        "quantity": item.quantity,
        "status": order.status,
        "currency": order.currency,
        "subtotal_cents": item.cents,
        "total_exclusive_cents": item.cents,
        "total_cents": item.cents,
        "subscription_id": item.subscription,
        "created_at": moment(order.created_at, True),
    }
