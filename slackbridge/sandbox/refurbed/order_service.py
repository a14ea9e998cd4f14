"""The calls of OrderItemService, OrderService and OrderItemReturnService that a support desk needs.

Every handler checks everything before it changes anything, so an error means nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slackbridge.sandbox.refurbed import requests
from slackbridge.sandbox.refurbed.listing import MAX_LIMIT
from slackbridge.sandbox.refurbed.orders import (
    Sale,
    item_json,
    order_json,
    return_json,
)
from slackbridge.sandbox.refurbed.reading import Reader
from slackbridge.sandbox.refurbed.refusal import invalid, not_found
from slackbridge.sandbox.refurbed.state import State

Json = dict[str, Any]
Handler = Callable[[Json], Json]


class OrderService:
    def __init__(self, state: State) -> None:
        self._state = state
        self.methods: dict[str, tuple[Reader, Handler]] = {
            "GetOrderItem": (requests.ID_ONLY, self._item),
            "GetOrder": (requests.ID_ONLY, self._order),
            "ListOrderItemReturns": (requests.LIST_RETURNS, self._returns),
            "CalculateRefundOrderItem": (requests.REFUND, self._calculate),
            "RefundOrderItem": (requests.REFUND, self._refund),
        }

    def _sale(self, id: int) -> Sale:
        found = self._state.sales.get(id)
        if found is None:
            raise not_found("order item", id)
        return found

    def _item(self, request: Json) -> Json:
        return {"order_item": item_json(self._sale(request["id"]))}

    def _order(self, request: Json) -> Json:
        id = request["id"]
        sales = [sale for sale in self._state.sales.values() if sale.item.order_id == id]
        if not sales:
            raise not_found("order", id)
        return {"order": order_json(sales)}

    def _returns(self, request: Json) -> Json:
        """By id, which is the default; of the filters only `order_id` is known here."""
        limit = request.get("pagination", {}).get("limit", MAX_LIMIT)
        if not 1 <= limit <= MAX_LIMIT:
            raise invalid(f"pagination.limit: must be between 1 and {MAX_LIMIT}")
        wanted = request.get("filter", {}).get("order_id", {}).get("any_of", [])
        found = [
            (sale, one)
            for sale in self._state.sales.values()
            for one in sale.returns
            if not wanted or sale.item.order_id in wanted
        ]
        down = request.get("sort", {}).get("order") == "DESC"
        found.sort(key=lambda pair: pair[1].id, reverse=down)
        rows = [return_json(sale, one, self._topic(sale)) for sale, one in found[:limit]]
        return {"returns": rows, "has_more": len(found) > limit}

    def _topic(self, sale: Sale) -> str:
        about = (t for t in self._state.tickets.values() if t.item is sale.item)
        return next((ticket.topic for ticket in about), "")

    def _calculate(self, request: Json) -> Json:
        return self._refunded(request, dry=True)

    def _refund(self, request: Json) -> Json:
        answer = self._refunded(request, dry=False)
        self._state.note_refund(self._sale(request["id"]), answer, by="api")
        return answer

    def _refunded(self, request: Json, *, dry: bool) -> Json:
        sale = self._sale(request["id"])
        currency, target = request["currency_code"], request["target_paid_amount"]
        return sale.refund(currency, target, dry=dry)
