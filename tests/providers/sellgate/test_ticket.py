"""Sellgate's adapter: what a ticket and its messages say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import structlog

from slackbridge.domain.errors import Later
from slackbridge.domain.model import Author, Query, Status
from slackbridge.providers.sellgate.provider import Sellgate
from slackbridge.providers.sellgate.wire import TicketRow
from slackbridge.rules.freshness import Freshness, freshness
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from slackbridge.testing.look import ids
from slackbridge.text.document import plain
from tests.providers.common import Time, says
from tests.providers.sellgate.conftest import REPLY, Make, listed


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
    # The predicted revision equals the list's next one, so nothing is read twice.
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
    shop.messages(id).reverse()  # the order of an answer is not documented
    messages = (await sellgate.get(id)).messages
    assert [m.author for m in messages] == [
        Author.CUSTOMER,
        *(4 * [Author.AGENT]),
        *(2 * [Author.SYSTEM]),
    ]
    assert plain(messages[0].body) == "Hi <b>there</b> &amp;\n\nnext"  # it is plain text
    assert messages[0].name == "kim.muster@example.com"
    assert messages[0].at == datetime(2027, 1, 15, 8, 0, tzinfo=UTC)


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
    assert (ticket.order, ticket.item, ticket.extra) == ("", "", (("first reply", "none yet"),))
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
    lost = {"event": "list.rows_without_id", "account": "keys", "rows": 3, "log_level": "warning"}
    assert lost in logs


async def test_a_poisoned_conversation_is_still_read(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    messages = [None, {}, {"id": 7, "message": "\x00a", "sender": 3, "created_at": 10**30}, "x"]
    says(shop, "GetTicket", {"id": "t", "updated_at": "2026-01-01T00:00:00Z", "messages": messages})
    found = (await sellgate.get("t")).messages  # not wrapped in `data`, either
    assert [(m.author, plain(m.body)) for m in found] == [(Author.SYSTEM, ""), (Author.SYSTEM, "a")]


async def test_a_closed_ticket_says_since_when_and_an_unanswered_one_that_it_is(
    shop: SellgateSandbox, sellgate: Sellgate, time: Time
) -> None:
    id = shop.customer_opens(order_id=None)
    assert dict((await listed(sellgate, id)).extra) == {"first reply": "none yet"}
    shop.merchant_writes(id, "Here")
    assert (await sellgate.get(id)).ticket.extra == (await listed(sellgate, id)).extra == ()
    time.now += 60
    shop.close(id)
    (closed,) = await sellgate.search(Query(status="ended"))
    assert dict(closed.extra) == {"closed": "2027-01-15 08:01 UTC"}
    assert (await sellgate.get(id)).ticket == closed


async def test_a_ticket_is_read_while_the_list_fails_and_nothing_is_told_twice(
    shop: SellgateSandbox, make: Make
) -> None:
    clock = Time()
    id = shop.customer_opens()
    shop.merchant_writes(id, "Here")
    whole = await listed(make(), id)
    fresh = make(monotonic=clock)
    fault = Fault("ListTickets", Phase.COMMIT, Action.STATUS, times=None)
    shop.faults.add(fault)
    with structlog.testing.capture_logs() as logs:
        part = [(await fresh.get(id)) for _ in range(3)]
    assert part[0] == part[1] == part[2]  # the revision does not flap
    told = part[0].ticket
    assert [plain(m.body) for m in part[0].messages][1:] == ["Here"]
    assert (told.status, told.topic, told.order) == (whole.status, whole.topic, whole.order)
    assert "not known now" in dict(told.extra)
    assert told.recheck
    assert freshness(told.revision, whole.revision) is Freshness.DIFFERS
    assert [entry["event"] for entry in logs] == ["list.failed"]
    assert fault.struck == 1  # the list rests
    assert (await fresh.read([id])) == (told,)
    done = await fresh.perform(id, REPLY, 5)
    assert done is not None
    assert "not known now" in dict(done.ticket.extra)
    shop.faults.clear()
    clock.now += 61
    again = await fresh.get(id)
    assert again.ticket == await listed(fresh, id)
    assert [m.id for m in again.messages][:2] == [m.id for m in part[0].messages]


async def test_our_own_pace_is_no_failure_of_the_list(shop: SellgateSandbox, make: Make) -> None:
    id = shop.customer_opens()
    sellgate = make(per_second=0.02)  # the second call is 50 s away
    with pytest.raises(Later, match="allows no further call"):
        await sellgate.get(id)
