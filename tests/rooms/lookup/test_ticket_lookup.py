"""What is looked up at several accounts of which each can be asked for other things."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from slackbridge.domain.model import Act, Capabilities, Conversation, Query, Ticket, TicketKey
from slackbridge.domain.page import Page
from slackbridge.ports.front_desk import Found
from slackbridge.ports.provider import ProbeResult
from slackbridge.rooms.lookup.ticket_lookup import TicketLookup
from slackbridge.store.redis import RedisStore
from tests.values import ticket


class Shelf:
    """A marketplace with a few active tickets, that answers each search with one more."""

    def __init__(self, account: str, *searches: str, active: Sequence[Ticket] = ()) -> None:
        self.capabilities = Capabilities(searches=frozenset(searches))
        self.asked: list[Query] = []
        self._found = ticket(key=TicketKey(account, "99"))
        self._active = tuple(active)

    async def list_active(self, cursor: str) -> Page:
        return Page(self._active)

    async def list_recent(self) -> Page:
        return Page(self._active)

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        return ()

    async def get(self, id: str) -> Conversation:
        raise NotImplementedError

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        raise NotImplementedError

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        return ()

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        self.asked.append(query)
        return () if query.id or "nothing" in query.order else (self._found,)

    async def probe(self) -> ProbeResult:
        return ProbeResult(True, "")

    async def close(self) -> None: ...


def due(id: str, day: int, country: str) -> Ticket:
    return ticket(
        key=TicketKey("wide", id), due_at=datetime(2036, 3, day, tzinfo=UTC), country=country
    )


@pytest.fixture
def wide() -> Shelf:
    active = (due("1", 3, "AT"), due("2", 1, "DE"), due("3", 2, "AT"))
    return Shelf("wide", "order", "email", "country", "status", "closed", active=active)


@pytest.fixture
def narrow() -> Shelf:
    return Shelf("narrow", "order")


@pytest.fixture
def lookup(store: RedisStore, wide: Shelf, narrow: Shelf) -> TicketLookup:
    names = {"wide": "acme", "narrow": "acme"}
    return TicketLookup({"wide": wide, "narrow": narrow}, names, store, 5.0, (), "C1")


def keys(found: Found) -> list[str]:
    return [str(card.key) for card in found.cards]


async def test_who_can_answer_does_and_the_others_are_named(
    lookup: TicketLookup, narrow: Shelf
) -> None:
    found = await lookup.search("country:at order:4")
    assert keys(found) == ["wide:99"]
    assert found.notes == ("narrow cannot be searched by country.",)
    assert found.asked
    assert narrow.asked == []


async def test_where_nobody_can_answer_that_is_all_that_is_said(
    lookup: TicketLookup, wide: Shelf
) -> None:
    found = await lookup.search("needs:agent help:yes")
    assert not found.asked
    assert not found.cards
    assert found.notes == (
        "wide cannot be searched by needs, help.",
        "narrow cannot be searched by needs, help.",
    )
    assert wide.asked == []


async def test_a_word_is_looked_up_by_what_an_account_takes(
    lookup: TicketLookup, wide: Shelf, narrow: Shelf
) -> None:
    found = await lookup.find("a@b.at")
    assert keys(found) == ["wide:99"]
    assert found.notes == ()
    found = await lookup.find("nothing")
    assert narrow.asked == [Query(id="nothing"), Query(order="nothing")]
    wide.capabilities = Capabilities(searches=frozenset())
    found = await lookup.find("nothing")
    assert found.notes == ("wide cannot be searched by order.",)


async def test_ended_tickets_are_listed_of_all_accounts_or_one(
    lookup: TicketLookup, wide: Shelf, narrow: Shelf
) -> None:
    found = await lookup.queue("ended closed:2026-11-01..", None)
    assert keys(found) == ["wide:99"]
    assert found.notes == ("narrow cannot be searched by closed, status.",)
    assert wide.asked == [Query(status="ended", closed="2026-11-01..")]
    found = await lookup.queue("ended wide", None)
    assert (keys(found), found.notes) == (["wide:99"], ())
    assert not (await lookup.queue("ended narrow", None)).asked


async def test_an_active_list_is_narrowed_and_sorted(lookup: TicketLookup) -> None:
    assert keys(await lookup.queue("open wide sort:due", None)) == ["wide:2", "wide:3", "wide:1"]
    found = await lookup.queue("open country:at sort:due", None)
    assert keys(found) == ["wide:3", "wide:1"]
    assert found.notes == ("narrow cannot be searched by country.",)
    with pytest.raises(ValueError, match="there are narrow, wide"):
        await lookup.queue("open nowhere", None)
