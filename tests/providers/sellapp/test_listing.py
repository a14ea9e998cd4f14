"""SellApp's adapter: walks, the search and its fallback, odd shapes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest
import structlog

from slackbridge.domain.errors import Later, Unauthorized
from slackbridge.domain.model import Query, Status
from slackbridge.providers.sellapp.provider import SellApp
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from tests.providers.common import Time, numbers, says, walk
from tests.providers.sellapp.conftest import Make


@pytest.mark.parametrize("searches", [True, False])
@pytest.mark.parametrize("paginator", ["resource", "flat", "none", "bare"])
async def test_a_walk_finds_every_active_ticket_even_with_equal_times(
    shop: SellAppSandbox, sellapp: SellApp, searches: bool, paginator: str
) -> None:
    shop.searches, shop.paginator = searches, paginator
    made = shop.bulk(250)  # the clock stands: all were created in the same instant
    shop.close(made[7])
    shop.archive(made[8])
    shop.force_status(made[9], "ESCALATED")
    found = await walk(sellapp)
    assert set(found) == set(made) - {made[7], made[8]}
    assert shop.calls["ListMessages"] == shop.calls["GetTicket"] == 0
    assert shop.calls["SearchTickets"] == (6 if searches else 1)
    assert sellapp.capabilities.recent_first is searches


@pytest.mark.parametrize("order", ["newest", "oldest", "updated"])
@pytest.mark.parametrize("searches", [True, False])
async def test_a_walk_loses_no_ticket_while_tickets_move(
    shop: SellAppSandbox, sellapp: SellApp, time: Time, searches: bool, order: str
) -> None:
    shop.searches, shop.list_order, shop.list_archived = searches, order, False
    made = []
    for _ in range(350):
        time.now += 1
        made.append(shop.customer_opens())
    leaving = iter(made)

    def move() -> None:
        for gone in islice(leaving, 20):  # they leave the list, so all rows behind them move up
            shop.archive(gone)
            shop.close(gone)
            time.now += 1
            shop.customer_opens()

    found = await walk(sellapp, move)
    left = {id for id, ticket in shop.tickets.items() if not ticket.archived}
    assert left & set(made) <= set(found)


async def test_what_changed_last_comes_first(
    shop: SellAppSandbox, sellapp: SellApp, time: Time
) -> None:
    made = shop.bulk(120)
    time.now += 5
    shop.customer_writes(made[1], "hm")
    shop.close(made[2])
    await sellapp.list_active("")
    page = await sellapp.list_recent()
    assert numbers(page.tickets)[0] == made[1]
    assert (len(page.tickets), len(page.ended), page.cursor) == (99, 1, "")


@pytest.mark.parametrize("status", [400, 404, 405, 422, 501])
async def test_without_a_search_a_walk_stands_in(
    shop: SellAppSandbox, sellapp: SellApp, status: int
) -> None:
    made = shop.bulk(101)
    shop.close(made[0])
    says(shop, "SearchTickets", {"message": "no"}, status)
    assert set(await walk(sellapp)) == set(made[1:])
    assert set(await walk(sellapp)) == set(made[1:])
    assert shop.faults.seen.count("SearchTickets") == 1  # asked once
    assert not sellapp.capabilities.recent_first


@pytest.mark.parametrize("ignored", ["sort", "filters", "page"])
async def test_a_search_that_does_not_do_what_it_is_told_is_not_relied_on(
    shop: SellAppSandbox, sellapp: SellApp, time: Time, ignored: str
) -> None:
    shop.search_ignores = {ignored}
    made = []
    for _ in range(130):
        time.now += 1
        made.append(shop.customer_opens())
    shop.close(made[3])
    assert set(made) - {made[3]} <= set(await walk(sellapp))
    assert not sellapp.capabilities.recent_first


@pytest.mark.parametrize("switch", ["search_sorts", "search_filters"])
async def test_a_search_with_fewer_fields_is_not_used(
    shop: SellAppSandbox, sellapp: SellApp, switch: str
) -> None:
    setattr(shop, switch, {"id"})
    made = shop.bulk(2)
    assert set(await walk(sellapp)) == set(made)
    assert shop.calls["SearchTickets"] == 1


async def test_an_empty_search_proves_nothing(shop: SellAppSandbox, sellapp: SellApp) -> None:
    says(shop, "SearchTickets", {"data": []})
    made = shop.bulk(2)
    assert set(await walk(sellapp)) == set(made)
    assert not sellapp.capabilities.recent_first
    assert set(await walk(sellapp)) == set(made)
    assert sellapp.capabilities.recent_first


async def test_a_search_that_goes_away_is_replaced_in_mid_walk(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    made = shop.bulk(250)
    page = await sellapp.list_active("")
    shop.searches = False
    recent = await sellapp.list_recent()
    assert len(recent.tickets) == 100
    found = set(numbers(page.tickets))
    while page.cursor:
        page = await sellapp.list_active(page.cursor)
        found |= set(numbers(page.tickets))
    assert found == set(made)
    assert not sellapp.capabilities.recent_first


async def test_a_message_that_does_not_move_its_ticket_turns_the_fast_path_off(
    shop: SellAppSandbox, sellapp: SellApp, time: Time
) -> None:
    shop.message_moves = False
    id = shop.bulk(1)[0]
    before = (await sellapp.list_active("")).tickets[0].revision
    assert sellapp.capabilities.recent_first
    time.now += 60
    shop.customer_writes(id, "hello?")
    assert (await sellapp.list_active("")).tickets[0].revision != before
    await sellapp.get(str(id))
    assert not sellapp.capabilities.recent_first


async def test_empty_pages_in_between_and_wrong_ones(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    shop.searches = False
    says(shop, "ListTickets", {"data": [], "meta": {"current_page": 1, "last_page": 3}})
    page = await sellapp.list_active("")
    assert page.tickets == ()
    assert page.cursor.startswith("list:2.")
    says(shop, "ListTickets", {"data": [{"id": 1}], "meta": {"current_page": 1, "last_page": 3}})
    with pytest.raises(Later, match="another page"):
        await sellapp.list_active(page.cursor)


@pytest.mark.parametrize("answer", [{}, {"message": "hm"}, {"data": 3}, "[", "null", "<html>"])
async def test_what_is_no_list_is_not_an_empty_one(
    shop: SellAppSandbox, sellapp: SellApp, answer: object
) -> None:
    shop.searches = False
    says(shop, "ListTickets", answer)
    with pytest.raises(Later, match="cannot be read"):
        await sellapp.list_active("")


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_an_unchanged_ticket_has_one_revision_wherever_it_is_read(
    shop: SellAppSandbox, make: Make, time: Time, version: str
) -> None:
    sellapp = make(api_version=version)
    id = shop.customer_opens()
    ticket = shop.ticket(id)
    seen: list[str] = []

    async def changed(**facts: Any) -> None:
        for name, value in facts.items():
            setattr(ticket, name, value)
        seen.append((await sellapp.get(str(id))).ticket.revision)
        assert (await sellapp.read([str(id)]))[0].revision == seen[-1]
        for listed in (await sellapp.list_active("")).tickets:
            assert listed.revision == seen[-1]
        assert len(set(seen)) == len(seen), facts

    await changed()
    await changed(messages=[*ticket.messages, ticket.messages[0]])  # time stands
    await changed(read_by_store=True)
    await changed(read_by_customer=False)
    await changed(archived=True)
    await changed(status="CLOSED")
    await changed(updated_at=time.now + 1)


async def test_a_shape_of_php_is_read_like_any_other(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    made = shop.bulk(3)
    plainly = [(await sellapp.get(str(id))) for id in made]
    shop.gaps, shop.zone, shop.wrapped = True, False, False
    assert [(await sellapp.get(str(id))) for id in made] == plainly
    assert set(await walk(sellapp)) == set(made)
    shop.empty_as_list = True
    shop.ticket(made[0]).email = ""
    ticket = (await sellapp.get(str(made[0]))).ticket
    assert (ticket.customer.email, ticket.type, ticket.order) == ("", "", "")


async def test_poison_spoils_its_own_field_only(shop: SellAppSandbox, sellapp: SellApp) -> None:
    shop.searches = False
    rows: list[Any] = [
        {"id": None, "customer": {"email": "secret@example.com"}},
        None,
        "junk",
        {"id": 5, **dict.fromkeys(("status", "customer", "reference", "archived"), None)},
        {"id": 10**30, "updated_at": "yesterday", "message_count": "many", "read_status": [1]},
        {
            "id": "6",
            "status": "open",
            "title": "nul\x00 and \ud800 half",
            "customer": {"email": True, "shoe": 43},
            "reference": {"type": "order", "id": "A-7"},
            "archived": "maybe",
            "read_by": [],
            "planet": "earth",
        },
    ]
    says(shop, "ListTickets", {"data": rows})
    with structlog.testing.capture_logs() as logs:
        page = await sellapp.list_active("")
    assert [t.key.id for t in page.tickets] == ["5", str(10**30), "6"]
    bare, huge, odd = page.tickets
    assert (bare.raw_status, bare.status) == ("unknown", Status.NEEDS_AGENT)
    assert huge.updated_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert (odd.order, odd.customer.email) == ("A-7", "")
    odd.topic.encode()  # no half characters
    assert "\x00" not in odd.topic
    assert {"event": "list.rows_without_id", "account": "keys", "rows": 3} in [
        {key: value for key, value in entry.items() if key != "log_level"} for entry in logs
    ]


@pytest.mark.parametrize("searches", [True, False])
@pytest.mark.parametrize("paginator", ["resource", "flat", "simple", "none", "bare"])
async def test_pages_capped_below_what_was_asked_for_end_no_list(
    shop: SellAppSandbox, sellapp: SellApp, searches: bool, paginator: str
) -> None:
    shop.searches, shop.paginator, shop.page_cap = searches, paginator, 15
    made = shop.bulk(31)
    for _ in range(30):
        shop.customer_writes(made[0], "more")
    assert set(await walk(sellapp)) == set(made)
    assert len((await sellapp.get(str(made[0]))).messages) == 31
    shop.search_text = False
    (found,) = await sellapp.search(Query(email="customer1@example.org"))
    assert found.key.id == str(made[0])


async def test_a_server_that_knows_no_pages_is_not_read_for_ever(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    id = shop.customer_opens()
    row = {"id": id, "content": "hi", "author": "CUSTOMER"}
    answer = json.dumps([row] * 100)
    shop.faults.add(Fault("ListMessages", Phase.COMMIT, Action.STATUS, 0, None, 1, 200, {}, answer))
    assert len((await sellapp.get(str(id))).messages) == 1
    assert shop.faults.seen.count("ListMessages") == 2


@pytest.mark.parametrize("status", [403, 404, 418, 500, 302])
async def test_a_search_that_fails_however_is_tried_again_after_an_hour(
    shop: SellAppSandbox, make: Make, time: Time, status: int
) -> None:
    sellapp, made = make(clock=time), shop.bulk(3)
    shop.searches, shop.search_status = False, status
    for _ in range(3):
        assert set(await walk(sellapp)) == set(made)
    assert shop.calls["SearchTickets"] == 1
    shop.searches = True
    time.now += 3_599
    await walk(sellapp)
    assert not sellapp.capabilities.recent_first
    time.now += 1
    assert set(await walk(sellapp)) == set(made)
    assert sellapp.capabilities.recent_first


@pytest.mark.parametrize("answer", ["<html>", '{"success": false, "data": []}', '{"data": {}}'])
async def test_a_search_that_answers_with_something_else_is_done_without(
    shop: SellAppSandbox, sellapp: SellApp, answer: str
) -> None:
    made = shop.bulk(3)
    says(shop, "SearchTickets", answer)
    assert set(await walk(sellapp)) == set(made)
    assert not sellapp.capabilities.recent_first


async def test_a_search_that_never_answers_is_done_without(
    shop: SellAppSandbox, make: Make, time: Time
) -> None:
    made = shop.bulk(3)
    shop.faults.add(Fault("SearchTickets", Phase.COMMIT, Action.RESET, times=None))
    assert set(await walk(make())) == set(made)


@pytest.mark.parametrize("status", [401, 429])
async def test_a_refused_key_and_too_many_calls_are_no_reason_to_list(
    shop: SellAppSandbox, sellapp: SellApp, status: int
) -> None:
    shop.bulk(1)
    says(shop, "SearchTickets", "{}", status)
    with pytest.raises((Unauthorized, Later)):
        await sellapp.list_active("")
    assert not shop.faults.seen.count("ListTickets")


async def test_where_the_list_fails_too_the_search_is_not_given_up(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    shop.bulk(1)
    for operation in ("SearchTickets", "ListTickets"):
        says(shop, operation, "{}", 500)
    with pytest.raises(Later):
        await sellapp.list_active("")
    await sellapp.list_active("")
    assert sellapp.capabilities.recent_first
