"""ClickBank's adapter against the local Tickets API over real HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from slackbridge.config import Account
from slackbridge.document import plain
from slackbridge.errors import Failure, Later, Rejected, Unauthorized, Unknown, Unsupported
from slackbridge.model import Act, Author, Kind, Query, Status, Ticket
from slackbridge.optional import Measures, Previews, Settles
from slackbridge.providers import clickbank as module
from slackbridge.providers.clickbank import CAPABILITIES, ClickBank
from slackbridge.providers.clickbank_acts import amount_of, call_of
from slackbridge.providers.clickbank_wire import tickets_in
from slackbridge.providers.http import HttpClient
from slackbridge.sandbox.clickbank.app import TOKEN, ClickBankSandbox
from slackbridge.sandbox.clickbank.gate import READ
from slackbridge.sandbox.clickbank.records import REASONS
from slackbridge.sandbox.faults import Action, Fault, Phase

Make = Callable[..., ClickBank]
REPLY = Act(Kind.REPLY, "Hello & welcome + more\n\n50 % of <you>, ünd 😀")
PAID = {"reason": "ticket.type.refund.8", "refund_type": "FULL"}


class Time:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def shop(time: Time) -> AsyncIterator[ClickBankSandbox]:
    sandbox = await ClickBankSandbox.start(seed=False, clock=time)
    sandbox.rate_per_second = 0
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def make(shop: ClickBankSandbox, time: Time) -> AsyncIterator[Make]:
    made: list[ClickBank] = []

    def provider(token: str = TOKEN, base_url: str = "", **more: Any) -> ClickBank:
        account = Account(
            name="shop",
            provider="clickbank",
            base_url=base_url or shop.url,
            token_env="CLICKBANK_KEY",
            token=SecretStr(token),
            ticket_url="https://vendor.example.com/tickets/{id}",
        )
        client = HttpClient(
            "clickbank", account.base_url, module.headers(token), timeout_seconds=0.5, clock=time
        )
        built = ClickBank("shop", account, client, **{"slow_seconds": 0.01, **more})
        made.append(built)
        return built

    yield provider
    for one in made:
        await one.close()


@pytest.fixture
def bank(make: Make) -> ClickBank:
    return make()


def says(shop: ClickBankSandbox, operation: str, answer: object, status: int = 200) -> None:
    """The next call of `operation` is answered with this, whatever it asked for."""
    body = answer if isinstance(answer, str) else json.dumps(answer)
    shop.faults.add(Fault(operation, Phase.COMMIT, Action.STATUS, status=status, body=body))


def ids(tickets: tuple[Ticket, ...]) -> list[int]:
    return [int(ticket.key.id) for ticket in tickets]


def do(name: str, **fields: str) -> Act:
    return Act(Kind.ACTION, fields={"name": name, **fields})


async def walk(bank: ClickBank) -> list[int]:
    found: list[int] = []
    cursor = ""
    while True:
        page = await bank.list_active(cursor)
        found += ids(page.tickets)
        if not page.cursor:
            return found
        cursor = page.cursor


# --- reading


def test_it_offers_all_ports(bank: ClickBank) -> None:
    for port in (Measures, Previews, Settles):
        assert isinstance(bank, port)
    assert module.headers(" DEV-1:API-2 ") == {"Authorization": "DEV-1:API-2"}


@pytest.mark.parametrize("short", [False, True])
async def test_a_walk_finds_open_and_reopened_tickets(
    shop: ClickBankSandbox, bank: ClickBank, short: bool
) -> None:
    made = shop.bulk(250)  # the clock stands: all were created in the same instant
    for id in (made[7], made[8]):
        shop.close(id)
    shop.reopen(made[8])
    shop.short_pages = short
    found = await walk(bank)
    assert set(found) == {id for id in made if id != made[7]}
    assert found[-1] == made[8]


async def test_a_walk_loses_no_ticket_while_tickets_move(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    made = shop.bulk(250)
    first = await bank.list_active("")
    assert first.cursor == f"open|2|on|{made[0]}"
    for id in made[:40]:
        shop.close(id)  # whatever is on the second page moves to the first
    found, cursor = set[int](), first.cursor
    while cursor:
        page = await bank.list_active(cursor)
        found |= set(ids(page.tickets))
        cursor = page.cursor
    assert found >= set(made[40:])


async def test_a_walk_never_goes_on_for_ever(
    shop: ClickBankSandbox, bank: ClickBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.bulk(3)
    shop.page_size, shop.ignore_page = 1, True
    with pytest.raises(Later, match="lead nowhere"):
        await walk(bank)
    shop.ignore_page = False
    monkeypatch.setattr(module, "MOST_PAGES", 2)
    with pytest.raises(Later, match="lead nowhere"):
        await walk(bank)


async def test_what_changed_lately_comes_newest_first(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    old = shop.customer_opens()
    time.now += 3 * 86_400
    shop.page_size = 2
    made = shop.bulk(5)
    time.now += 60
    shop.customer_writes(made[1], "hm")
    shop.close(made[2])
    page = await bank.list_recent()
    assert ids(page.tickets)[0] == made[1]
    assert set(ids(page.tickets)) == set(made) - {made[2], old}
    assert (page.cursor, shop.calls["List"]) == ("", 3)


async def test_lately_does_not_end_in_the_future_where_that_is_refused(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    time.now = datetime(2027, 3, 2, 3, tzinfo=UTC).timestamp()  # still the 1st at ClickBank
    shop.future_days = False
    made = shop.bulk(1)
    assert ids((await bank.list_recent()).tickets) == made
    assert shop.calls["List"] == 2
    await bank.list_recent()
    assert shop.calls["List"] == 3
    says(shop, "List", "no", 400)
    with pytest.raises(Rejected, match=r"no$"):
        await bank.list_recent()


async def test_lately_reads_a_few_pages_only(
    shop: ClickBankSandbox, bank: ClickBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RECENT_PAGES", 2)
    shop.bulk(5)
    shop.page_size = 1
    assert len((await bank.list_recent()).tickets) == 2


async def test_read_takes_any_status_and_leaves_out_what_is_gone(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    made = shop.bulk(3)
    shop.close(made[1])
    wanted = [*map(str, made), str(made[0]), "99999999", "x", "٣", "9" * 30, ""]
    found = await bank.read(wanted)
    assert ids(found) == made
    assert found[1].status is Status.CLOSED
    assert await bank.read([]) == ()
    says(shop, "Get", "oops", 500)
    with pytest.raises(Later):
        await bank.read([str(made[0])])
    says(shop, "Get", "odd", 418)
    with pytest.raises(Rejected):
        await bank.read([str(made[0])])


async def test_a_ticket_in_our_words(shop: ClickBankSandbox, bank: ClickBank, time: Time) -> None:
    id = shop.customer_opens(
        name="Zoë van Dam", email="z@example.com", type="REFUND", receipt="ABCD1234", locale="NL"
    )
    raw = shop.ticket(id)
    raw.note, raw.description, raw.refund_type, raw.refund_amount = "n", "d", "PARTIAL_AMOUNT", 150
    ticket = (await bank.get(str(id))).ticket
    opened = datetime.fromtimestamp(time.now, UTC)
    assert str(ticket.key) == f"shop:{id}"
    assert (ticket.status, ticket.raw_status) == (Status.NEEDS_AGENT, "OPEN")
    assert (ticket.customer.name, ticket.customer.email) == ("Zoë van Dam", "z@example.com")
    assert (ticket.order, ticket.item, ticket.type) == ("ABCD1234", "main-course", "REFUND")
    assert ticket.topic == "refund"
    assert ticket.waiting_since == ticket.created_at == ticket.updated_at == opened
    assert ticket.due_at == opened + timedelta(hours=24)
    assert ticket.url == f"https://vendor.example.com/tickets/{id}"
    assert dict(ticket.extra) == {
        "refund": "PARTIAL_AMOUNT 1.50",
        "description": "d",
        "note": "n",
        "language": "NL",
        "source": "CUSTOMER_WAM",
    }


FORMS: list[dict[str, Any]] = [
    {"one_as_object": False},
    {"wrapped_ticket": True},
    {"bare_list": True},
    {"bare_list": True, "one_as_object": False},
    {"nil_objects": False},
    {"numbers_as_strings": False},
    {"id_name": "ticketId"},
    {"dates": "compact"},
    {"dates": "utc"},
    {"dates": "zoneless"},
    {"newest_first": True},
    {"line_breaks": "<br />"},
    {"escape_comments": True},
]


@pytest.mark.parametrize("form", FORMS, ids=str)
async def test_every_form_of_json_says_the_same(
    shop: ClickBankSandbox, bank: ClickBank, time: Time, form: dict[str, Any]
) -> None:
    id = shop.customer_opens(text="one & two\nlines")
    time.now += 1
    expected, (listed,) = await bank.get(str(id)), (await bank.list_active("")).tickets
    for name, value in form.items():
        setattr(shop, name, value)
    seen, (row,) = await bank.get(str(id)), (await bank.list_active("")).tickets
    assert row == seen.ticket
    assert seen.messages == expected.messages
    if not form.keys() & {"dates", "line_breaks", "escape_comments"}:  # other facts, as text
        assert row == listed


@pytest.mark.parametrize("body", ["null", "", "{}", "[]", '{"ticketData":{"@nil":"true"}}'])
async def test_no_ticket_has_many_forms(shop: ClickBankSandbox, bank: ClickBank, body: str) -> None:
    shop.empty_list = body
    assert await walk(bank) == []
    assert (await bank.list_recent()).tickets == ()
    assert await bank.search(Query(order="ABCD1234")) == ()


def test_what_is_no_list_of_tickets_is_not_taken_for_an_empty_one() -> None:
    for data in (7, "no", True, {"error": "x"}, {"a": 1, "b": 2}):
        assert tickets_in(data) is None
    assert tickets_in({"list": {"ticketData": [{"ticketId": 5}]}}) is not None
    assert [row.ticket_id for row in tickets_in([{"TICKETID": 5}, 3, None]) or []] == ["5"]


async def test_poisonous_values_cost_no_ticket(shop: ClickBankSandbox, bank: ClickBank) -> None:
    poison = {
        "ticketid": "7",
        "status": {"x": 1},
        "type": ["REFUND"],
        "openedDate": "0001-01-01T00:00:00+14:00",
        "updateTime": "soon",
        "comments": ["x", None, {"comment": ["y"]}, {"date": 5, "comment": "z"}],
        "refundAmount": 1.50,
        "unheardOf": {"a": [1]},
    }
    says(shop, "List", {"ticketData": [poison, {"receipt": "no id"}]})
    with capture_logs() as logs:
        (ticket,) = (await bank.list_active("")).tickets
    assert logs[0]["event"] == "clickbank.rows_without_id"
    assert (ticket.status, ticket.raw_status) == (Status.NEEDS_AGENT, "UNKNOWN")
    assert dict(ticket.extra) == {"refund": "1.5"}
    says(shop, "Get", poison)
    (message,) = (await bank.get("7")).messages
    assert (plain(message.body), message.author) == ("z", Author.SYSTEM)


@pytest.mark.parametrize(
    ("raw", "last", "status"),
    [
        ("OPEN", None, Status.NEEDS_AGENT),
        ("OPEN", ("VENDOR", "COMMENTED", "hi"), Status.WAITING),
        ("REOPENED", ("VENDOR", "COMMENTED", "hi"), Status.WAITING),
        ("REOPENED", ("VENDOR", "REOPENED", "hi"), Status.NEEDS_AGENT),
        ("OPEN", ("CBCSR", "COMMENTED", "hi"), Status.NEEDS_AGENT),
        ("OPEN", ("ALIEN", "COMMENTED", "hi"), Status.NEEDS_AGENT),
        ("CLOSED", ("CUSTOMER", "COMMENTED", "hi"), Status.CLOSED),
        ("PONDERED", None, Status.NEEDS_AGENT),
    ],
)
async def test_statuses_known_and_unknown(
    shop: ClickBankSandbox,
    bank: ClickBank,
    raw: str,
    last: tuple[str, str, str] | None,
    status: Status,
) -> None:
    id = shop.customer_opens()
    if last:
        shop.someone_writes(id, last[0], last[2], last[1])
        shop.someone_writes(id, "CBSYSTEM", "", "ASSIGNED")  # says nothing about whose move it is
    shop.force_status(id, raw)
    ticket = (await bank.get(str(id))).ticket
    assert (ticket.status, ticket.raw_status) == (status, raw)
    assert (ticket.waiting_since is not None) is (status is Status.NEEDS_AGENT)
    assert ticket.due_at is None


async def test_waiting_begins_with_the_first_word_after_our_answer(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    id = shop.customer_opens()
    for at, who in ((10, "VENDOR"), (20, "CUSTOMER"), (30, "CUSTOMER")):
        shop.clock.advance(10)
        shop.someone_writes(id, who, f"at {at}")
    ticket = (await bank.get(str(id))).ticket
    assert ticket.waiting_since == datetime.fromtimestamp(time.now + 20, UTC)


async def test_a_refund_is_due_a_day_after_opening_if_nothing_else_is_said(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    shop.give_expiration = False
    id = shop.customer_opens(type="REFUND")
    due = datetime.fromtimestamp(time.now, UTC) + timedelta(hours=24)
    assert (await bank.get(str(id))).ticket.due_at == due
    shop.close(id)
    assert (await bank.get(str(id))).ticket.due_at is None


async def test_comments_of_all_kinds(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = shop.customer_opens(name="Kim Muster", text="")
    big = "x" * 100_000
    shop.customer_writes(id, big)
    shop.clickbank_writes(id, "from us")
    shop.customer_attaches(id)
    shop.customer_attaches(id, "see file")
    shop.someone_writes(id, "CBSYSTEM", "", "NEW_THING")
    shop.close(id)
    shop.reopen(id, "again", "CUSTOMER")
    found = [(m.author, m.name, plain(m.body)) for m in (await bank.get(str(id))).messages]
    assert found == [
        (Author.CUSTOMER, "Kim Muster", ""),
        (Author.CUSTOMER, "Kim Muster", big),
        (Author.MARKETPLACE, "ClickBank", "from us"),
        (Author.SYSTEM, "ClickBank", "The customer added an attachment, open ClickBank"),
        (
            Author.CUSTOMER,
            "Kim Muster",
            "see file\n\n[The customer added an attachment, open ClickBank]",
        ),
        (Author.SYSTEM, "ClickBank", "ClickBank new thing"),
        (Author.SYSTEM, "ClickBank", "The vendor closed the ticket"),
        (Author.CUSTOMER, "Kim Muster", "again"),
    ]


@pytest.mark.parametrize("numbered", [True, False])
async def test_message_ids_are_unique_and_stay(
    shop: ClickBankSandbox, bank: ClickBank, time: Time, numbered: bool
) -> None:
    shop.comment_ids = numbered
    id = shop.customer_opens(text="same")
    shop.customer_writes(id, "same")
    shop.customer_writes(id, "same")  # in the same instant
    before = [m.id for m in (await bank.get(str(id))).messages]
    time.now += 1
    shop.merchant_writes(id, "same")
    after = [m.id for m in (await bank.get(str(id))).messages]
    assert len(set(after)) == 4
    assert after[:3] == before


async def test_a_comment_number_that_comes_twice_is_not_an_id(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    row = {"commentId": 1, "comment": "a", "action": "COMMENTED", "commentRole": "VENDOR"}
    says(shop, "Get", {"ticketid": 5, "comments": [row, {**row, "comment": "b"}]})
    one, two = (await bank.get("5")).messages
    assert (one.id, one.author) == ("1", Author.AGENT)
    assert two.id.startswith("c")


async def test_the_revision_changes_with_every_fact_and_only_then(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    shop.comments_update = False  # the time of change may not move
    id = shop.customer_opens()
    ticket = shop.ticket(id)
    seen = [(await bank.get(str(id))).ticket.revision]
    assert (await bank.list_active("")).tickets[0].revision == seen[0]

    async def changed(act: Callable[[], object]) -> None:
        act()
        seen.append((await bank.get(str(id))).ticket.revision)
        assert len(set(seen)) == len(seen)

    await changed(lambda: shop.customer_writes(id, "more"))
    await changed(lambda: setattr(ticket, "type", "CANCEL"))
    await changed(lambda: setattr(ticket, "note", "x"))
    await changed(lambda: setattr(ticket, "refund_amount", 5))
    await changed(lambda: shop.force_status(id, "REOPENED"))


async def test_search(shop: ClickBankSandbox, bank: ClickBank, time: Time) -> None:
    first = shop.customer_opens(receipt="ABCD1234", email="Kim@example.com")
    time.now += 1
    second = shop.customer_opens(receipt="ABCD1234")
    shop.bulk(3)
    shop.close(second)
    assert ids(await bank.search(Query(id=f" {first} "))) == [first]
    assert ids(await bank.search(Query(order=" ABCD1234 "))) == [second, first]
    assert ids(await bank.search(Query(order="ABCD%"))) == [second, first]
    assert ids(await bank.search(Query(email="kim@EXAMPLE.com "))) == [first]
    assert ids(await bank.search(Query(name="tomer 2"))) == [second + 2]
    both = Query(order="ABCD1234", email="kim@example.com")
    assert ids(await bank.search(both)) == [second, first]
    assert ids(await bank.search(Query(topic="refund, Tech Support", name="kim"))) == [first]
    assert len(await bank.search(Query(item="main-course"))) == 4
    for nothing in (
        Query(id="1"),
        Query(id="x"),
        Query(order="AB"),
        Query(order="%BCD1"),
        Query(order="ABCD9999"),
        Query(email="who@example.com"),
        Query(order="ABCD1234", email="who@example.com"),
        Query(topic="refund"),
        Query(item="other"),
        Query(country="DE"),
        Query(urgency="high", order="ABCD1234"),
    ):
        assert await bank.search(nothing) == ()
    assert await bank.follow_ups(str(first)) == ()


async def test_a_search_by_address_reads_a_few_pages_only(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    shop.bulk(8)
    shop.page_size = 1
    assert await bank.search(Query(email="customer8@example.org")) == ()
    assert shop.calls["List"] == 6


# --- writing


async def test_a_reply_goes_out_in_the_address_alone(
    shop: ClickBankSandbox, bank: ClickBank, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    id = shop.customer_opens()
    with capture_logs() as logs:
        done = await bank.perform(str(id), REPLY, 5)
    assert done is not None
    assert (done.ticket.status, done.ticket.raw_status) == (Status.WAITING, "OPEN")
    assert done.messages[-1].author is Author.AGENT
    assert plain(done.messages[-1].body).split() == REPLY.text.split()
    assert shop.messages(id)[-1].text == REPLY.text
    assert shop.calls == {"Update": 1}
    assert "welcome" not in caplog.text + str(logs)
    assert TOKEN not in caplog.text + str(logs)


@pytest.mark.parametrize("letter", ["x", " ", "é", "я", "漢", "😀", "\n", "+", "&"])
async def test_the_longest_reply_that_fits_is_measured_exactly(
    shop: ClickBankSandbox, bank: ClickBank, letter: str
) -> None:
    id = str(shop.customer_opens())
    most = bisect_left(range(2_000), True, key=lambda n: bool(bank.too_long(f"a{letter * n}a")))
    text = f"a{letter * (most - 1)}a"  # no white space at its ends
    done = await bank.perform(id, Act(Kind.REPLY, text), 5)
    assert done is not None
    # `too_long` reckons with the longest number a ticket may have.
    slack = 12 - len(id)
    assert 2_000 - slack - 12 < shop.addresses[-1] <= 2_000 - slack
    longer = text + "x" * 20
    why = bank.too_long(longer)
    assert why.startswith("it makes ClickBank's address 2,0")
    with pytest.raises(Rejected, match="more than the 2,000 allowed") as raised:
        await bank.perform(id, Act(Kind.REPLY, longer), 5)
    assert raised.value.code == "too-long"
    assert shop.calls == {"Update": 1}


async def test_the_published_address_is_what_counts(make: Make) -> None:
    real = make(base_url=module.BASE_URL)
    assert real.too_long("x" * CAPABILITIES.reply_limit) == ""
    assert real.too_long("x" * (CAPABILITIES.reply_limit + 1)) == (
        "it makes ClickBank's address 2,001 characters long, 1 more than the 2,000 allowed; "
        "shorten it (a line break counts 3, an accented letter 6, an emoji 12)"
    )
    assert "address" in real.too_long("\ud83d" * 2_000)


async def test_half_an_emoji_is_not_sent(shop: ClickBankSandbox, bank: ClickBank) -> None:
    with pytest.raises(Rejected, match="cannot be put into a call"):
        await bank.perform(str(shop.customer_opens()), Act(Kind.REPLY, "a\ud83d"), 5)
    assert not shop.calls


async def test_close_and_reopen(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens())
    done = await bank.perform(id, Act(Kind.STATUS, status=Status.CLOSED), 5)
    assert done is not None
    assert done.ticket.status is Status.CLOSED
    with pytest.raises(Rejected, match="only with a comment"):
        await bank.perform(id, Act(Kind.STATUS, status=Status.NEEDS_AGENT), 5)
    done = await bank.perform(id, Act(Kind.STATUS, "sorry", Status.NEEDS_AGENT), 5)
    assert done is not None
    assert (done.ticket.status, done.ticket.raw_status) == (Status.NEEDS_AGENT, "REOPENED")
    with pytest.raises(Rejected, match=r"\(400\): Only closed tickets can be reopened"):
        await bank.perform(id, do("reopen", comment="x"), 5)
    done = await bank.perform(id, do("close", comment="bye"), 5)
    assert done is not None
    assert plain(done.messages[-1].body) == "bye"
    done = await bank.perform(id, do("reopen", comment="not yet"), 5)
    assert done is not None
    assert done.ticket.status.active


async def test_every_action_has_a_form_that_works(shop: ClickBankSandbox, bank: ClickBank) -> None:
    """With nothing but the first choice everywhere, and no optional field."""
    for action in CAPABILITIES.actions:
        type = next(iter(action.types), "TECH_SUPPORT")
        id = shop.customer_opens(type="REFUND" if "REFUND" in action.types else type, physical=True)
        if action.statuses == {Status.CLOSED}:
            shop.close(id)
        given = {
            field.name: field.options[0][0] if field.options else "text"
            for field in action.fields
            if not field.optional
        }
        act = do(action.name, **given)
        assert await bank.preview(str(id), act)
        done = await bank.perform(str(id), act, 5)
        assert (done is None) is (action.name in ("returned", "refund", "cancel", "tech"))
        assert not action.repeatable
    assert set(CAPABILITIES.status_forms.values()) <= {a.name for a in CAPABILITIES.actions}
    offered = {
        value for action in CAPABILITIES.actions for f in action.fields for value, _ in f.options
    }
    assert {reason for kind in REASONS.values() for reason in kind} <= offered


async def test_a_partial_refund(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = shop.customer_opens(amount=2_000, recurring=True, receipt="AB CD-12")
    act = do(
        "refund",
        reason="ticket.type.refund.2",
        refund_type="PARTIAL_PERCENT",
        amount=" 12,5 % ",
        retain="true",
        sku="main-course",
        comment="as agreed",
    )
    assert await bank.preview(str(id), act) == (
        "Receipt AB CD-12: the customer gets back 2.50 EUR (2.75 USD; 2.75 USD of the product's "
        "price). A subscription goes on, and bills the customer again."
    )
    assert not shop.ledger.all("refund")
    assert await bank.perform(str(id), act, 5) is None
    (paid,) = shop.ledger.all("refund")
    assert paid.data["amount"] == 250
    assert shop.ticket(id).order.billing
    assert shop.messages(paid.data["ticket_id"])[0].text == "as agreed"


@pytest.mark.parametrize(
    ("kind", "amount", "sent"),
    [
        ("FULL", "", ""),
        ("PARTIAL_PERCENT", "80", "80.00"),
        ("PARTIAL_PERCENT", " 1 % ", "1.00"),
        ("PARTIAL_PERCENT", "12,5", "12.50"),
        ("PARTIAL_AMOUNT", "12.34", "12.34"),
        ("PARTIAL_AMOUNT", "0.05", "0.05"),
        ("PARTIAL_AMOUNT", "700", "700.00"),
    ],
)
def test_amounts_are_written_with_two_decimals(kind: str, amount: str, sent: str) -> None:
    expected = {"refundType": kind, **({"refundAmount": sent} if sent else {})}
    assert amount_of({"refund_type": kind, "amount": amount}) == expected


@pytest.mark.parametrize(
    ("kind", "amount", "words"),
    [
        ("FULL", "5", "takes no figure"),
        ("PARTIAL_PERCENT", "80.01", "from 1 to 80"),
        ("PARTIAL_PERCENT", "0.99", "from 1 to 80"),
        ("PARTIAL_PERCENT", "33.333", "from 1 to 80"),
        ("PARTIAL_PERCENT", "", "from 1 to 80"),
        ("PARTIAL_AMOUNT", "1,000", "above 0"),
        ("PARTIAL_AMOUNT", "-5", "above 0"),
        ("PARTIAL_AMOUNT", "0", "above 0"),
        ("PARTIAL_AMOUNT", "5 EUR", "above 0"),
        ("PARTIAL_AMOUNT", "٣", "above 0"),
        ("full", "", "say how much"),
    ],
)
def test_amounts_that_are_none_are_rejected(kind: str, amount: str, words: str) -> None:
    with pytest.raises(Rejected, match=words):
        amount_of({"refund_type": kind, "amount": amount})


async def test_more_than_is_left_is_not_refunded(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens(amount=2_000))
    act = do("refund", reason=PAID["reason"], refund_type="PARTIAL_AMOUNT", amount="20.01")
    for attempt in (bank.preview(id, act), bank.perform(id, act, 5)):
        with pytest.raises(Rejected, match="exceeds what is left"):
            await attempt
    assert not shop.ledger.all("refund")


async def test_previews_say_exactly_what_happens(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens(amount=2_000, currency="USD", physical=True, type="REFUND"))
    order = shop.ticket(int(id)).order.receipt
    full = "20.00 USD (20.00 USD; 20.00 USD of the product's price)"
    cancel = do("cancel", reason="ticket.type.cancel.7", sku="x")
    assert await bank.preview(id, do("refund", **PAID)) == (
        f"Receipt {order}: the customer gets back {full}. A refund of a recurring product (rfnd) "
        "refunds this receipt and stops billing; of any other product it refunds the sale."
    )
    assert await bank.preview(id, cancel) == (
        f"Receipt {order}: A cancellation of a recurring product (cncl) only stops billing and "
        "refunds nothing; of a product that is not recurring it refunds the sale. "
        f"That refund would be {full}."
    )
    assert (await bank.preview(id, do("change", type="rfnd"))).startswith(
        f"Receipt {order} is refunded in full: {full}."
    )
    assert "always means a full refund" in await bank.preview(id, do("change", type="tech"))
    assert await bank.preview(id, do("returned")) == (
        f"The goods are confirmed to be back, and the refund completes: {full}."
    )
    shop.ticket(int(id)).refund_type, shop.ticket(int(id)).refund_amount = "PARTIAL_AMOUNT", 500
    assert "completes: 5.00 USD" in await bank.preview(id, do("returned"))
    assert "withdraws the customer's refund" in await bank.preview(id, do("close"))
    assert await bank.preview(id, REPLY) == ""
    says(shop, "RefundAmounts", {"partialRefundData": {"usdAmount": {"@nil": "true"}}})
    assert "an amount that ClickBank does not name" in await bank.preview(id, do("refund", **PAID))
    says(shop, "RefundAmounts", {"data": {"usdAmount": 5.5, "productAmount": "4"}})
    assert "5.5 USD; 4 of the product" in await bank.preview(id, do("refund", **PAID))
    says(shop, "RefundAmounts", "[]")
    with pytest.raises(Later, match="cannot be read"):
        await bank.preview(id, do("refund", **PAID))
    says(shop, "RefundAmounts", "none", 400)
    assert "does not say how much" in await bank.preview(id, cancel)
    assert {entry.act for entry in shop.ledger.all()} == {"ticket_opened", "comment"}


async def test_partial_refunds_may_not_be_enabled(shop: ClickBankSandbox, bank: ClickBank) -> None:
    shop.partial_refunds = False
    id = str(shop.customer_opens())
    act = do("refund", reason=PAID["reason"], refund_type="PARTIAL_AMOUNT", amount="1")
    with pytest.raises(Rejected, match="partial refunds are not enabled"):
        await bank.preview(id, act)
    with pytest.raises(Rejected, match="partial refunds must be enabled"):
        await bank.perform(id, act, 5)
    assert shop.calls["Create"] == 1


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Act(Kind.STATUS, status=Status.SOLVED), "no solved tickets"),
        (Act(Kind.STATUS, status=Status.WAITING), "waits for the customer as soon as"),
        (Act(Kind.STATUS), "does not offer this"),
        (Act(Kind.REPLY, "x", Status.CLOSED), "answer first, then press Close"),
        (Act(Kind.INTERNAL, "x"), "e-mailed to the customer"),
        (Act(Kind.PRIVATE, "x"), "keeps no notes"),
        (Act(Kind.ASSIGN), "does not assign"),
        (Act(Kind.FOLLOW_UP, "x"), "no follow-up"),
        (Act(Kind.SHOW), "does not offer this"),
        (do("explode"), "does not offer this action"),
    ],
)
def test_what_clickbank_does_not_offer_is_said(act: Act, words: str) -> None:
    with pytest.raises(Unsupported, match=words):
        call_of("1", act, "ABCD1234")


async def test_what_clickbank_does_not_offer_is_not_tried(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    with pytest.raises(Unsupported):
        await bank.perform(str(shop.customer_opens()), Act(Kind.INTERNAL, "x"), 5)
    assert not shop.calls


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (do("change", type="x"), "which type"),
        (do("refund", refund_type="FULL"), "one of ClickBank's reasons"),
        (do("refund", **{**PAID, "reason": "ticket.type.cancel.1"}), "one of ClickBank's reasons"),
        (do("tech", reason="ticket.type.tech_support.9"), "names no receipt"),
    ],
)
def test_a_form_filled_in_wrongly_is_rejected(act: Act, words: str) -> None:
    with pytest.raises(Rejected, match=words):
        call_of("1", act, "" if "receipt" in words else "ABCD1234")


async def test_what_is_no_ticket_number_is_never_called(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    for id in ("x", "", "1/returned", "9" * 13):
        for attempt in (bank.get(id), bank.perform(id, REPLY, 5), bank.perform(id, do("tech"), 5)):
            with pytest.raises(Rejected, match="not the number of a ClickBank ticket") as raised:
                await attempt
            assert raised.value.code == "not-found"
    assert not shop.calls


# --- was it done?


async def test_a_refund_is_settled_by_the_tickets_of_its_receipt(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    id = str(shop.customer_opens(type="TECH_SUPPORT", recurring=True))
    receipt = shop.ticket(int(id)).order.receipt
    act = do("refund", **{**PAID, "refund_type": "PARTIAL_AMOUNT", "amount": "1"})
    await bank.perform(id, act, 5)  # an older one like it
    time.now += 60
    since = time.now
    assert await bank.settled(id, act, since) is False
    shop.faults.add(Fault("Create", Phase.ANSWER, Action.RESET))
    with pytest.raises(Unknown):
        await bank.perform(id, act, 5)
    assert await bank.settled(id, act, since) is True
    assert await bank.settled(id, do("cancel"), since) is False
    shop.name_source = False
    assert await bank.settled(id, act, since) is None
    shop.name_source = True
    time.now += 10
    since = time.now
    shop.customer_opens(type="REFUND", receipt=receipt)  # by the customer at the same time
    assert await bank.settled(id, act, since) is None


async def test_without_certain_times_it_cannot_be_told(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    id = str(shop.customer_opens())
    act = do("tech", reason="ticket.type.tech_support.9")
    await bank.perform(id, act, 5)
    shop.dates = "zoneless"
    assert await bank.settled(id, act, time.now + 3_600) is None
    assert await bank.settled(id, act, time.now + 30 * 3_600) is False
    row = {"ticketid": 8, "receipt": "ABCD12", "type": "TECH_SUPPORT", "source": "API"}
    says(shop, "Get", {**row, "ticketid": 7})
    says(shop, "List", [row])
    assert await bank.settled("7", act, time.now) is None


async def test_clocks_that_differ_are_reckoned_with(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    shop.clock.advance(600)
    id = str(shop.customer_opens())
    act = do("tech", reason="ticket.type.tech_support.9")
    await bank.perform(id, act, 5)
    time.now += 60
    assert await bank.settled(id, act, time.now) is False
    assert await bank.settled(id, act, time.now - 60) is True


async def test_other_actions_are_settled_by_the_ticket(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    id = str(shop.customer_opens())
    assert await bank.settled(id, do("close"), time.now) is False
    assert await bank.settled(id, do("change", type="cncl"), time.now) is False
    assert await bank.settled(id, do("returned"), time.now) is None
    await bank.perform(id, do("change", type="cncl"), 5)
    assert await bank.settled(id, do("change", type="cncl"), time.now) is True
    shop.close(int(id))
    assert await bank.settled(id, do("close"), time.now) is True
    assert await bank.settled(id, do("reopen"), time.now) is False
    shop.reopen(int(id))
    assert await bank.settled(id, do("reopen"), time.now) is True


# --- 403 and the daily budget


async def test_one_403_by_itself_is_read_again(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens())
    says(shop, "Get", "", 403)
    await bank.get(id)
    assert shop.calls == {"Get": 1}  # the first never reached the service


async def test_a_ticket_that_is_not_there(shop: ClickBankSandbox, bank: ClickBank) -> None:
    with pytest.raises(Rejected, match="there is no such ticket") as raised:
        await bank.get("1")
    assert raised.value.code == "not-found"
    assert shop.calls == {"Get": 2, "Debug": 1}
    with pytest.raises(Rejected, match=r"api_order_write.*it says: Access is denied") as raised:
        await bank.perform("1", REPLY, 5)
    assert raised.value.code == "forbidden"
    assert shop.calls == {"Get": 2, "Update": 1, "Debug": 2}


async def test_a_missing_role_is_named(shop: ClickBankSandbox, make: Make) -> None:
    id = str(shop.customer_opens())
    shop.allow("API-READER", frozenset({READ}))
    reader = make("API-READER")
    assert (await reader.probe()).ok
    with pytest.raises(Rejected, match="the role api_order_write"):
        await reader.perform(id, REPLY, 5)
    shop.allow("API-NOBODY", frozenset())
    health = await make("API-NOBODY").probe()
    assert not health.ok
    assert "the key needs the role api_order_read" in health.detail


async def test_a_key_that_never_worked_is_unauthorized(shop: ClickBankSandbox, make: Make) -> None:
    stranger = make("API-STRANGER")
    with pytest.raises(Unauthorized, match=r"refuses every call with this key.*Invalid API key"):
        await stranger.list_active("")
    shop.bad_key_status = 401
    with pytest.raises(Unauthorized, match=r"does not accept the key.*\(401\)"):
        await stranger.list_active("")
    assert "(401)" in (await stranger.probe()).detail


async def test_a_key_that_worked_may_be_out_of_calls(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    id = str(shop.customer_opens())
    await bank.get(id)
    shop.daily = shop.gate.used
    with pytest.raises(Later, match="refuses every call for now") as raised:
        await bank.perform(id, REPLY, 5)
    assert (raised.value.code, raised.value.seconds) == ("quota", 900.0)
    made = sum(shop.calls.values())
    for attempt in (bank.get(id), bank.perform(id, REPLY, 5), bank.list_active("")):
        with pytest.raises(Later, match="for now"):
            await attempt
    assert sum(shop.calls.values()) == made  # nobody is asked in the meantime
    shop.daily = 25_000
    assert (await bank.probe()).ok  # it looks for itself, and what it finds counts
    await bank.get(id)
    assert len(shop.messages(int(id))) == 1


async def test_the_pause_ends_with_clickbanks_day(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    time.now = datetime(2027, 1, 15, 7, 58, tzinfo=UTC).timestamp()  # 23:58 at ClickBank
    await bank.list_active("")
    shop.daily = 1
    with pytest.raises(Later) as raised:
        await bank.list_active("")
    assert raised.value.seconds == pytest.approx(120)


@pytest.mark.parametrize(
    ("status", "kind"), [(500, Later), (401, Unauthorized), (429, Later), (404, Rejected)]
)
async def test_debug_may_fail_in_other_ways(
    shop: ClickBankSandbox, bank: ClickBank, status: int, kind: type[Failure]
) -> None:
    says(shop, "Debug", "", status)
    with pytest.raises(kind):
        await bank.perform("1", REPLY, 5)


async def test_the_days_calls_are_counted_for_all(shop: ClickBankSandbox, make: Make) -> None:
    made = 19_998

    async def spend() -> int:
        nonlocal made
        made += 1
        return made

    bank = make(spend=spend)
    id = str(shop.customer_opens())
    assert (await bank.probe()).detail == (
        "ClickBank answers; 19,999 of 25,000 calls of today are made"
    )
    with capture_logs() as logs:
        await bank.get(id)
        await bank.get(id)
    assert [(entry["event"], entry["calls"]) for entry in logs] == [
        ("clickbank.quota_nearly_used", 20_000)
    ]
    assert (await bank.probe()).detail.endswith("calls of today are made; it is nearly used up")
    made = 25_000
    calls = sum(shop.calls.values())
    with pytest.raises(Later, match="the 25,000 calls") as raised:
        await bank.perform(id, REPLY, 5)
    assert (raised.value.code, raised.value.seconds) == ("quota", 900.0)
    assert not (await bank.probe()).ok
    assert sum(shop.calls.values()) == calls
    made = 0  # a new day
    await bank.get(id)
    assert len(shop.messages(int(id))) == 1


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
@pytest.mark.parametrize("act", [REPLY, do("refund", **PAID)], ids=["reply", "refund"])
async def test_a_write_whose_answer_is_lost_is_unknown_and_made_once(
    shop: ClickBankSandbox,
    bank: ClickBank,
    act: Act,
    phase: Phase,
    action: Action,
    committed: int,
) -> None:
    id = shop.customer_opens()
    operation = "Update" if act is REPLY else "Create"
    shop.faults.add(Fault(operation, phase, action, seconds=0.3))
    with pytest.raises(Unknown):
        await bank.perform(str(id), act, 0.2)
    await bank.get(str(id))
    if action is Action.DELAY:
        await asyncio.sleep(0.35)
    done = [e for e in shop.ledger.all("comment", "refund") if e.data.get("role") != "CUSTOMER"]
    assert len(done) <= committed
    assert shop.faults.seen.count(operation) == 1


async def test_a_lost_read_may_be_tried_again(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens())
    for action in (Action.RESET, Action.STATUS):
        shop.faults.add(Fault("Get", Phase.ANSWER, action))
        with pytest.raises(Later):
            await bank.get(id)
    await bank.get(id)


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", "null", "{}", "7", '{"a":1,"b":2}', '{"ticketid":']
)
async def test_a_2xx_that_says_nothing_is_unknown_for_a_write(
    shop: ClickBankSandbox, bank: ClickBank, body: str
) -> None:
    id = str(shop.customer_opens())
    for operation in ("Get", "Update"):
        shop.faults.add(Fault(operation, Phase.ANSWER, Action.STATUS, status=200, body=body))
    with pytest.raises(Unknown, match="cannot be read"):
        await bank.perform(id, REPLY, 5)
    with pytest.raises(Later, match="cannot be read"):
        await bank.get(id)
    shop.answer_ships = True
    with pytest.raises(Unknown):
        await bank.perform(id, REPLY, 5)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (301, "", Rejected),
        (400, "Bad things", Rejected),
        (401, "no", Unauthorized),
        (404, "<html>nginx</html>", Rejected),
        (414, "Request-URI Too Long", Rejected),
        (429, "slow down", Later),
        (500, "oops", Unknown),
        (501, "", Unsupported),
        (503, "busy", Unknown),
    ],
)
async def test_what_a_status_means_for_a_write(
    shop: ClickBankSandbox, bank: ClickBank, status: int, body: str, kind: type[Failure]
) -> None:
    says(shop, "Update", body, status)
    with pytest.raises(kind) as raised:
        await bank.perform("1", REPLY, 5)
    assert type(raised.value) is kind
    assert str(status) in raised.value.reason
    assert "<html>" not in raised.value.reason
    assert body in raised.value.reason or body.startswith("<")


async def test_a_huge_answer_is_not_read(shop: ClickBankSandbox, bank: ClickBank) -> None:
    says(shop, "List", " " * (9 * 2**20))
    with pytest.raises(Later, match="cannot be read"):
        await bank.list_active("")


async def test_the_key_may_be_withdrawn_in_mid_run(shop: ClickBankSandbox, bank: ClickBank) -> None:
    shop.bulk(2)
    await walk(bank)
    shop.bad_key_status = 401
    shop.revoke(TOKEN)
    with pytest.raises(Unauthorized) as raised:
        await walk(bank)
    assert TOKEN not in raised.value.reason
    shop.allow(TOKEN)
    assert len(await walk(bank)) == 2


async def test_nothing_leaves_after_the_deadline(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens())
    with pytest.raises(Later, match="no time left"):
        await bank.perform(id, REPLY, 0)
    assert not shop.calls


async def test_the_probe_tells_how_far_the_clocks_are_apart(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    shop.clock.advance(600)
    health = await bank.probe()
    assert (health.ok, health.detail) == (True, "ClickBank answers")
    assert health.skew == pytest.approx(600, abs=1)
    await shop.stop()
    assert (await bank.probe()).detail == "clickbank could not be reached"
