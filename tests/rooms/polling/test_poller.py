"""The poller's turns against a marketplace that is away, or changes more than a page shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from slackbridge.domain.errors import Later, Unauthorized, Unsupported
from slackbridge.domain.model import Capabilities, Status, Ticket, TicketKey
from slackbridge.domain.page import Page
from slackbridge.domain.record import Change, Patch
from slackbridge.ports.provider import Provider
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.polling.poller import BATCH, Poller, PollSettings
from slackbridge.rules.intake import IntakeSettings
from slackbridge.store.redis import RedisStore, connect
from tests.values import AT, KEY, ticket

ACCOUNT = KEY.account
ALWAYS = PollSettings(
    poll=0.0001, full_walk=1000, recent=1e12, probe=0, unauthorized_probe=0, down_max=0
)


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[RedisStore]:
    """Its leases do not run out on a busy machine."""
    store = RedisStore(connect(redis_url), lease_seconds=60)
    yield store
    await store.close()


class Marketplace:
    """Tickets, all active; `calls` names what was listed, `away` is raised instead."""

    capabilities = Capabilities(statuses=frozenset(Status), recent_first=True)

    def __init__(self, number: int) -> None:
        self.revision = "r1"
        self.number = number
        self.calls: list[str] = []
        self.away: Exception | None = None

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        keys = (TicketKey(ACCOUNT, str(n)) for n in range(self.number))
        return tuple(ticket(key=key, revision=self.revision) for key in keys)

    async def list_active(self, cursor: str) -> Page:
        return self._listed("walk", self.tickets)

    async def list_recent(self) -> Page:
        return self._listed("recent", self.tickets[:BATCH])

    def _listed(self, call: str, tickets: Sequence[Ticket]) -> Page:
        if self.away is not None:
            raise self.away
        self.calls.append(call)
        return Page(tuple(tickets))


async def anybody(user: str, money: bool) -> str:
    return ""


def polling(store: RedisStore, market: Marketplace, settings: PollSettings = ALWAYS) -> Poller:
    rules = IntakeSettings("direct", ("//",), undo=0, fresh=900)
    desk = InboundDesk(store, anybody, rules, lambda: None)
    provider: Any = market
    return Poller(ACCOUNT, "TOKEN", store, cast(Provider, provider), desk, settings)


@pytest.mark.parametrize("away", [Unauthorized("no"), Later("down", 0.0)])
async def test_what_waited_for_an_account_is_due_when_it_is_back(
    store: RedisStore, away: Exception
) -> None:
    await store.sync()
    market = Marketplace(1)
    poller = polling(store, market)
    await poller.list_once()
    market.away = away
    for _ in range(3):
        await poller.cycle()
    leases, _ = await store.lease(ACCOUNT, 9)
    for lease in leases:
        await store.release(lease, store.now() + 3600)  # a failed pass, put off for long
    assert (await store.lease(ACCOUNT, 9))[0] == []
    market.away = None
    await poller.cycle()
    again, _ = await store.lease(ACCOUNT, 9)
    assert {lease.key.id for lease in again} >= {lease.key.id for lease in leases}


@pytest.mark.parametrize(("number", "then"), [(BATCH + 20, "walk"), (BATCH - 1, "recent")])
async def test_after_a_page_on_which_all_has_changed_a_walk_follows(
    store: RedisStore, number: int, then: str
) -> None:
    market = Marketplace(number)
    poller = polling(store, market)
    await poller.list_once()
    market.revision = "r2"
    for _ in range(2):
        await poller.list_once()
    assert market.calls == ["walk", "recent", then]
    assert await store.active(ACCOUNT) == {str(n) for n in range(number)}


class Ending(Marketplace):
    """Its ended tickets have a list of their own, in pages of one; `beside` shows in the others."""

    def __init__(
        self, number: int, ended: Sequence[Ticket] = (), beside: Sequence[Ticket] = ()
    ) -> None:
        super().__init__(number)
        self.ended, self.beside = list(ended), list(beside)
        self.refuses = False

    def _listed(self, call: str, tickets: Sequence[Ticket]) -> Page:
        return replace(super()._listed(call, tickets), ended=tuple(self.beside))

    async def list_ended(self, since: float, cursor: str) -> Page:
        if self.refuses:
            raise Unsupported("there is no such list")
        at = int(cursor or 0)
        self.calls.append(f"ended {at}")
        more = str(at + 1) if at + 1 < len(self.ended) else ""
        return Page((), more, tuple(self.ended[at : at + 1]))


def ended(id: str, revision: str = "r1", at: float = 0.0) -> Ticket:
    when = datetime.fromtimestamp(at, UTC) if at else AT
    key = TicketKey(ACCOUNT, id)
    return ticket(Status.CLOSED, key=key, revision=revision, updated_at=when)


WATCHING = replace(ALWAYS, watch_ended=1e12)


async def due(store: RedisStore) -> set[str]:
    """The tickets that are due; their passes are done then."""
    leases, _ = await store.lease(ACCOUNT, 99)
    ids = [lease.key.id for lease in leases]
    for lease in leases:
        await store.release(lease, None)
    await store.forget_seen(ACCOUNT, ids)
    return set(ids)


@pytest.mark.parametrize("own", [False, True])
async def test_what_happens_on_an_ended_ticket_is_read(store: RedisStore, own: bool) -> None:
    """Known by its record, or unknown but changed since the account was born."""
    await store.sync()
    old, known = ended("old"), ended("known", "r1", store.now())
    await store.write(known.key, Change(put=Patch(revision="r1", ended=True)))
    market = Ending(0, *(([old, known], []) if own else ([], [old, known])))
    poller = polling(store, market, replace(WATCHING, full_walk=0.0))
    shown = market.ended if own else market.beside
    await poller.list_once()
    assert await due(store) == set()  # a first start shows nothing that is old
    shown[1] = ended("known", "r2", store.now())
    shown.append(ended("forgotten", "r1", store.now()))
    await poller.list_once()
    assert await due(store) == {"known", "forgotten"}


async def test_ended_tickets_cost_no_call_of_an_idle_poll(store: RedisStore) -> None:
    market = Ending(1, [ended("e1"), ended("e2")])
    poller = polling(store, market, WATCHING)
    for _ in range(4):
        await poller.list_once()
    assert market.calls == ["walk", "ended 0", "ended 1", *["recent"] * 3]
    market.calls.clear()
    await polling(store, market).list_once()  # not wanted
    assert market.calls == ["walk"]


async def test_a_list_of_ended_tickets_that_fails_does_not_stop_the_poll(store: RedisStore) -> None:
    market = Ending(1)
    market.refuses = True
    await polling(store, market, WATCHING).cycle()
    assert (await store.facts(ACCOUNT)).health.failures == 0
    assert await store.active(ACCOUNT) == {"0"}


async def test_one_that_ends_and_is_listed_as_ended_is_not_read_to_be_marked(
    store: RedisStore,
) -> None:
    market = Ending(1)
    poller = polling(store, market, replace(WATCHING, full_walk=0.0))
    await poller.list_once()
    assert await due(store) == {"0"}
    await store.make_due(ACCOUNT, {}, {"0": "r1"})  # still active for all we know
    market.number, market.beside = 0, [ended("0", "r2", store.now())]
    await poller.list_once()  # `read` does not exist here
    assert await due(store) == {"0"}


class Scarce(Marketplace):
    """One whose calls of the day run short."""

    factor = 1.0

    def stretch(self) -> float:
        return self.factor


async def test_a_marketplace_whose_calls_run_short_is_polled_more_slowly(
    store: RedisStore,
) -> None:
    await store.sync()
    market = Scarce(1)
    poller = polling(store, market)
    await turns(poller, market, 2)
    market.factor = 1e9
    made = list(market.calls)
    for _ in range(3):
        await asyncio.sleep(0.002)
        await poller.cycle()
    assert market.calls == made
    market.factor = 1.0
    await turns(poller, market, 3)


async def turns(poller: Poller, market: Marketplace, listed: int) -> None:
    """Turns until the marketplace was listed so often."""
    async with asyncio.timeout(5):
        while len(market.calls) < listed:
            await poller.cycle()
            await asyncio.sleep(0.002)
