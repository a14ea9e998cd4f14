"""Sellgate's adapter: the order behind a ticket, and what else its buyer has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbridge.domain.errors import Code, Later, Rejected
from slackbridge.domain.order import Fact
from slackbridge.ports import capabilities
from slackbridge.providers.sellgate.orders import OrderRow, beside
from slackbridge.providers.sellgate.provider import Sellgate
from slackbridge.providers.sellgate.wire import TicketRow
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from tests.providers.common import Time, says
from tests.providers.sellgate.conftest import listed


async def test_the_order_and_the_buyer_s_others(
    shop: SellgateSandbox, sellgate: Sellgate, time: Time
) -> None:
    assert isinstance(sellgate, capabilities.Orders)
    id = shop.customer_opens(email="Kim@example.com")
    shop.customer_buys("kim@example.com")
    shop.customer_buys("kim@example.com.org", "ord_9")  # somebody else's
    other = shop.customer_opens(email="kim@example.com", subject="Late", order_id=None)
    shop.customer_opens(email="z@example.com")
    ticket = await listed(sellgate, id)
    shop.calls.clear()
    order = await sellgate.order(ticket)
    assert order is not None
    assert order.facts == (
        Fact("Order", "ORD-001"),
        Fact("Status", "completed"),
        Fact("Product", "Premium License"),
        Fact("Total", "29.99 USD"),
        Fact("Paid by", "crypto BTC"),
        Fact("Paid", "0.00045 BTC"),
        Fact("Confirmations", "3"),
        Fact("Transaction", "abc123"),
        Fact("Bought", "2027-01-15 08:00"),
        Fact("Completed", "2027-01-15 08:05"),
        Fact("Country", "Austria"),
        Fact("Invoice", "INV-20417"),
        Fact("Other order", "ORD-002 · completed · Basic License · 9.5 USD · 2027-01-15 08:00"),
        Fact(
            "Other ticket", f"{other} · open · Late", f"https://seller.example.com/tickets/{other}"
        ),
    )
    assert shop.calls == {"GetOrder": 1, "ListOrders": 1}


async def test_a_ticket_without_an_order(shop: SellgateSandbox, sellgate: Sellgate) -> None:
    id = shop.customer_opens(order_id=None)
    ticket = await listed(sellgate, id)
    assert await sellgate.order(ticket) is None
    shop.customer_buys(ticket.customer.email)
    order = await sellgate.order(ticket)
    assert order is not None
    assert [fact.label for fact in order.facts] == ["Other order"]


async def test_what_cannot_be_read_is_told_and_hides_nothing_else(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    ticket = await listed(sellgate, shop.customer_opens())
    says(shop, "ListOrders", "<html>", 500)
    order = await sellgate.order(ticket)
    assert order is not None
    says(shop, "GetOrder", {"error": "Forbidden"}, 403)
    with pytest.raises(Rejected, match="does not permit this API key to read orders") as barred:
        await sellgate.order(ticket)
    assert barred.value.code == Code.FORBIDDEN
    with pytest.raises(Rejected, match="does not know this order"):
        await sellgate.order(replace(ticket, order="ord_x/../y"))
    says(shop, "GetOrder", {"data": {"id": "another"}})
    with pytest.raises(Later, match="cannot be read"):
        await sellgate.order(ticket)


def test_odd_values_are_left_out_and_only_https_is_a_link() -> None:
    odd = {"id": 5, "total_amount": "1e999999", "quantity": "x", "created_at": 10**40, "txid": [1]}
    row = OrderRow.of({**odd, "status": "pending", "expires_at": "2027-01-15T09:00:00Z"})
    assert row is not None
    assert row.facts("") == (
        Fact("Order", "5"),
        Fact("Status", "pending"),
        Fact("Open until", "2027-01-15 09:00"),
    )
    ticket = TicketRow(id="t", status="open")
    assert beside([row] * 7, [(ticket, "http://seller.example.com/t")])[-2:] == (
        Fact("More orders", "2 or more"),
        Fact("Other ticket", "t · open"),
    )
