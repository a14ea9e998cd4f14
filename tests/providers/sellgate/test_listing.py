"""Sellgate's adapter: the walk."""

from __future__ import annotations

import pytest

from slackbridge.domain.errors import Later
from slackbridge.providers.sellgate.provider import Sellgate
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from slackbridge.sandbox.sellgate.switches import Order
from slackbridge.testing.look import ids
from tests.providers.common import Time, says
from tests.providers.sellgate.conftest import walk


@pytest.mark.parametrize("order", Order)
async def test_a_walk_finds_every_open_ticket_even_with_equal_times(
    shop: SellgateSandbox, sellgate: Sellgate, order: Order
) -> None:
    shop.order = order
    made = shop.bulk(250)  # the clock stands: all were created in the same instant
    shop.close(made[7])
    assert set(await walk(sellgate)) == {*made} - {made[7]}
    assert shop.calls["ListTickets"] == 4  # and the first page once more


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("closed", [1, 13])
async def test_a_walk_loses_no_ticket_while_tickets_close(
    shop: SellgateSandbox, sellgate: Sellgate, order: Order, closed: int
) -> None:
    shop.order, shop.limit_cap = order, 10
    made = shop.bulk(45)
    gone = made[:closed] if order is Order.OLDEST else made[-closed:]

    def close(page: int) -> None:
        for id in gone if page == 3 else ():
            shop.close(id)

    assert {*made} - {*gone} <= set(await walk(sellgate, close))


@pytest.mark.parametrize("order", Order)
async def test_a_walk_loses_no_ticket_while_tickets_come_and_change(
    shop: SellgateSandbox, sellgate: Sellgate, time: Time, order: Order
) -> None:
    shop.order, shop.limit_cap = order, 10
    made = []
    for _ in range(25):
        time.now += 1
        made.append(shop.customer_opens())

    def move(page: int) -> None:
        time.now += 1
        if page < 3:
            shop.customer_writes(made[page], "again")
            made.append(shop.customer_opens())

    assert set(await walk(sellgate, move)) == {*made}


@pytest.mark.parametrize("rows", [0, 1, 100, 101])
@pytest.mark.parametrize(
    "form", [{}, {"with_meta": False}, {"offset_moves": True}, {"total_of_all": True}]
)
async def test_the_last_page_is_known_however_the_list_counts(
    shop: SellgateSandbox, sellgate: Sellgate, rows: int, form: dict[str, bool]
) -> None:
    for name, value in form.items():
        setattr(shop, name, value)
    closed = shop.bulk(3)
    for id in closed:
        shop.close(id)
    made = shop.bulk(rows)
    assert set(await walk(sellgate)) == {*made}
    assert shop.calls["ListTickets"] <= 3


async def test_a_server_that_gives_fewer_rows_than_asked_for_is_walked_to_its_end(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    shop.limit_cap = 25
    made = shop.bulk(60)
    assert set(await walk(sellgate)) == {*made}


async def test_a_list_without_end_is_given_up(shop: SellgateSandbox, sellgate: Sellgate) -> None:
    with pytest.raises(Later, match="does not end"):
        await sellgate.list_active("7.500.1000.0")
    assert not shop.calls


async def test_only_active_tickets_are_listed_whatever_the_filter_lets_through(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    rows = [{"id": "a", "status": "closed"}, {"id": "b", "status": "open"}, {"id": "c"}]
    says(shop, "ListTickets", {"data": rows, "meta": {"total": 3}})
    assert ids((await sellgate.list_active("")).tickets) == ["b", "c"]


async def test_a_page_that_is_capped_without_a_word_ends_no_list(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    shop.with_limit, shop.limit_cap = False, 15
    made = shop.bulk(40)
    assert set(await walk(sellgate)) == set(made)
