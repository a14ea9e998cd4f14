"""Sellgate's adapter against the local Sellgate over real HTTP."""

from __future__ import annotations

import asyncio
import json
import time as wall
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any, get_type_hints

import pytest
import structlog
from pydantic import SecretStr

from slackbridge.config import Account
from slackbridge.document import plain
from slackbridge.errors import Failure, Later, Rejected, Unauthorized, Unknown, Unsupported
from slackbridge.model import Act, Author, Kind, Query, Status, Ticket
from slackbridge.ports import Provider
from slackbridge.providers import sellgate as module
from slackbridge.providers.http import HttpClient
from slackbridge.providers.sellgate import CAPABILITIES, Change, Reply, Sellgate, headers
from slackbridge.providers.sellgate_wire import TicketRow
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellgate.app import TOKEN, SellgateSandbox
from slackbridge.sandbox.sellgate.switches import Answer, ErrorForm, Order, ToClosed

Make = Callable[..., Sellgate]
REPLY = Act(Kind.REPLY, "Hello & <welcome>\n\nsecond line")


class Time:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def shop(time: Time) -> AsyncIterator[SellgateSandbox]:
    sandbox = await SellgateSandbox.start(seed=False, clock=time)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def make(shop: SellgateSandbox) -> AsyncIterator[Make]:
    made: list[Sellgate] = []

    def provider(token: str = TOKEN, **more: Any) -> Sellgate:
        account = Account(
            name="keys",
            provider="sellgate",
            token_env="SELLGATE_KEY",
            token=SecretStr(token),
            ticket_url="https://seller.example.com/tickets/{id}",
        )
        options = {"per_second": 10_000, "timeout_seconds": 0.5, **more}
        client = HttpClient("sellgate", shop.url, headers(token), **options)
        made.append(Sellgate("keys", account, client))
        return made[-1]

    yield provider
    for one in made:
        await one.close()


@pytest.fixture
def sellgate(make: Make) -> Sellgate:
    return make()


def says(shop: SellgateSandbox, operation: str, answer: object, status: int = 200) -> None:
    """The next call of `operation` is answered with this, whatever it asked for."""
    body = answer if isinstance(answer, str) else json.dumps(answer)
    shop.faults.add(Fault(operation, Phase.COMMIT, Action.STATUS, status=status, body=body))


def ids(tickets: Iterable[Ticket]) -> list[str]:
    return [ticket.key.id for ticket in tickets]


async def walk(sellgate: Sellgate, between: Callable[[int], None] = lambda page: None) -> list[str]:
    found: list[str] = []
    cursor, pages = "", 0
    while True:
        page = await sellgate.list_active(cursor)
        found += ids(page.tickets)
        if not page.cursor:
            return found
        cursor, pages = page.cursor, pages + 1
        between(pages)


async def listed(sellgate: Sellgate, id: str) -> Ticket:
    return next(t for t in (await sellgate.list_active("")).tickets if t.key.id == id)


# --- the walk


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


# --- what a ticket says


async def test_a_ticket_is_told_in_full(
    shop: SellgateSandbox, sellgate: Sellgate, time: Time
) -> None:
    id = shop.customer_opens(email="z@example.com", subject="No key", amount=1234.5, text="Hi")
    time.now += 90
    shop.merchant_writes(id, "Here")
    ticket = await listed(sellgate, id)
    assert str(ticket.key) == f"keys:{id}"
    assert (ticket.status, ticket.raw_status) == (Status.WAITING, "open")
    assert (ticket.customer.name, ticket.customer.email) == ("", "z@example.com")
    assert (ticket.order, ticket.item) == ("ord_7f31c2", "Premium License")
    assert (ticket.topic, ticket.type) == ("No key", "")
    assert ticket.extra == (("amount", "1234.5 USD"), ("invoice", "INV-20417"))
    assert ticket.created_at == datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
    assert ticket.updated_at == datetime(2027, 1, 15, 8, 1, 30, tzinfo=UTC)
    assert ticket.url == f"https://seller.example.com/tickets/{id}"


@pytest.mark.parametrize("full", [False, True])
async def test_the_ticket_itself_is_laid_over_its_row(
    shop: SellgateSandbox, sellgate: Sellgate, full: bool
) -> None:
    shop.full_detail = full
    id = shop.customer_opens()
    row = await listed(sellgate, id)
    assert (await sellgate.get(id)).ticket == row
    assert (await sellgate.read([id])) == (row,)


async def test_a_ticket_of_which_nothing_is_remembered_is_looked_up_in_the_list_once(
    shop: SellgateSandbox, make: Make
) -> None:
    made = shop.bulk(3)
    fresh = make()
    row = await listed(make(), made[0])
    assert (await fresh.get(made[0])).ticket == row
    assert shop.calls["ListTickets"] == 2
    await fresh.get(made[1])
    assert shop.calls["ListTickets"] == 2


async def test_a_ticket_that_no_list_shows_is_read_all_the_same(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    id = shop.customer_opens()
    shop.force_status(id, "on_hold")
    shop.merchant_writes(id, "wait")
    shop.bulk(2)
    for _ in range(2):
        says(shop, "ListTickets", {"data": []})
        ticket = (await sellgate.get(id)).ticket
        assert (ticket.status, ticket.raw_status) == (Status.NEEDS_AGENT, "on_hold")
        assert (ticket.customer.email, ticket.item) == ("kim.muster@example.com", "")
    assert shop.faults.seen.count("ListTickets") == 1


async def test_messages_newer_than_the_row_decide_whose_move_it_is(
    shop: SellgateSandbox, sellgate: Sellgate, time: Time
) -> None:
    id = shop.customer_opens()
    before = await listed(sellgate, id)
    time.now += 60
    shop.merchant_writes(id, "answer")
    shop.someone_writes(id, "robot", "beep")
    answered = (await sellgate.get(id)).ticket
    assert (before.status, answered.status) == (Status.NEEDS_AGENT, Status.WAITING)
    time.now += 60
    shop.customer_writes(id, "again")
    assert (await sellgate.get(id)).ticket.status is Status.NEEDS_AGENT
    # What is foreseen is what the list says next, so nothing is read twice.
    assert (await sellgate.get(id)).ticket.revision == (await listed(sellgate, id)).revision


async def test_the_revision_changes_with_every_fact_and_only_then(
    shop: SellgateSandbox, sellgate: Sellgate, time: Time
) -> None:
    id = shop.customer_opens()
    ticket = shop.ticket(id)
    seen = [(await listed(sellgate, id)).revision]
    assert (await listed(sellgate, id)).revision == seen[0]

    async def changed(change: Callable[[], object]) -> None:
        change()
        seen.append((await listed(sellgate, id)).revision)
        assert len(set(seen)) == len(seen)

    await changed(lambda: shop.customer_writes(id, "more"))  # updated_at does not move
    await changed(lambda: setattr(ticket, "awaiting", "customer"))
    await changed(lambda: setattr(ticket, "subject", "other"))
    await changed(lambda: setattr(ticket, "order", None))
    await changed(lambda: setattr(ticket, "updated_at", time.now + 1))


@pytest.mark.parametrize(
    ("raw", "awaiting", "status"),
    [
        ("open", "owner", Status.NEEDS_AGENT),
        ("open", "seller", Status.NEEDS_AGENT),
        ("open", "customer", Status.WAITING),
        ("OPEN", "Customer", Status.WAITING),
        ("open", "", Status.NEEDS_AGENT),
        ("open", "moon", Status.NEEDS_AGENT),
        ("closed", "owner", Status.CLOSED),
        ("escalated", "customer", Status.NEEDS_AGENT),
        ("", "", Status.NEEDS_AGENT),
    ],
)
def test_statuses_known_and_unknown(raw: str, awaiting: str, status: Status) -> None:
    row = TicketRow(id="t", status=raw, awaiting_response_from=awaiting)
    assert (row.neutral, row.ticket("keys", "").raw_status) == (status, raw or "unknown")


async def test_messages_come_in_order_each_with_its_author(
    shop: SellgateSandbox, sellgate: Sellgate, time: Time
) -> None:
    id = shop.customer_opens(text="Hi <b>there</b> &amp;\n\nnext")
    for sender in ("seller", "owner", "Store", "ADMIN", "robot", ""):
        time.now += 1
        shop.someone_writes(id, sender, sender or "nobody")
    shop.messages(id).reverse()  # the order of the answer is not stated anywhere
    messages = (await sellgate.get(id)).messages
    assert [m.author for m in messages] == [
        Author.CUSTOMER,
        *(4 * [Author.AGENT]),
        *(2 * [Author.SYSTEM]),
    ]
    assert plain(messages[0].body) == "Hi <b>there</b> &amp;\n\nnext"  # it is plain text
    assert messages[0].name == "kim.muster@example.com"
    assert messages[0].at == datetime(2027, 1, 15, 8, 0, tzinfo=UTC)


async def test_empty_and_long_bodies(shop: SellgateSandbox, sellgate: Sellgate) -> None:
    id = shop.customer_opens(text="")
    shop.customer_writes(id, "word " * 20_000)
    empty, long = (await sellgate.get(id)).messages
    assert plain(empty.body) == ""
    assert len(plain(long.body)) >= 99_999


async def test_messages_without_an_id_get_one_from_what_they_say(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    row = {"message": "same", "sender": "customer", "created_at": "2026-01-01T00:00:00Z"}
    other = {"message": "other", "sender": "customer", "createdAt": "2026-01-01T00:00:01"}
    found = []
    for messages in ([row, row, other], [other, row, row]):
        says(shop, "GetTicket", {"data": {"id": "t", "updated_at": 1, "messages": messages}})
        found.append((await sellgate.get("t")).messages)
    first, second = found
    assert [m.id for m in first] == [m.id for m in second]
    assert len({m.id for m in first}) == 3


async def test_money_is_kept_as_it_is_written(shop: SellgateSandbox, sellgate: Sellgate) -> None:
    sums = {
        "29.90": "29.90 USD",
        "0.1": "0.1 USD",
        "4400": "4400 USD",
        '"12.50"': "12.50 USD",
        "0": "0 USD",
        "1e3": "1000 USD",
        **dict.fromkeys(
            ["null", "true", '"free"', "NaN", "1e999999", "-1e-999999", "{}", '"inf"'], ""
        ),
    }
    rows = ",".join(
        f'{{"id":"{n}","order_amount":{amount},"order_currency":"USD"}}'
        for n, amount in enumerate(sums)
    )
    says(shop, "ListTickets", f'{{"data":[{rows}]}}')
    tickets = (await sellgate.list_active("")).tickets
    assert [dict(t.extra).get("amount", "") for t in tickets] == list(sums.values())
    row = TicketRow.of({"order_amount": Decimal("29.90")})
    assert row is not None
    assert row.order_amount == Decimal("29.90")


@pytest.mark.parametrize("omit", [False, True])
async def test_a_ticket_without_an_order(
    shop: SellgateSandbox, sellgate: Sellgate, omit: bool
) -> None:
    shop.omit_nulls = omit
    id = shop.customer_opens(order_id=None)
    ticket = await listed(sellgate, id)
    assert (ticket.order, ticket.item, ticket.extra) == ("", "", ())
    assert (await sellgate.get(id)).ticket == ticket


async def test_poison_spoils_its_own_field_only(shop: SellgateSandbox, sellgate: Sellgate) -> None:
    rows: list[Any] = [
        {"id": None, "customer_email": "secret@example.com"},
        None,
        "junk",
        {"id": "t1", **dict.fromkeys(("status", "subject", "message_count", "created_at"), None)},
        {"id": 10**30, "updatedAt": "yesterday", "customer_email": [1], "message_count": "many"},
        {"id": "t3", "subject": "nul\x00 and \ud800 half", "order_id": 5, "planet": "earth"},
    ]
    says(shop, "ListTickets", {"data": rows, "meta": ["?"], "stats": None})
    with structlog.testing.capture_logs() as logs:
        page = await sellgate.list_active("")
    bare, huge, odd = page.tickets
    assert ids(page.tickets) == ["t1", str(10**30), "t3"]
    assert (bare.raw_status, bare.created_at) == ("unknown", datetime(1970, 1, 1, tzinfo=UTC))
    assert huge.customer.email == ""
    assert (odd.topic, odd.order) == ("nul and \ufffd half", "5")
    assert logs == [
        {"event": "sellgate.rows_without_id", "account": "keys", "rows": 3, "log_level": "warning"}
    ]


async def test_a_poisoned_conversation_is_still_read(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    messages = [None, {}, {"id": 7, "message": "\x00a", "sender": 3, "created_at": 10**30}, "x"]
    says(shop, "GetTicket", {"id": "t", "updated_at": "2026-01-01T00:00:00Z", "messages": messages})
    found = (await sellgate.get("t")).messages  # not wrapped in `data`, either
    assert [(m.author, plain(m.body)) for m in found] == [(Author.SYSTEM, ""), (Author.SYSTEM, "a")]


# --- looking up


async def test_read_takes_any_status_and_leaves_out_what_is_gone(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    made = shop.bulk(8)
    await walk(sellgate)
    for id in made[2:]:
        shop.close(id)
    found = await sellgate.read([*made, made[0], "tkt_gone", "a/../b", "..", "", "\ud800"])
    assert ids(found) == made
    assert [t.status for t in found[1:3]] == [Status.NEEDS_AGENT, Status.CLOSED]
    assert await sellgate.read([]) == ()
    shop.calls.clear()
    assert len(await sellgate.read(made[2:])) == 6
    assert shop.calls == {"ListTickets": 1}  # many that were closed cost one call


async def test_read_does_not_take_a_fault_for_a_ticket_that_is_gone(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    for status, kind in ((403, Rejected), (401, Unauthorized), (500, Later)):
        says(shop, "GetTicket", "", status)
        with pytest.raises(kind):
            await sellgate.read(["t"])


async def test_an_id_can_only_name_a_ticket(shop: SellgateSandbox, sellgate: Sellgate) -> None:
    shop.bulk(1)
    for id in ("?status=open", "#", "a/b", "%2e%2e", "../tickets", "tkt x"):
        with pytest.raises(Rejected) as missing:
            await sellgate.get(id)
        assert missing.value.code == "not-found"
    for id in ("", ".", "..", " "):
        for call in (sellgate.get(id), sellgate.perform(id, REPLY, 5)):
            with pytest.raises(Rejected, match="is not the id"):
                await call
    assert shop.calls["ListTickets"] == 0


async def test_search(shop: SellgateSandbox, sellgate: Sellgate, time: Time) -> None:
    made = []
    for number in range(30):
        time.now += 1
        made.append(shop.customer_opens(email="often@example.com", order_id=f"ord_{number % 2}"))
    rare = shop.customer_opens(email="rare@example.com", order_id=None)
    shop.close(made[28])
    assert ids(await sellgate.search(Query(id=made[4]))) == [made[4]]
    assert ids(await sellgate.search(Query(order="ORD_0 "))) == made[28::-2]
    assert ids(await sellgate.search(Query(email=" Often@example.com "))) == made[:9:-1]
    assert ids(await sellgate.search(Query(order="INV-20417")))[0] == made[29]
    assert ids(await sellgate.search(Query(email="rare@example.com"))) == [rare]
    for nothing in (Query(id="tkt_x"), Query(order="1"), Query(email="x@y"), Query(email="")):
        assert await sellgate.search(nothing) == ()
    assert await sellgate.follow_ups(rare) == ()


async def test_the_list_is_searched_a_few_pages_deep_and_memory_is_bounded(
    shop: SellgateSandbox, sellgate: Sellgate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BROWSED", 2)
    monkeypatch.setattr(module, "REMEMBERED", 150)
    made = shop.bulk(301)  # the newest come first
    for id in (made[0], made[-1]):
        shop.ticket(id).email = "sought@example.com"
    assert ids(await sellgate.search(Query(email="sought@example.com"))) == []
    assert shop.calls == {"ListTickets": 2}
    assert len(sellgate._rows) == 150


async def test_stats_come_by_their_names_in_words(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    made = shop.bulk(4)
    shop.close(made[0])
    shop.merchant_writes(made[1], "x")
    assert await sellgate.stats() == {"total": "4", "open": "3", "closed": "1"} | {
        "needs response": "2"
    }
    odd = {"avg_first_reply": 1.5, "needsResponse": "3", "x": None, "y": [1], "z": True}
    says(shop, "ListTickets", {"data": [], "stats": odd})
    assert await sellgate.stats() == {"avg first reply": "1.5", "needs response": "3"}
    says(shop, "ListTickets", {"data": []})
    assert await sellgate.stats() == {}


# --- writing


@pytest.mark.parametrize("answer", Answer)
@pytest.mark.parametrize("full", [False, True])
async def test_a_reply_goes_out_as_it_is_and_is_read_back(
    shop: SellgateSandbox, sellgate: Sellgate, answer: Answer, full: bool
) -> None:
    shop.answer, shop.full_detail = answer, full
    id = shop.customer_opens()
    await walk(sellgate)
    shop.calls.clear()
    done = await sellgate.perform(id, REPLY, 5)
    assert done is not None
    assert done.ticket.status is Status.WAITING
    assert (done.messages[-1].author, plain(done.messages[-1].body)) == (Author.AGENT, REPLY.text)
    assert shop.messages(id)[-1].text == REPLY.text
    assert shop.calls == {"ReplyToTicket": 1, "GetTicket": 1}
    assert done.ticket.revision == (await listed(sellgate, id)).revision


@pytest.mark.parametrize("answer", Answer)
async def test_a_ticket_is_closed_and_reopened(
    shop: SellgateSandbox, sellgate: Sellgate, answer: Answer
) -> None:
    shop.answer = answer
    id = shop.customer_opens()
    await walk(sellgate)
    closed = await sellgate.perform(id, Act(Kind.STATUS, status=Status.CLOSED), 5)
    assert closed is not None
    assert (closed.ticket.status, shop.ticket(id).status) == (Status.CLOSED, "closed")
    again = await sellgate.perform(id, Act(Kind.STATUS, status=Status.NEEDS_AGENT), 5)
    assert again is not None
    assert (again.ticket.status, shop.ticket(id).status) == (Status.NEEDS_AGENT, "open")
    assert len(shop.messages(id)) == 1


@pytest.mark.parametrize(
    ("to_closed", "status"), [(ToClosed.STAYS, "closed"), (ToClosed.REOPENS, "open")]
)
async def test_what_a_reply_does_to_a_closed_ticket_is_seen_from_the_ticket(
    shop: SellgateSandbox, sellgate: Sellgate, to_closed: ToClosed, status: str
) -> None:
    shop.to_closed = to_closed
    id = shop.customer_opens()
    shop.close(id)
    done = await sellgate.perform(id, REPLY, 5)
    assert done is not None
    assert done.ticket.raw_status == status
    shop.to_closed = ToClosed.REFUSED
    shop.close(id)
    with pytest.raises(Rejected, match=r"^sellgate declined \(400\): Ticket is closed$"):
        await sellgate.perform(id, REPLY, 5)


async def test_a_status_change_can_never_become_a_message(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    """Whatever an act holds beside, only a reply is a POST and only a status a PATCH."""
    id = shop.customer_opens()
    before = list(shop.messages(id))
    texts = ("", "closed", "a text that must not go out")
    for kind, status, text in product(set(Kind) - {Kind.REPLY}, (None, *Status), texts):
        act = Act(kind, text, status, "a@example.com", {"name": "reply", "message": text})
        try:
            await sellgate.perform(id, act, 5)
        except Unsupported:
            continue
        assert kind is Kind.STATUS
    assert shop.messages(id) == before
    assert shop.calls["ReplyToTicket"] == 0
    assert shop.calls["UpdateTicket"] == 2 * len(texts)
    shop.reopen(id)
    await sellgate.perform(id, Act(Kind.REPLY, "closed"), 5)
    assert (shop.calls["ReplyToTicket"], shop.calls["UpdateTicket"]) == (1, 2 * len(texts))
    assert shop.ticket(id).status == "open"


async def test_a_reply_and_a_change_cannot_take_each_others_way(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    id, deadline = shop.customer_opens(), sellgate._client.deadline(5)
    assert get_type_hints(Sellgate._say)["reply"] is Reply
    assert get_type_hints(Sellgate._set)["change"] is Change
    wrong: Any = Change("closed")
    with pytest.raises(AttributeError):
        await sellgate._say(id, wrong, deadline)
    wrong = Reply("closed")
    with pytest.raises(AttributeError):
        await sellgate._set(id, wrong, deadline)
    assert not shop.calls


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Act(Kind.STATUS, status=Status.SOLVED), "only open and closed"),
        (Act(Kind.STATUS, status=Status.WAITING), "sets this by itself"),
        (Act(Kind.REPLY, "bye", Status.CLOSED), r"does not offer this \(closed\)"),
        (Act(Kind.STATUS), r"does not offer this \(status\)"),
        (Act(Kind.INTERNAL, "psst"), "no internal notes"),
        (Act(Kind.PRIVATE, "psst"), "keeps no notes"),
        (Act(Kind.ASSIGN, email="a@example.com"), "no assignee"),
        (Act(Kind.FOLLOW_UP, "hm"), "no way to open"),
        (Act(Kind.ACTION, fields={"name": "refund"}), r"does not offer this \(action\)"),
    ],
)
async def test_what_sellgate_does_not_offer_is_not_tried(
    shop: SellgateSandbox, sellgate: Sellgate, act: Act, words: str
) -> None:
    with pytest.raises(Unsupported, match=words):
        await sellgate.perform(shop.customer_opens(), act, 5)
    with pytest.raises(Unsupported):
        await sellgate.list_recent()
    assert not shop.calls
    assert not CAPABILITIES.recent_first


async def test_what_was_done_stays_done_when_it_cannot_be_read_back(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    id = shop.customer_opens()
    faults = (
        Fault("GetTicket", Phase.COMMIT, Action.RESET),
        Fault("GetTicket", Phase.COMMIT, Action.STATUS, status=401),
        Fault("GetTicket", Phase.COMMIT, Action.STATUS, status=404),
        Fault("GetTicket", Phase.COMMIT, Action.STATUS, status=200, body="<html>"),
    )
    for fault in faults:
        shop.faults.add(fault)
        assert await sellgate.perform(id, REPLY, 5) is None
    shop.faults.add(Fault("GetTicket", Phase.COMMIT, Action.DELAY, seconds=0.4))
    assert await sellgate.perform(id, REPLY, 0.3) is None
    assert len(shop.ledger.all("reply")) == 5


# --- failures


@pytest.mark.parametrize(
    ("phase", "action", "committed"),
    [
        (Phase.COMMIT, Action.DELAY, 1),  # the server goes on after we gave up
        (Phase.ANSWER, Action.DELAY, 1),
        (Phase.COMMIT, Action.RESET, 0),
        (Phase.ANSWER, Action.RESET, 1),
        (Phase.HALF, Action.RESET, 1),
        (Phase.COMMIT, Action.STATUS, 0),
        (Phase.ANSWER, Action.STATUS, 1),
    ],
)
async def test_a_reply_whose_answer_is_lost_is_unknown_and_made_once(
    shop: SellgateSandbox, sellgate: Sellgate, phase: Phase, action: Action, committed: int
) -> None:
    id = shop.customer_opens()
    shop.faults.add(Fault("ReplyToTicket", phase, action, seconds=0.3))
    with pytest.raises(Unknown):
        await sellgate.perform(id, REPLY, 0.2)
    if action is Action.DELAY:
        await asyncio.sleep(0.35)
    assert len(shop.ledger.all("reply")) <= committed
    assert shop.faults.seen.count("ReplyToTicket") == 1
    found = [m for m in (await sellgate.get(id)).messages if m.author is Author.AGENT]
    assert len(found) == len(shop.ledger.all("reply"))


async def test_a_lost_read_may_be_tried_again(shop: SellgateSandbox, sellgate: Sellgate) -> None:
    id = shop.customer_opens()
    for action in (Action.RESET, Action.STATUS):
        shop.faults.add(Fault("GetTicket", Phase.ANSWER, action))
        with pytest.raises(Later):
            await sellgate.get(id)
    shop.faults.add(Fault("GetTicket", Phase.HALF, Action.RESET))
    with pytest.raises(Later):
        await sellgate.get(id)
    await sellgate.get(id)


@pytest.mark.parametrize(
    "body", ["<html>", '{"data":', '{"error": "db down"}', '{"success": false, "error": "no"}']
)
async def test_a_write_whose_answer_is_not_a_yes_is_unknown(
    shop: SellgateSandbox, sellgate: Sellgate, body: str
) -> None:
    id = shop.customer_opens()
    for act in (REPLY, Act(Kind.STATUS, status=Status.CLOSED)):
        says(shop, "*ToTicket" if act is REPLY else "UpdateTicket", body)
        with pytest.raises(Unknown):
            await sellgate.perform(id, act, 5)


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "[]", "null", "{}", '{"data":{}}', '{"data":null}', '{"data":{"id":"other"}}'],
)
async def test_a_read_that_says_nothing_may_be_tried_again(
    shop: SellgateSandbox, sellgate: Sellgate, body: str
) -> None:
    says(shop, "GetTicket", body)
    with pytest.raises(Later, match="cannot be read"):
        await sellgate.get("t")
    if body != "[]":
        says(shop, "ListTickets", body)
        with pytest.raises(Later, match="cannot be read"):
            await sellgate.list_active("")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (ErrorForm.TEXT, ": Ticket tkt_x not found"),
        (ErrorForm.OBJECT, ": Ticket tkt_x not found"),
        (ErrorForm.MESSAGE, ": Ticket tkt_x not found"),
        (ErrorForm.HTML, ""),
    ],
)
async def test_an_error_is_quoted_whatever_it_looks_like(
    shop: SellgateSandbox, make: Make, form: ErrorForm, said: str
) -> None:
    shop.error_form = form
    with pytest.raises(Rejected) as missing:
        await make().get("tkt_x")
    assert str(missing.value) == f"sellgate does not know this (404){said}"
    assert missing.value.code == "not-found"
    with pytest.raises(Rejected) as missing:
        await make().perform("tkt_x", REPLY, 5)
    assert missing.value.code == "not-found"
    with pytest.raises(Unauthorized, match="does not accept the API key; make a new one"):
        await make("sg_live_old").list_active("")


@pytest.mark.parametrize(
    ("status", "kind", "write"),
    [
        (302, Rejected, Rejected),
        (400, Rejected, Rejected),
        (403, Rejected, Rejected),
        (429, Later, Later),
        (500, Later, Unknown),
        (501, Unsupported, Unsupported),
        (503, Later, Unknown),
    ],
)
async def test_the_http_status_decides(
    shop: SellgateSandbox,
    sellgate: Sellgate,
    status: int,
    kind: type[Failure],
    write: type[Failure],
) -> None:
    id = shop.customer_opens()
    says(shop, "GetTicket", '{"error": "Because."}', status)
    with pytest.raises(kind) as raised:
        await sellgate.get(id)
    assert type(raised.value) is kind
    says(shop, "ReplyToTicket", '{"error": "Because."}', status)
    with pytest.raises(write) as written:
        await sellgate.perform(id, REPLY, 5)
    assert type(written.value) is write
    assert written.value.code == ""
    assert len(shop.messages(id)) == 1


async def test_no_redirect_is_followed_and_no_key_leaves(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    there = {"Location": f"{shop.url}/tickets"}
    for status in (301, 302, 307, 308):
        shop.faults.add(
            Fault("*", Phase.COMMIT, Action.STATUS, status=status, headers=there, times=1)
        )
        with pytest.raises(Rejected, match="redirect"):
            await sellgate.perform("t", REPLY, 5)
    assert not shop.calls


async def test_a_huge_answer_is_not_swallowed(shop: SellgateSandbox, make: Make) -> None:
    id = shop.customer_opens(text="x" * 100_000)
    with pytest.raises(Later, match="cannot be read"):
        await make(max_bytes=50_000).get(id)


@pytest.mark.parametrize("form", [{"retry_after": True}, {"rate_headers": True}, {}])
async def test_too_many_calls_are_told_and_waited_for(
    shop: SellgateSandbox, make: Make, time: Time, form: dict[str, bool]
) -> None:
    time.now = wall.time()
    shop.rate_per_second, shop.retry_after = 1, False
    for name, value in form.items():
        setattr(shop, name, value)
    id = shop.customer_opens()
    sellgate, other = make(), make()
    await sellgate.probe()
    with pytest.raises(Later, match=r"asks for fewer calls \(429\)") as limited:
        await other.perform(id, REPLY, 5)
    assert 0 <= limited.value.seconds <= 3
    if form:
        with pytest.raises(Later, match="allows no further call"):
            await other.perform(id, REPLY, 0.01)
    assert not shop.ledger.all("reply")


async def test_the_key_may_come_with_its_scheme_and_may_be_revoked(
    shop: SellgateSandbox, make: Make
) -> None:
    sellgate = make(f"Bearer {TOKEN}")
    assert (await sellgate.probe()).ok
    shop.revoke(TOKEN)
    with pytest.raises(Unauthorized):
        await sellgate.list_active("")
    shop.allow(TOKEN)
    assert (await sellgate.list_active("")).tickets == ()


async def test_the_probe_says_how_it_is(
    shop: SellgateSandbox, make: Make, sellgate: Sellgate, time: Time
) -> None:
    time.now = wall.time() - 600
    health = await sellgate.probe()
    assert (health.ok, health.detail) == (True, "Sellgate answers")
    assert health.skew == pytest.approx(-600, abs=3)
    says(shop, "ListTickets", "nonsense")
    assert not (await sellgate.probe()).ok
    assert "(401)" in (await make("stranger").probe()).detail
    await shop.stop()
    assert (await sellgate.probe()).detail == "sellgate could not be reached"


def test_it_is_a_provider(sellgate: Sellgate) -> None:
    provider: Provider = sellgate
    assert provider.capabilities.statuses == {Status.NEEDS_AGENT, Status.CLOSED}
