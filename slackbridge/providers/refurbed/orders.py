"""The order item behind a ticket: what refurbed tells of it, and that as facts. Changes nothing.

Source: refurbed's OpenAPI documents of OrderItemService, OrderService and OrderItemReturnService,
and the permissions in its protos. A buyback is not among them. Until when a warranty runs is told
nowhere, only for how many months it was offered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import Field

from slackbridge.domain.errors import Failure, Rejected, Unauthorized, unreadable
from slackbridge.domain.model import Ticket
from slackbridge.domain.order import Fact, Order
from slackbridge.providers.lenient import Lenient, Moment, Rows, Shaped, Text, same_id
from slackbridge.providers.refurbed.api import Api, is_id
from slackbridge.providers.refurbed.wire import MARKETPLACE, NONE, TicketRow

T = TypeVar("T")
RETURNS = 3  # of an item, the newest
ROWS = 100
LONGEST = 200  # characters of one fact
ELIGIBILITY = {
    "ELIGIBLE": "possible",
    "INELIGIBLE_UNKNOWN": "not possible, and refurbed gives no reason",
    "INELIGIBLE_PERIOD_EXPIRED": "not possible any more: the order is too old",
    "INELIGIBLE_ALREADY_REFUNDED": "not possible: everything that was paid is refunded",
    "INELIGIBLE_UNCAPTURED_PAYMENT": "not possible yet: refurbed does not have the payment",
    "INELIGIBLE_NO_TICKET": "not possible: refurbed sees no ticket that it could be for",
}
IDENTIFIERS = {"IMEI": "IMEI", "SERIAL_NUMBER": "Serial number"}


class Identifier(Lenient):
    identifier_type: Text = ""
    value: Text = ""


class Offer(Lenient):
    """OfferData, of which the merchant's own item was made."""

    offer_warranty: Text = ""
    offer_grading: Text = ""


class ItemRow(Lenient):
    """OrderItem. Amounts are decimal numbers in `currency_code`."""

    id: Text = ""
    order_id: Text = ""
    name: Text = ""
    state: Text = ""
    sku: Text = ""
    currency_code: Text = ""
    total_paid: Text = ""
    total_refunded: Text = ""
    is_refundable: bool = False
    refund_eligibility: Text = ""
    offer_data: Offer = Offer()
    parcel_tracking_url: Text = ""
    return_shipment_tracking_url: Text = ""
    item_identifier: Text = ""
    item_identifiers: Rows[Identifier] = Field(default_factory=list)
    shipment_status: Text = ""
    shipment_substatus: Text = ""

    @property
    def refund(self) -> str:
        """Whether it can be refunded, in words."""
        if self.refund_eligibility in NONE:
            return ELIGIBILITY["ELIGIBLE"] if self.is_refundable else "not possible"
        return ELIGIBILITY.get(self.refund_eligibility, f"not possible ({self.refund_eligibility})")

    @property
    def refundable(self) -> bool:
        return self.refund == ELIGIBILITY["ELIGIBLE"]

    def amount(self, text: str) -> str:
        return f"{text} {self.currency_code}".strip() if text else ""


class OrderRow(Lenient):
    """Order."""

    id: Text = ""
    released_at: Moment = None
    payment_method: Text = ""
    items: Rows[ItemRow] = Field(default_factory=list)


class ReturnRow(Lenient):
    """OrderItemReturn."""

    order_item_id: Text = ""
    state: Text = ""
    return_initiated_at: Moment = None
    delivered_at: Moment = None
    tracking_number: Text = ""
    tracking_url: Text = ""


class ItemAnswer(Shaped):
    order_item: ItemRow = ItemRow()


class OrderAnswer(Shaped):
    order: OrderRow = OrderRow()


class ReturnsAnswer(Shaped):
    returns: Rows[ReturnRow] = Field(default_factory=list)
    has_more: bool = False


class Orders:
    """The orders of one account. A `deadline` is on the client's clock."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def item_of(self, ticket_id: str, deadline: float | None = None) -> ItemRow:
        """The order item that a ticket is about. Raises Rejected where it is about none."""
        id = item_id((await self._api.get(ticket_id, deadline)).ticket)
        if not id:
            raise Rejected("this ticket is not about an order item that was bought from you")
        return await self.item(id, deadline)

    async def item(self, id: str, deadline: float | None = None) -> ItemRow:
        found = (await self._api.call("GetOrderItem", {"id": id}, ItemAnswer, deadline)).order_item
        if not same_id(found.id, id):
            raise _other("order item")
        return found

    async def order(self, ticket: Ticket) -> Order | None:
        """See `capabilities.Orders`. What cannot be read beside the item is named, not missed."""
        id = item_id((await self._api.get(ticket.key.id)).ticket)
        if not id:
            return None
        item = await self.item(id)
        order, returns = await asyncio.gather(
            _or_failure(self._order(item.order_id)), _or_failure(self._returns(item))
        )
        return Order(tuple(facts_of(item, order, returns)))

    async def _order(self, id: str) -> OrderRow:
        found = (await self._api.call("GetOrder", {"id": id}, OrderAnswer)).order
        if not same_id(found.id, id):
            raise _other("order")
        return found

    async def _returns(self, item: ItemRow) -> list[ReturnRow]:
        """The newest first."""
        body = {
            "pagination": {"limit": ROWS},
            "sort": {"by": "ID", "order": "DESC"},
            "filter": {"order_id": {"any_of": [item.order_id]}},
        }
        found = (await self._api.call("ListOrderItemReturns", body, ReturnsAnswer)).returns
        return [row for row in found if same_id(row.order_item_id, item.id)][:RETURNS]


def item_id(row: TicketRow) -> str:
    """The number of the order item that a ticket is about; '' for a buyback and for none."""
    bought = row.type == MARKETPLACE and is_id(row.item.id)
    return row.item.id if bought else ""


def facts_of(
    item: ItemRow, order: OrderRow | Failure, returns: Sequence[ReturnRow] | Failure
) -> Iterator[Fact]:
    """Those that refurbed tells, the most useful first."""
    told = [
        Fact("State", _words(item.state)),
        Fact("Parcel", _parcel(item), _link(item.parcel_tracking_url)),
        *_of_returns(item, returns),
        Fact("Paid", item.amount(item.total_paid)),
        Fact("Refunded", item.amount(item.total_refunded)),
        Fact("Refund", item.refund),
        *_identifiers(item),
        *_of_order(item, order),
        Fact("Warranty", _warranty(item.offer_data.offer_warranty)),
        Fact("Grading", _words(item.offer_data.offer_grading).upper()),
        Fact("SKU", item.sku),
    ]
    return (Fact(one.label, one.value[:LONGEST], one.url) for one in told if one.value)


def _parcel(item: ItemRow) -> str:
    status = _words(item.shipment_status)
    closer = _words(item.shipment_substatus)
    told = status if closer in ("", status) else f"{status}, {closer}"
    return told.strip(", ") or ("on its way" if _link(item.parcel_tracking_url) else "")


def _of_returns(item: ItemRow, returns: Sequence[ReturnRow] | Failure) -> Iterator[Fact]:
    """Its returns; where none is listed, what the item itself tells of the way back."""
    back = _link(item.return_shipment_tracking_url)
    if isinstance(returns, Failure):
        yield Fact("Returns", f"not shown: {returns.reason}", back)
    elif not returns and back:
        yield Fact("Return", "a label was issued", back)
    else:
        for row in returns:
            begun = f"since {row.return_initiated_at:%Y-%m-%d}" if row.return_initiated_at else ""
            came = f"delivered {row.delivered_at:%Y-%m-%d}" if row.delivered_at else ""
            told = (_words(row.state), begun, came, row.tracking_number)
            yield Fact("Return", ", ".join(filter(None, told)), _link(row.tracking_url) or back)


def _identifiers(item: ItemRow) -> Iterator[Fact]:
    for one in item.item_identifiers:
        yield Fact(IDENTIFIERS.get(one.identifier_type, "Identifier"), one.value)
    if not item.item_identifiers:
        yield Fact("IMEI or serial number", item.item_identifier)


def _of_order(item: ItemRow, order: OrderRow | Failure) -> Iterator[Fact]:
    if isinstance(order, Failure):
        yield Fact("Order", f"not shown: {order.reason}")
        return
    if order.released_at:
        yield Fact("Ordered", f"{order.released_at:%Y-%m-%d}")
    yield Fact("Paid with", _words(order.payment_method).title())
    others = [row for row in order.items if row.id and not same_id(row.id, item.id)]
    yield Fact("Also ordered", "; ".join(map(_in_short, others)))


def _in_short(row: ItemRow) -> str:
    state = _words(row.state)
    return f"{row.name or row.id} ({state})" if state else row.name or row.id


def _warranty(text: str) -> str:
    """`M12` is 12 months."""
    months = text.removeprefix("M")
    return f"{months} months" if months.isdigit() else ""


def _words(text: str) -> str:
    """A value of an enum, known or not, as words."""
    return "" if text in NONE else text.replace("_", " ").lower()


def _link(url: str) -> str:
    """The address if it may be shown as a link, else ''."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme == "https" and parts.hostname else ""


def _other(what: str) -> Failure:
    return unreadable(f"refurbed sent another {what} than was asked for", write=False)


async def _or_failure(reading: Awaitable[T]) -> T | Failure:
    """What was read, or why it could not be; a token that is refused is for the caller."""
    try:
        return await reading
    except Unauthorized:
        raise
    except Failure as failure:
        return failure
