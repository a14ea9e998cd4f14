"""Sellgate's adapter: looking up, and the store's figures."""

from __future__ import annotations

import pytest

from slackbridge.domain.errors import Code, Later, Rejected, Unauthorized
from slackbridge.domain.model import Query, Status
from slackbridge.providers.sellgate import provider as module
from slackbridge.providers.sellgate.provider import Sellgate
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from slackbridge.testing.look import ids
from tests.providers.common import Time, says
from tests.providers.sellgate.conftest import REPLY, walk


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
        assert missing.value.code == Code.NOT_FOUND
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


async def test_tickets_can_be_found_by_status_turn_and_days(
    shop: SellgateSandbox, sellgate: Sellgate, time: Time
) -> None:
    old, waits, needy, odd = (shop.customer_opens(email="often@example.com") for _ in range(4))
    time.now += 86_400
    shop.merchant_writes(waits, "x")
    shop.close(old)
    shop.force_status(odd, "on_hold")
    new = shop.customer_opens()

    async def found(**query: str) -> set[str]:
        return set(ids(await sellgate.search(Query(**query))))

    assert await found(status="ended") == await found(status="Closed") == {old}
    assert await found(status="on_hold, closed") == {old, odd}
    with pytest.raises(Rejected, match="knows open and closed"):
        await found(status="solved")
    assert await found(needs="agent", email="often@example.com") == {needy, odd}
    assert await found(created="2027-01-16..") == {new}
    assert await found(closed="2027-01-16", created="..2027-01-15") == {old}
    assert await found(closed="..2027-01-15") == await found(country="DE", status="ended") == set()


async def test_many_are_read_one_by_one_while_the_list_fails(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    made = shop.bulk(5)
    shop.faults.add(Fault("ListTickets", Phase.COMMIT, Action.STATUS, times=None))
    assert ids(await sellgate.read(made)) == made
