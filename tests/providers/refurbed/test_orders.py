"""The order behind a refurbed ticket, against the local order services over real HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import pytest

from slackbridge.domain.errors import Code, Later, Rejected, Unauthorized
from slackbridge.domain.model import Ticket
from slackbridge.domain.order import Fact
from slackbridge.ports.capabilities import Orders
from slackbridge.providers.lenient import Shaped
from slackbridge.providers.refurbed.orders import (
    ItemAnswer,
    ItemRow,
    OrderAnswer,
    ReturnsAnswer,
    _link,
    facts_of,
)
from slackbridge.providers.refurbed.provider import Refurbed
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.refurbed.orders import Json, item_json, order_json, return_json
from tests.providers.common import Time, says
from tests.providers.refurbed.conftest import Make

TICKETS = {"merchant.ticket:view"}
ITEM = {"merchant.orderItem:view"}


async def ticket_of(refurbed: Refurbed, id: int) -> Ticket:
    return (await refurbed.get(str(id))).ticket


async def facts(refurbed: Refurbed, id: int) -> tuple[Fact, ...]:
    order = await refurbed.order(await ticket_of(refurbed, id))
    assert order is not None
    return order.facts


def told(found: tuple[Fact, ...]) -> dict[str, str]:
    return {fact.label: fact.value for fact in found}


async def test_an_order_is_told_in_full(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    assert isinstance(refurbed, Orders)
    shop.customer_opens(order_id=500, item="AirPods")
    id = shop.customer_opens(order_id=500)
    time.now += 86_400
    shop.sends_back(id, "DELIVERED")
    shop.refunds(id, "200.50")
    found = await facts(refurbed, id)
    item = shop.ticket(id).item.id
    assert told(found) == {
        "State": "returned",
        "Parcel": "delivered",
        "Return": f"delivered, since 2027-01-16, delivered 2027-01-16, R{item}",
        "Paid": "200.50 EUR",
        "Refunded": "48.50 EUR",
        "Refund": "possible",
        "IMEI": f"350000000{item}",
        "Ordered": "2027-01-15",
        "Paid with": "Braintree Paypal",
        "Also ordered": "AirPods (shipped)",
        "Warranty": "12 months",
        "Grading": "A",
        "SKU": f"SKU-{item}",
    }
    links = {fact.label: fact.url for fact in found if fact.url}
    tracked = "https://track.example.com/"
    assert links == {"Parcel": f"{tracked}{item}", "Return": f"{tracked}R{item}"}
    assert shop.calls["GetOrderItem"] == shop.calls["GetOrder"] == 1


async def test_a_buyback_and_a_ticket_without_an_item_have_no_order(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    ticket = await ticket_of(refurbed, shop.customer_opens(buyback=True))
    assert await refurbed.order(ticket) is None
    says(shop, "GetTicket", {"ticket": {"id": ticket.key.id}})
    assert await refurbed.order(ticket) is None
    assert shop.calls["GetOrderItem"] == 0


async def test_a_missing_permission_is_named(shop: RefurbedSandbox, make: Make) -> None:
    id = shop.customer_opens()
    shop.allow("tickets", frozenset(TICKETS))
    refurbed = make("tickets")
    with pytest.raises(Rejected, match=r"needs the permission merchant\.orderItem:view") as raised:
        await facts(refurbed, id)
    assert raised.value.code == Code.FORBIDDEN
    shop.allow("items", frozenset(TICKETS | ITEM))
    found = told(await facts(make("items"), id))
    assert found["State"] == "shipped"
    assert "needs the permission merchant.order:view (403)" in found["Order"]
    assert "needs the permission merchant.orderItemReturn:list (403)" in found["Returns"]


async def test_a_token_that_ends_meanwhile_is_no_fact(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    id = shop.customer_opens()
    says(shop, "GetOrder", {"code": 16}, 401)
    with pytest.raises(Unauthorized):
        await facts(refurbed, id)


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("GetOrderItem", {"order_item": {"id": "1"}}),
        ("GetOrderItem", {"order_item": []}),
        ("GetOrderItem", {}),
        ("GetOrderItem", {"error": "busy"}),
    ],
)
async def test_another_item_or_none_is_never_shown(
    shop: RefurbedSandbox, refurbed: Refurbed, method: str, answer: Any
) -> None:
    id = shop.customer_opens()
    says(shop, method, answer)
    with pytest.raises(Later, match="refurbed sent"):
        await facts(refurbed, id)


async def test_what_belongs_to_another_order_or_item_is_left_out(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    id = shop.customer_opens()
    says(shop, "GetOrder", {"order": {"id": "1", "payment_method": "SOFORT"}})
    says(shop, "ListOrderItemReturns", {"returns": [{"order_item_id": "1", "state": "DELIVERED"}]})
    found = told(await facts(refurbed, id))
    assert found["Order"].startswith("not shown: refurbed sent another order")
    assert not {"Paid with", "Return"} & found.keys()


async def test_an_item_that_tells_little_is_shown_as_it_is(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    id = shop.customer_opens()
    item = str(shop.ticket(id).item.id)
    shop.unimplemented |= {"GetOrder", "ListOrderItemReturns"}
    odd: dict[str, Any] = {
        "id": item,
        "state": "HELD_BY_CUSTOMS",
        "total_paid": None,
        "offer_data": [],
        "parcel_tracking_url": "http://plain.example.com/1",
        "return_shipment_tracking_url": "https://track.example.com/2",
        "item_identifier": "35",
        "refund_eligibility": "INELIGIBLE_STRIKE",
        "sku": "S" * 500,
    }
    says(shop, "GetOrderItem", {"order_item": odd})
    found = await facts(refurbed, id)
    assert told(found) | {"Order": "", "Returns": ""} == {
        "State": "held by customs",
        "Refund": "not possible (INELIGIBLE_STRIKE)",
        "IMEI or serial number": "35",
        "SKU": "S" * 200,
        "Order": "",
        "Returns": "",
    }
    assert [fact.url for fact in found if fact.url] == ["https://track.example.com/2"]


Answer = TypeVar("Answer", bound=Shaped)
ODD: tuple[Any, ...] = (
    *(None, "text \ud83d", "9" * 400, 10**30, True, [], ["text"], {}, {"a": 1}),
    *("0001-01-01T00:00:00+02:00", "https://[x"),
)


def changes(data: Any) -> Iterator[Any]:
    """The same JSON with one thing in it another, wherever that is."""
    yield from ODD
    entries: Iterable[tuple[Any, Any]] = (
        enumerate(data) if isinstance(data, list) else getattr(data, "items", tuple)()
    )
    for key, value in entries:
        for other in changes(value):
            whole = data.copy()
            whole[key] = other
            yield whole


def known(shape: type[Answer], data: Json) -> list[Answer]:
    """All changes of an answer that are still one; the others are told as unreadable."""
    return [one for other in changes(data) if (one := shape.of(other)) is not None]


async def test_no_answer_whatever_stands_in_it_costs_more_than_a_fact(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    id = shop.customer_opens()
    shop.sends_back(id)
    sale = shop.sale(id)
    beside = {"items": [{"id": "2", "name": "AirPods", "state": "NEW"}]}
    sold: Json = {"order_item": item_json(sale)}
    ordered: Json = {"order": order_json([sale]) | beside}
    back: Json = {"returns": [return_json(sale, sale.returns[0], "battery")]}
    item, order = ItemAnswer.of(sold), OrderAnswer.of(ordered)
    assert item is not None
    assert order is not None
    read = [facts_of(one.order_item, order.order, []) for one in known(ItemAnswer, sold)]
    read += [facts_of(item.order_item, one.order, []) for one in known(OrderAnswer, ordered)]
    read += [facts_of(item.order_item, order.order, o.returns) for o in known(ReturnsAnswer, back)]
    assert len(read) > 500
    for shown in map(tuple, read):
        assert all(fact.value and len(fact.value) <= 200 for fact in shown)
        assert all(fact.url.startswith("https://") for fact in shown if fact.url)


@pytest.mark.parametrize(
    "url", ["", "http://x.example", "javascript:alert(1)", "https://", "https://[x", "//x.example"]
)
def test_only_https_is_a_link(url: str) -> None:
    assert _link(url) == ""


@pytest.mark.parametrize(
    ("flag", "why", "words"),
    [
        (True, "", "possible"),
        (False, "", "not possible"),
        (False, "ELIGIBLE", "possible"),
        (True, "INELIGIBLE_NO_TICKET", "not possible: refurbed sees no ticket"),
    ],
)
def test_whether_a_refund_is_possible(flag: bool, why: str, words: str) -> None:
    row = ItemRow(is_refundable=flag, refund_eligibility=why)
    assert row.refund.startswith(words)
    assert row.refundable is (words == "possible")
