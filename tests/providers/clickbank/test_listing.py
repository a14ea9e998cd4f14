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
    assert first.cursor == f"open|2|on|{made[0]}"
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
