"""The poller's turns against a marketplace that is away, or changes more than a page shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import pytest

from slackbridge.domain.errors import Later, Unauthorized
from slackbridge.domain.model import Capabilities, Page, Status, Ticket, TicketKey
from slackbridge.ports.provider import Provider
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.polling.poller import BATCH, Poller, PollSettings
from slackbridge.rules.intake import IntakeSettings
from slackbridge.store.redis import RedisStore, connect
from tests.values import KEY, ticket

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


def polling(store: RedisStore, market: Marketplace) -> Poller:
    rules = IntakeSettings("direct", ("//",), undo=0, fresh=900)
    desk = InboundDesk(store, anybody, rules, lambda: None)
    provider: Any = market
    return Poller(ACCOUNT, "TOKEN", store, cast(Provider, provider), desk, ALWAYS)


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
