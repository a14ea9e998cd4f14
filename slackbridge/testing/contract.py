"""The contract suite: what every provider must do, whatever the marketplace's API looks like.

Import it into a test module that has a fixture `market` (see `slackbridge.testing.market`):

    from slackbridge.testing.contract import *

The fixture must be fresh for each test. For failures that show values, call
`pytest.register_assert_rewrite("slackbridge.testing")` first, in a `conftest.py`. Needs pytest and
pytest-asyncio.
"""
# ruff: noqa: S101 - these are tests

from __future__ import annotations

from datetime import datetime

import pytest

from slackbridge.sdk import (
    Act,
    Author,
    Kind,
    Later,
    Query,
    Rejected,
    Scope,
    Status,
    Ticket,
    Unauthorized,
    Unsupported,
    normalise,
    plain,
)
from slackbridge.testing.failures import *  # noqa: F403 - tests, passed on
from slackbridge.testing.look import REPLY, TEXT, echoes, ended, ids, listed, said, walk
from slackbridge.testing.market import Call, Market, Trouble, When
from slackbridge.testing.searching import *  # noqa: F403 - tests, passed on

pytestmark = pytest.mark.asyncio

DAY = 86_400.0
FORMS: tuple[dict[str, str], ...] = ({"message": "text"}, {})

# --- listing


async def test_a_walk_finds_every_active_ticket_even_with_equal_times(market: Market) -> None:
    made = market.bulk(230)
    market.close(made[7])
    found = await walk(market.provider)
    assert set(ids(found)) == {*made} - {made[7]}
    assert all(ticket.status.active for ticket in found)


async def test_a_walk_loses_no_ticket_while_tickets_move(market: Market) -> None:
    made = market.bulk(230)
    closed: set[str] = set()

    def move(page: int, tickets: tuple[Ticket, ...]) -> None:
        market.tick(60)
        if page > 2:
            return
        market.close(tickets[0].key.id)
        closed.add(tickets[0].key.id)
        market.customer_writes(tickets[-1].key.id, "again")
        unseen = next(id for id in made if id not in ids(tickets) and id not in closed)
        market.customer_writes(unseen, "me too")

    found = set(ids(await walk(market.provider, move)))
    assert {*made} - closed <= found


async def test_a_walk_goes_on_where_a_page_failed(market: Market) -> None:
    made = market.bulk(130)
    first = await market.provider.list_active("")
    market.trouble(Call.LIST, Trouble(When.BEFORE, status=500))
    with pytest.raises(Later):
        await market.provider.list_active(first.cursor)
    found, cursor = ids(first.tickets), first.cursor
    while cursor:
        page = await market.provider.list_active(cursor)
        found, cursor = found + ids(page.tickets), page.cursor
    assert set(found) == {*made}


async def test_the_page_that_changed_last_holds_what_changed(market: Market) -> None:
    if not market.provider.capabilities.recent_first:
        pytest.skip("this marketplace cannot tell")
    made = market.bulk(130)
    market.tick(60)
    market.customer_writes(made[5], "now")
    assert ids((await market.provider.list_recent()).tickets)[0] == made[5]


async def test_the_list_and_the_ticket_agree(market: Market) -> None:
    id = market.customer_opens("Hi")
    for who in (None, market.merchant_writes, market.customer_writes):
        market.tick(60)
        if who:
            who(id, "more")
        row, ticket = await listed(market, id), (await market.provider.get(id)).ticket
        assert row.revision == ticket.revision, "else each change is read several times"
        assert (row.status, row.raw_status) == (ticket.status, ticket.raw_status)
        assert row.customer == ticket.customer
        assert (row.order, row.topic, row.extra) == (ticket.order, ticket.topic, ticket.extra)


async def test_the_revision_changes_when_something_happens_and_only_then(market: Market) -> None:
    id = market.customer_opens("Hi")
    seen = [(await listed(market, id)).revision]
    for who in (market.merchant_writes, market.customer_writes, market.merchant_writes):
        assert (await listed(market, id)).revision == seen[-1]
        market.tick(60)
        who(id, "more")
        seen.append((await listed(market, id)).revision)
    assert len(set(seen)) == len(seen)


async def test_reading_takes_any_status_and_leaves_out_what_is_gone(market: Market) -> None:
    made = market.bulk(6)
    for id in made[1:]:
        market.close(id)
    found = await market.provider.read([*made, made[0], market.missing])
    assert sorted(ids(found)) == sorted(made)
    assert {t.key.id: t.status.active for t in found} == {id: id == made[0] for id in made}
    assert await market.provider.read([]) == ()


async def test_a_customer_who_writes_after_the_end_is_found(market: Market) -> None:
    id = market.customer_opens("Hi")
    born = (await listed(market, id)).updated_at
    for _ in range(2):  # twice: it may have been reopened, and not be the first
        market.tick(60)
        market.merchant_writes(id, "done")
        market.tick(60)
        await _end(market, id)
        before = (await _polled(market, id, born))[-1]
        assert not before.status.active
        market.tick(3600)
        market.customer_writes(id, "It broke again")
        after = (await _polled(market, id, born))[-1]
        told = await market.provider.get(id)
        assert told.ticket.revision == after.revision != before.revision
        assert told.ticket.ended_at is None or told.messages[-1].at > told.ticket.ended_at


async def test_a_page_tells_active_tickets_from_ended_ones(market: Market) -> None:
    made = market.bulk(4)
    market.tick(60)
    for id in made[:2]:
        market.close(id)
    assert {*ids(await walk(market.provider))} == {*made[2:]}
    if market.provider.capabilities.recent_first:
        page = await market.provider.list_recent()
        assert {*ids(page.tickets)} == {*made[2:]}
        assert {*ids(page.ended)} <= {*made[:2]}


async def _polled(market: Market, id: str, since: datetime) -> list[Ticket]:
    """The ticket as the lists show it that a poll reads."""
    at = since.timestamp() - DAY
    found = [*await ended(market.provider, at), *await walk(market.provider)]
    return [ticket for ticket in found if ticket.key.id == id]


async def _end(market: Market, id: str) -> None:
    """End it in a way after which its customer can still write."""
    if not market.provider.capabilities.closed_is_final:
        return market.close(id)
    await market.provider.perform(id, Act(Kind.STATUS, status=Status.SOLVED), 5)


# --- a ticket and its messages


async def test_whose_move_it_is(market: Market) -> None:
    id = market.customer_opens("Hi")
    moves = (
        (market.merchant_writes, Status.WAITING),
        (market.customer_writes, Status.NEEDS_AGENT),
    )
    assert (await market.provider.get(id)).ticket.status is Status.NEEDS_AGENT
    for who, status in moves:
        market.tick(60)
        who(id, "more")
        assert (await market.provider.get(id)).ticket.status is status
    market.close(id)
    assert not (await market.provider.get(id)).ticket.status.active


async def test_a_status_nobody_has_heard_of_needs_an_agent(market: Market) -> None:
    id = market.customer_opens("Hi")
    word = market.strange_status(id)
    ticket = (await market.provider.get(id)).ticket
    assert (ticket.status, ticket.raw_status) == (Status.NEEDS_AGENT, word)


async def test_messages_come_in_order_each_by_its_author(market: Market) -> None:
    id = market.customer_opens("one")
    for who, text in (
        (market.merchant_writes, "two"),
        (market.stranger_writes, "three"),
        (market.customer_writes, "four"),
    ):
        market.tick(1)
        who(id, text)
    conversation = await market.provider.get(id)
    assert said(conversation) == [
        (Author.CUSTOMER, "one"),
        (Author.AGENT, "two"),
        (Author.SYSTEM, "three"),
        (Author.CUSTOMER, "four"),
    ]
    times = [m.at for m in conversation.messages]
    assert times == sorted(times)
    assert all(at.tzinfo for at in times)


async def test_ids_are_unique_and_the_same_at_each_read_even_with_equal_times(
    market: Market,
) -> None:
    id = market.customer_opens("same")
    for _ in range(3):
        market.customer_writes(id, "same")
        market.merchant_writes(id, "same")
    first = [(m.id, m.author) for m in (await market.provider.get(id)).messages]
    market.tick(60)
    market.customer_writes(id, "same")
    second = [(m.id, m.author) for m in (await market.provider.get(id)).messages]
    assert len(dict(second)) == len(second) == 8
    assert second[:-1] == first


async def test_what_is_written_is_what_is_read(market: Market) -> None:
    id = market.customer_opens(TEXT)
    market.merchant_writes(id, TEXT)
    assert said(await market.provider.get(id)) == [
        (Author.CUSTOMER, normalise(TEXT)),
        (Author.AGENT, normalise(TEXT)),
    ]


async def test_empty_and_long_bodies(market: Market) -> None:
    id = market.customer_opens("word " * 20_000)
    market.tick(1)
    market.customer_writes(id, "")
    long, empty = (await market.provider.get(id)).messages
    assert len(plain(long.body)) >= 99_999
    assert plain(empty.body) == ""


async def test_a_ticket_that_is_not_there(market: Market) -> None:
    with pytest.raises(Rejected) as raised:
        await market.provider.get(market.missing)
    assert not isinstance(raised.value, Unauthorized)
    assert await market.provider.search(Query(id=market.missing)) == ()
    id = market.customer_opens("Hi")
    assert ids(await market.provider.search(Query(id=id))) == [id]


# --- writing


async def test_a_reply_arrives_once_as_it_was_written_and_is_recognised(market: Market) -> None:
    id = market.customer_opens("Hi")
    market.tick(60)
    answer = await market.provider.perform(id, REPLY, 5)
    assert [normalise(text) for text in market.replies(id)] == [normalise(TEXT)]
    assert market.seen(Call.REPLY) == 1
    conversation = await market.provider.get(id)
    assert echoes(conversation, TEXT) == 1
    assert conversation.messages[-1].scope is Scope.PUBLIC
    assert conversation.ticket.status is Status.WAITING
    assert answer is None or echoes(answer, TEXT) == 1


async def test_every_status_that_is_offered_can_be_set(market: Market) -> None:
    can = market.provider.capabilities
    # Those that close come last, and the one that reopens must bring a ticket back from there.
    order = (Status.WAITING, Status.SOLVED, Status.CLOSED, Status.NEEDS_AGENT)
    id = market.customer_opens("Hi")
    for status in order:
        if status in can.statuses and status not in can.status_forms:
            market.tick(60)
            await market.provider.perform(id, Act(Kind.STATUS, status=status), 5)
            assert [t.status for t in await market.provider.read([id])] == [status]
    assert market.replies(id) == []


async def test_what_is_not_offered_is_not_tried(market: Market) -> None:
    can = market.provider.capabilities
    offered = {
        Kind.INTERNAL: can.internal_notes,
        Kind.PRIVATE: can.private_notes,
        Kind.ASSIGN: can.assign,
        Kind.FOLLOW_UP: can.follow_up,
    }
    acts = [Act(kind, "text", email="a@example.com") for kind, ok in offered.items() if not ok]
    acts += [Act(Kind.STATUS, status=status) for status in Status if status not in can.statuses]
    acts += [Act(Kind.ACTION, action="conjure", fields=form) for form in FORMS]
    id = market.customer_opens("Hi")
    for act in acts:
        with pytest.raises(Unsupported):
            await market.provider.perform(id, act, 5)
    assert market.seen(Call.REPLY) == 0


async def test_nothing_leaves_after_its_time(market: Market) -> None:
    id = market.customer_opens("Hi")
    for seconds in (0.0, -1.0):
        with pytest.raises(Later):
            await market.provider.perform(id, REPLY, seconds)
    assert market.seen(Call.REPLY) == 0
