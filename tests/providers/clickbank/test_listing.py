"""ClickBank's adapter: walks, what changed lately, reading many, search."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from slackbridge.domain.errors import Later, Rejected
from slackbridge.domain.model import Query, Status
from slackbridge.ports.capabilities import Measures, Previews, Settles
from slackbridge.providers.clickbank import provider as module
from slackbridge.providers.clickbank.api import headers
from slackbridge.providers.clickbank.provider import ClickBank
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from tests.providers.common import Time, numbers, says, walk


def test_it_offers_all_ports(bank: ClickBank) -> None:
    for port in (Measures, Previews, Settles):
        assert isinstance(bank, port)
    assert headers(" DEV-1:API-2 ") == {"Authorization": "DEV-1:API-2"}


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
    assert first.cursor.startswith("open|2.")
    for id in made[:40]:
        shop.close(id)  # whatever is on the second page moves to the first
    found, cursor = set[int](), first.cursor
    while cursor:
        page = await bank.list_active(cursor)
        found |= set(numbers(page.tickets))
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
    assert numbers(page.tickets)[0] == made[1]
    assert set(numbers(page.tickets)) == set(made) - {made[2], old}
    assert (page.cursor, shop.calls["List"]) == ("", 3)


async def test_lately_does_not_end_in_the_future_where_that_is_refused(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    time.now = datetime(2027, 3, 2, 3, tzinfo=UTC).timestamp()  # still the 1st at ClickBank
    shop.future_days = False
    made = shop.bulk(1)
    assert numbers((await bank.list_recent()).tickets) == made
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
    assert numbers(found) == made
    assert found[1].status is Status.CLOSED
    assert await bank.read([]) == ()
    says(shop, "Get", "oops", 500)
    with pytest.raises(Later):
        await bank.read([str(made[0])])
    says(shop, "Get", "odd", 418)
    with pytest.raises(Rejected):
        await bank.read([str(made[0])])


async def test_search(shop: ClickBankSandbox, bank: ClickBank, time: Time) -> None:
    first = shop.customer_opens(receipt="ABCD1234", email="Kim@example.com")
    time.now += 1
    second = shop.customer_opens(receipt="ABCD1234")
    shop.bulk(3)
    shop.close(second)
    assert numbers(await bank.search(Query(id=f" {first} "))) == [first]
    assert numbers(await bank.search(Query(order=" ABCD1234 "))) == [second, first]
    assert numbers(await bank.search(Query(order="ABCD%"))) == [second, first]
    assert numbers(await bank.search(Query(email="kim@EXAMPLE.com "))) == [first]
    assert numbers(await bank.search(Query(name="tomer 2"))) == [second + 2]
    both = Query(order="ABCD1234", email="kim@example.com")
    assert numbers(await bank.search(both)) == [second, first]
    assert numbers(await bank.search(Query(topic="refund, Tech Support", name="kim"))) == [first]
    assert len(await bank.search(Query(item="main-course"))) == 4
    for nothing in (
        Query(id="1"),
        Query(id="x"),
        Query(order="ABCD9999"),
        Query(email="who@example.com"),
        Query(order="ABCD1234", email="who@example.com"),
        Query(topic="refund"),
        Query(item="other"),
        Query(needs="agent", name="nobody"),
    ):
        assert await bank.search(nothing) == ()
    assert await bank.follow_ups(str(first)) == ()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (Query(order="AB"), "its first 4 characters or more"),
        (Query(order="A%B%"), "its first 4 characters or more"),
        (Query(order="%BCD1"), "not at the beginning"),
        (Query(country="DE"), "have no country"),
        (Query(urgency="high", order="ABCD1234"), "have no urgency"),
        (Query(status="pending"), "no status 'pending'; there are open, reopened and closed"),
        (Query(closed="..2026-11-07"), "say from which day on"),
        (Query(created="2025-01-01.."), "at most 56 days in all"),
    ],
)
async def test_what_clickbank_cannot_be_searched_by_is_said(
    shop: ClickBankSandbox, bank: ClickBank, query: Query, words: str
) -> None:
    with pytest.raises(Rejected, match=words):
        await bank.search(query)
    assert not shop.calls


async def test_a_search_by_days_goes_week_by_week(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    time.now = datetime(2026, 11, 1, 20, tzinfo=UTC).timestamp()
    made = []
    for _ in range(4):
        made.append(shop.customer_opens(type="REFUND"))
        time.now += 5 * 86_400
    shop.close(made[1])  # on the 21st
    late = Query(created="2026-11-06..2026-11-16")
    assert numbers(await bank.search(late)) == [made[1], made[3], made[2]]
    assert shop.calls["List"] == 2
    assert numbers(await bank.search(Query(closed="2026-11-20.."))) == [made[1]]
    assert numbers(await bank.search(Query(closed="2026-11-20..", created="2026-11-07.."))) == []
    closed = Query(created="2026-11-01..2026-11-07", status="ended")
    assert numbers(await bank.search(closed)) == [made[1]]
    assert numbers(await bank.search(Query(created="2026-11-06", topic="refund"))) == [made[1]]
    assert numbers(await bank.search(Query(created="2026-11-06", topic="cancel"))) == []


async def test_a_search_by_status_topic_and_order_of_deadlines(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    first = shop.customer_opens(type="REFUND")
    time.now += 60
    second, third = shop.customer_opens(type="REFUND"), shop.customer_opens()
    shop.close(third)
    shop.reopen(third)
    shop.merchant_writes(second, "hm")
    assert numbers(await bank.search(Query(topic="refund", sort="due"))) == [first, second]
    assert numbers(await bank.search(Query(status="reopened"))) == [third]
    assert numbers(await bank.search(Query(status="ended"))) == []
    assert set(numbers(await bank.search(Query(needs="agent")))) == {first, third}
    assert numbers(await bank.search(Query(sort="due")))[0] == first
    shop.close(third)
    assert numbers(await bank.search(Query(status="closed,open")))[-1] == first
    ended = (await bank.search(Query(status="ended")))[0]
    now = datetime.fromtimestamp(time.now, UTC)
    assert dict(ended.extra)["closed"] == f"{now:%Y-%m-%d %H:%M} UTC"


async def test_a_search_by_address_reads_a_few_pages_only(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    shop.bulk(8)
    shop.page_size = 1
    assert await bank.search(Query(email="customer8@example.org")) == ()
    assert shop.calls["List"] == 6
