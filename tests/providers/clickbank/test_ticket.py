"""ClickBank's adapter: what a ticket and its comments say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from slackbridge.domain.model import Author, Query, Status
from slackbridge.providers.clickbank.provider import ClickBank
from slackbridge.providers.clickbank.wire import tickets_in
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.text.document import plain
from tests.providers.common import Time, says, walk


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
        "refund": "1.50 in the customer's currency",
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
    assert [row.ticket_id for row in tickets_in([{"TICKETID": 5}, 3, None]) or []] == ["5", "", ""]


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
    assert "list.rows_without_id" in [entry["event"] for entry in logs]
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
        shop.someone_writes(id, "CBSYSTEM", "", "ASSIGNED")  # does not change whose move it is
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
    shop.comments_update = False  # update_time may stay the same
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
