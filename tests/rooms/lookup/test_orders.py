"""The order behind a ticket: read when asked for, once at a time, kept for minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, cast

import pytest

from slackbridge.domain.errors import Code, Failure, Later, Rejected, Unauthorized, Unsupported
from slackbridge.domain.intent import State
from slackbridge.domain.model import Capabilities, Kind, Ticket, TicketKey
from slackbridge.domain.order import Fact, Order
from slackbridge.domain.record import Record
from slackbridge.ports.front_desk import OrderAnswer
from slackbridge.ports.provider import Provider
from slackbridge.ports.store import Store
from slackbridge.rooms.lookup.orders import KEEP_MOST, KEEP_SECONDS, OrderReader
from tests.providers.common import Time
from tests.values import KEY, intent, ticket

REFUSED_SECONDS = 900.0
PAID = Order((Fact("Paid", "39.90 EUR"),))


class Marketplace:
    """`found` is what it answers, or raises; `calls` are the tickets whose order was read."""

    capabilities = Capabilities(orders=True)

    def __init__(self) -> None:
        self.found: Order | Exception | None = PAID
        self.calls: list[str] = []
        self.reads: list[str] = []
        self.asked, self.answers = asyncio.Event(), asyncio.Event()
        self.answers.set()

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        self.reads += ids
        return tuple(ticket(key=TicketKey(KEY.account, id)) for id in ids if id != "gone")

    async def order(self, ticket: Ticket) -> Order | None:
        self.calls.append(ticket.key.id)
        self.asked.set()
        await self.answers.wait()
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


class Reader:
    """A reader of one marketplace, on a clock that moves by hand."""

    def __init__(self, patience: float = 5.0) -> None:
        self.shop = Marketplace()
        self.time = Time()
        self.away = False
        self.tasks: list[asyncio.Task[None]] = []
        shops = {KEY.account: cast("Provider", self.shop)}
        self.records: dict[TicketKey, Record] = {}
        store = cast("Store", self)
        self.it = OrderReader(shops, store, self._spawn, patience, REFUSED_SECONDS)

    def now(self) -> float:
        return self.time.now

    async def load(self, key: TicketKey) -> Record:
        if self.away:
            raise Later("Redis is away", 2.0, code=Code.REDIS)
        return self.records.get(key, Record({}, ()))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.create_task(work))

    async def asks(self, id: str = KEY.id) -> OrderAnswer:
        return await self.it.order(TicketKey(KEY.account, id))


async def test_it_is_read_once_and_kept_for_minutes() -> None:
    reader = Reader()
    assert await reader.it.kept(KEY) is None
    first = await reader.asks()
    assert first.order == PAID
    assert first.read_at == reader.time.now
    reader.time.now += KEEP_SECONDS - 1
    assert await reader.asks() == first == await reader.it.kept(KEY)
    assert reader.shop.calls == [KEY.id]
    reader.time.now += 1
    assert await reader.it.kept(KEY) is None
    await reader.asks()
    assert len(reader.shop.calls) == 2


@pytest.mark.parametrize(
    "then",
    [
        Record({}, (), seen="r2"),
        Record({}, (intent(State.QUEUED, kind=Kind.ACTION, action="refund"),)),
        Record({}, (intent(State.SENT, kind=Kind.ACTION, action="refund"),)),
    ],
)
async def test_it_is_read_again_when_the_ticket_changed_or_something_was_done(
    then: Record,
) -> None:
    reader = Reader()
    await reader.asks()
    reader.records[KEY] = then
    assert await reader.it.kept(KEY) is None
    await reader.asks()
    await reader.asks()
    assert len(reader.shop.calls) == 2


async def test_what_is_done_while_it_is_read_counts_too() -> None:
    reader = Reader()
    reader.shop.answers.clear()
    asked = asyncio.create_task(reader.asks())
    await reader.shop.asked.wait()
    reader.records[KEY] = Record({}, (), seen="r2")
    reader.shop.answers.set()
    assert (await asked).order == PAID
    assert await reader.it.kept(KEY) is None


async def test_nothing_is_kept_while_redis_is_away() -> None:
    reader = Reader()
    reader.away = True
    assert (await reader.asks()).order == PAID
    assert (await reader.asks()).order == PAID
    assert len(reader.shop.calls) == 2


async def test_many_who_ask_at_once_share_one_read() -> None:
    reader = Reader()
    reader.shop.answers.clear()
    asked = [asyncio.create_task(reader.asks()) for _ in range(5)]
    await reader.shop.asked.wait()
    reader.shop.answers.set()
    assert {(await each).order for each in asked} == {PAID}
    assert (reader.shop.reads, reader.shop.calls) == ([KEY.id], [KEY.id])


async def test_a_ticket_that_was_read_already_is_not_read_again() -> None:
    reader = Reader()
    assert (await reader.it.order(KEY, ticket())).order == PAID
    assert (reader.shop.reads, reader.shop.calls) == ([], [KEY.id])


async def test_nobody_waits_longer_than_the_limit_and_the_read_goes_on() -> None:
    reader = Reader(patience=0.01)
    reader.shop.answers.clear()
    late = await reader.asks()
    assert "did not answer in 0.01 s" in late.why
    assert not late.usual
    reader.shop.answers.set()
    await reader.tasks[0]
    kept = await reader.it.kept(KEY)
    assert kept
    assert kept.order == PAID


async def test_what_is_kept_is_bounded() -> None:
    reader = Reader()
    for number in range(KEEP_MOST + 1):
        await reader.asks(str(number))
    kept = [n for n in range(KEEP_MOST + 1) if await reader.it.kept(TicketKey(KEY.account, str(n)))]
    assert kept == [*range(1, KEEP_MOST + 1)]


@pytest.mark.parametrize(
    "failure",
    [
        Rejected("the token lacks merchant.orderItem:view; ask X & Co", code=Code.FORBIDDEN),
        Unsupported("this is not switched on"),
    ],
)
async def test_a_missing_permission_is_told_and_asked_for_again_only_later(
    failure: Failure,
) -> None:
    reader = Reader()
    reader.shop.found = failure
    first = await reader.asks()
    assert failure.quoted in first.why
    assert "`order = false`" in first.why
    assert first.usual
    assert await reader.asks("another") == first
    assert len(reader.shop.calls) == 1
    reader.time.now += REFUSED_SECONDS
    reader.shop.found = PAID
    assert (await reader.asks("another")).order == PAID


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (Later("refurbed <503>", 2.0), "cannot be read now: refurbed &lt;503&gt;. Try again"),
        (Rejected("no such order", code=Code.NOT_FOUND), "cannot be read: no such order."),
        (Unauthorized("the token is refused"), "cannot be read: the token is refused."),
        (ValueError("a bug"), "The log has it"),
    ],
)
async def test_a_failure_is_told_and_not_kept(found: Exception, why: str) -> None:
    reader = Reader()
    reader.shop.found = found
    answer = await reader.asks()
    assert why in answer.why
    assert not answer.usual
    reader.shop.found = PAID
    assert (await reader.asks()).order == PAID


def no_order(shop: Marketplace) -> None:
    shop.found = None


def no_facts(shop: Marketplace) -> None:
    shop.found = Order(())


@pytest.mark.parametrize(
    ("id", "become", "why"),
    [
        (KEY.id, no_order, "no order behind this ticket"),
        (KEY.id, no_facts, "no order behind this ticket"),
        ("gone", no_order, "no such ticket"),
    ],
)
async def test_that_there_is_none_is_kept_too(
    id: str, become: Callable[[Marketplace], None], why: str
) -> None:
    reader = Reader()
    become(reader.shop)
    first = await reader.asks(id)
    assert why in first.why
    assert first.usual
    await reader.asks(id)
    assert len(reader.shop.reads) == 1


async def test_no_call_is_made_where_orders_are_not_shown() -> None:
    reader = Reader()
    reader.shop.capabilities = Capabilities()
    assert "not shown" in (await reader.asks()).why
    assert "not shown" in (await reader.it.order(TicketKey("elsewhere", "1"))).why
    assert (reader.shop.reads, reader.shop.calls) == ([], [])


async def test_a_read_that_is_cut_off_keeps_nobody_waiting() -> None:
    reader = Reader()
    reader.shop.answers.clear()
    asked = asyncio.create_task(reader.asks())
    await reader.shop.asked.wait()
    reader.tasks[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    reader.shop.answers.set()
    assert (await reader.asks()).order == PAID
