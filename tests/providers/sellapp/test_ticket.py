"""SellApp's adapter: what a ticket and its messages say, and looking up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from slackbridge.domain.errors import Code, Later, Rejected
from slackbridge.domain.model import Author, Query, Status
from slackbridge.providers.sellapp.provider import SellApp
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from slackbridge.text.document import plain
from tests.providers.common import Time, numbers, says
from tests.providers.sellapp.conftest import Make


async def test_a_ticket_is_told_in_full(shop: SellAppSandbox, sellapp: SellApp, time: Time) -> None:
    id = shop.customer_opens(title="Key", email="z@example.com", order_id=555, reason="broken")
    ticket = (await sellapp.get(str(id))).ticket
    opened = datetime.fromtimestamp(time.now, UTC)
    assert str(ticket.key) == f"keys:{id}"
    assert (ticket.status, ticket.raw_status) == (Status.NEEDS_AGENT, "OPEN")
    assert (ticket.topic, ticket.order, ticket.type) == ("Key", "555", "order")
    assert ticket.customer.email == "z@example.com"
    assert ticket.created_at == ticket.updated_at == ticket.waiting_since == opened
    assert ticket.extra == (("reason", "broken"), ("newest read by", "the customer"))
    assert ticket.url == f"https://keys.example.com/tickets/{id}"
    other = shop.customer_opens(product_id=9)
    assert (await sellapp.read([str(other)]))[0].extra[0] == ("product", "9")


async def test_the_card_tells_who_has_read_and_where_it_helps_which_store(
    shop: SellAppSandbox, sellapp: SellApp, make: Make
) -> None:
    id = shop.customer_opens()

    async def told(provider: SellApp) -> dict[str, str]:
        (row,) = await provider.read([str(id)])
        assert row.extra == (await provider.get(str(id))).ticket.extra
        return dict(row.extra)

    assert await told(sellapp) == {"newest read by": "the customer"}
    shop.reads(id)
    assert await told(sellapp) == {"newest read by": "the customer and the store"}
    shop.merchant_writes(id, "look")
    assert await told(make(store="")) == {"newest read by": "the store", "store": "4201"}
    shop.close(id)
    assert await told(sellapp) == {}
    assert await told(make(api_version="v1")) == {}  # what `read_by` means is not known


@pytest.mark.parametrize(
    ("raw", "archived", "status"),
    [
        ("OPEN", False, Status.NEEDS_AGENT),
        ("CLOSED", False, Status.CLOSED),
        ("closed", False, Status.CLOSED),
        ("OPEN", True, Status.CLOSED),
        ("ESCALATED", False, Status.NEEDS_AGENT),
    ],
)
async def test_statuses_known_and_unknown(
    shop: SellAppSandbox, sellapp: SellApp, raw: str, archived: bool, status: Status
) -> None:
    id = shop.customer_opens()
    shop.ticket(id).status, shop.ticket(id).archived = raw, archived
    (ticket,) = await sellapp.read([str(id)])
    assert ticket.status is status
    assert ticket.raw_status == raw + (", archived" if archived else "")


async def test_whose_move_it_is(shop: SellAppSandbox, sellapp: SellApp, time: Time) -> None:
    id = shop.customer_opens()

    async def status() -> tuple[Status, Status]:
        (row,) = await sellapp.read([str(id)])
        return row.status, (await sellapp.get(str(id))).ticket.status

    assert await status() == (Status.NEEDS_AGENT, Status.NEEDS_AGENT)
    time.now += 10
    shop.merchant_writes(id, "look")
    assert await status() == (Status.WAITING, Status.WAITING)
    shop.reads(id, customer=True)  # read by both: only the messages tell whose move it is
    assert await status() == (Status.NEEDS_AGENT, Status.WAITING)
    time.now += 10
    shop.customer_writes(id, "one")
    since = datetime.fromtimestamp(time.now, UTC)
    time.now += 10
    shop.customer_writes(id, "two")
    shop.someone_writes(id, "BOT", "beep")
    assert (await sellapp.get(str(id))).ticket.waiting_since == since


async def test_messages_are_paged_and_in_order(
    shop: SellAppSandbox, sellapp: SellApp, time: Time
) -> None:
    id = shop.customer_opens()
    for number in range(230):
        shop.customer_writes(id, f"word {number}")  # many in one second
    time.now += 1
    shop.merchant_writes(id, "ours")
    shop.someone_writes(id, "ROBOT", "beep", "R2")
    shop.messages(id).reverse()  # the order of an answer is not documented
    messages = (await sellapp.get(str(id))).messages
    assert len(messages) == 233
    assert [plain(m.body) for m in messages[1:231]] == [f"word {n}" for n in range(230)]
    assert [m.author for m in messages[-2:]] == [Author.AGENT, Author.SYSTEM]
    assert (messages[-1].name, messages[-1].at) == ("R2", datetime.fromtimestamp(time.now, UTC))
    assert shop.calls["ListMessages"] == 3
    one = await sellapp.message(str(id), messages[-2].id)
    assert one == messages[-2]
    with pytest.raises(Rejected) as none:
        await sellapp.message(str(id), "7")
    assert none.value.code == Code.NOT_FOUND


async def test_texts_of_every_kind(shop: SellAppSandbox, sellapp: SellApp) -> None:
    id = shop.customer_opens(text="")
    texts = {
        "word " * 20_000: "word " * 19_999 + "word",
        "<p>a &amp; b</p><p>c</p>": "a & b\n\nc",
        "one<br>two": "one\ntwo",
        "put <b> here\n\nand 1 < 2": "put <b> here\n\nand 1 < 2",
        "Tom &amp; Co": "Tom & Co",
        "<@U1> <!channel>": "<@U1> <!channel>",
    }
    for text in texts:
        shop.customer_writes(id, text)
    found = (await sellapp.get(str(id))).messages
    assert [plain(m.body) for m in found] == ["", *texts.values()]


async def test_messages_without_an_id_get_one_from_what_they_say(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    row = {"content": "same", "author": "CUSTOMER", "created_at": "2026-01-01T00:00:00Z"}
    other = {"content": "other", "createdAt": "2026-01-01T00:00:01"}
    id = shop.customer_opens()
    for rows in ([row, row, other, None], [other, row, row]):
        says(shop, "ListMessages", {"data": rows, "meta": {"last_page": 1}})
    first, second = [(await sellapp.get(str(id))).messages for _ in range(2)]
    assert [m.id for m in first] == [m.id for m in second]
    assert len({m.id for m in first}) == 3


@pytest.mark.parametrize("answer", ['{"data": {}}', "{}", "[]", '{"data": null}', "3"])
async def test_what_is_no_ticket(shop: SellAppSandbox, sellapp: SellApp, answer: str) -> None:
    says(shop, "Get*", answer)
    with pytest.raises(Later, match="cannot be read"):
        await sellapp.get("1")
    shop.faults.clear()
    says(shop, "Get*", answer)
    with pytest.raises(Later, match="cannot be read"):
        await sellapp.message("1", "2")


async def test_pages_of_messages_that_do_not_come_are_not_taken_for_the_end(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    id = shop.customer_opens()
    says(shop, "ListMessages", {"data": [], "meta": {"current_page": 1, "last_page": 2}})
    says(shop, "ListMessages", {"data": [], "meta": {"current_page": 1, "last_page": 2}})
    with pytest.raises(Later):
        await sellapp.get(str(id))


async def test_read_takes_any_status_and_leaves_out_what_is_gone(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    made = shop.bulk(3)
    shop.close(made[0])
    odd = ["99999999", "x", "../products", "", "٣", "a" * 99]
    found = await sellapp.read([*map(str, made), str(made[0]), *odd])
    assert numbers(found) == made
    assert found[0].status is Status.CLOSED
    assert {call for call in shop.faults.seen} == {"GetTicket"}
    says(shop, "GetTicket", "", 403)
    with pytest.raises(Rejected):
        await sellapp.read([str(made[0])])


@pytest.mark.parametrize("searches", [True, False])
@pytest.mark.parametrize("text", [True, False])
async def test_search(
    shop: SellAppSandbox, sellapp: SellApp, time: Time, searches: bool, text: bool
) -> None:
    shop.searches, shop.search_text = searches, text
    made = []
    for number in range(130):
        time.now += 1
        made.append(shop.customer_opens(email="Often@example.com", order_id=700 + number % 20))
    time.now += 1
    other = shop.customer_opens(title="about order 701", email="often@example.com.org")
    assert numbers(await sellapp.search(Query(id=str(made[4])))) == [made[4]]
    assert numbers(await sellapp.search(Query(order=" 719 "))) == made[119::-20]
    assert numbers(await sellapp.search(Query(email=" often@example.com "))) == made[:109:-1]
    both = Query(order="719", email="often@example.com")
    assert numbers(await sellapp.search(both)) == made[119::-20]
    assert numbers(await sellapp.search(Query(name="OFTEN"))) == [other, *made[:110:-1]]
    for nothing in (
        Query(id="A/B"),
        Query(order="ABC-1"),
        Query(email="x@y"),
        Query(order="719", email="x@y"),
    ):
        assert await sellapp.search(nothing) == ()
    calls = shop.calls.total()
    for unknown in (Query(), Query(country="DE"), Query(order="719", topic="battery")):
        assert await sellapp.search(unknown) == ()
    assert shop.calls.total() == calls
    assert await sellapp.follow_ups(str(made[0])) == ()


@pytest.mark.parametrize("searches", [True, False])
async def test_tickets_can_be_found_by_status_turn_and_day(
    shop: SellAppSandbox, sellapp: SellApp, time: Time, searches: bool
) -> None:
    shop.searches = searches
    old, put_away, waits, odd = (shop.customer_opens(email="often@example.com") for _ in range(4))
    time.now += 86_400
    shop.close(old)
    shop.archive(put_away)
    shop.merchant_writes(waits, "x")
    shop.force_status(odd, "ESCALATED")
    new = shop.customer_opens()

    async def found(**query: str) -> list[int]:
        return numbers(await sellapp.search(Query(**query)))

    assert set(await found(status="ended")) == {old, put_away}
    time.now += 60
    shop.change(shop.ticket(old), None, True, by="driver")
    assert await found(status="ended") == [old, put_away]  # what changed last comes first
    with pytest.raises(Rejected, match="knows open, closed and archived"):
        await found(status="solved")
    assert set(await found(status="closed, archived")) == {old, put_away}
    assert await found(status="Escalated") == [odd]
    assert await found(needs="agent", email="often@example.com") == [odd]
    assert await found(created="2027-01-16..") == [new]
    assert await found(closed="2027-01-16") == await found(kind="order", status="ended") == []
