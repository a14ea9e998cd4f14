"""SellApp's adapter: who asks and what about, in every form that SellApp may write it."""

from __future__ import annotations

from typing import Any

import pytest

from slackbridge.domain.model import Person
from slackbridge.providers.sellapp.provider import SellApp
from slackbridge.providers.sellapp.wire import TicketRow
from slackbridge.sandbox.sellapp.app import SellAppSandbox

KIM = {"id": 5, "name": "Kim", "email": "a@b.example"}


@pytest.mark.parametrize(
    "customer",
    [
        KIM,
        [KIM],
        [{"id": 5}, {"email": "a@b.example"}, {"name": "Kim"}],
        [{"field": "Email", "value": "a@b.example"}, {"field": "name", "value": "Kim"}],
        {"data": KIM},
        [[KIM], None, 3],
        [{"email": None, "name": ""}, KIM],
    ],
)
def test_a_customer(customer: object) -> None:
    row = TicketRow.of({"id": 1, "customer": customer})
    assert row is not None
    assert row.ticket("keys", "").customer == Person("Kim", "a@b.example")


@pytest.mark.parametrize("nobody", [None, [], {}, 7, [None], {"email": [1]}, [[[[[KIM]]]]], True])
def test_nobody(nobody: object) -> None:
    row = TicketRow.of({"id": 1, "customer": nobody})
    assert row is not None
    assert row.ticket("keys", "").customer == Person()


def test_a_bare_address() -> None:
    row = TicketRow.of({"customer": "a@b.example"})
    assert row is not None
    assert row.customer.email == "a@b.example"


ORDER = {"id": 9, "type": "Order"}


@pytest.mark.parametrize(
    "reference",
    [
        ORDER,
        {"id": "9", "type": "order"},
        {"id": 9, "type": "Order model"},
        {"id": 9, "type": "App\\Models\\Order"},
        [ORDER],
        [{"id": 9, "type": "Order model"}],
        [{"id": 4, "type": "product"}, ORDER],
        {"order": {"id": 9}},
        {"order": 9},
        {"data": ORDER},
        {"reference": [ORDER], "type": {"name": "Order"}, "id": 9},
        {"type": {"type": "Order", "id": 9}},
        {"reference_type": "App\\Models\\Order", "reference_id": 9},
        {"type": "order", "id": {"id": 9}},
        {"reference": {"type": "App\\Models\\Order", "id": 9}},
    ],
)
def test_an_order(reference: object) -> None:
    row = TicketRow.of({"id": 1, "reference": reference})
    assert row is not None
    ticket = row.ticket("keys", "")
    assert (ticket.order, ticket.type) == ("9", "order")


@pytest.mark.parametrize(
    ("reference", "type", "extra"),
    [
        ({"id": 4, "type": "Product"}, "product", (("product", "4"),)),
        ([{"id": 4, "type": "App\\Models\\Product"}], "product", (("product", "4"),)),
        ({"id": 4, "type": "Gift Card"}, "card", ()),
        ({"id": 4, "type": None}, "", ()),
        ({"type": "App\\Models", "id": 1}, "", ()),
        (None, "", ()),
        ([], "", ()),
        ({}, "", ()),
        ("order", "", ()),
        ([None, 3, [[]]], "", ()),
        ({"a": {}}, "", ()),
    ],
)
def test_no_order(reference: object, type: str, extra: tuple[Any, ...]) -> None:
    row = TicketRow.of({"id": 1, "reference": reference})
    assert row is not None
    ticket = row.ticket("keys", "")
    assert (ticket.order, ticket.type, ticket.extra) == ("", type, extra)


@pytest.mark.parametrize("customer", ["object", "list", "fields"])
@pytest.mark.parametrize("reference", ["object", "list", "model", "words", "nested"])
async def test_the_same_ticket_in_every_form(
    shop: SellAppSandbox, sellapp: SellApp, customer: str, reference: str
) -> None:
    order, product = shop.customer_opens(order_id=77), shop.customer_opens(product_id=5)
    shop.ticket(order).order_id = None  # told by the reference alone
    shop.customer_form, shop.reference_form = customer, reference
    first, second = await sellapp.read([str(order), str(product)])
    assert (first.customer.email, first.order, first.type) == (
        "kim.muster@example.com",
        "77",
        "order",
    )
    assert (second.type, dict(second.extra)["product"]) == ("product", "5")
