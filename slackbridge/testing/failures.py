"""The part of the contract suite about failures of a marketplace.

`slackbridge.testing.contract` re-exports these tests; import that.
"""
# ruff: noqa: S101 - these are tests

from __future__ import annotations

import asyncio
import contextlib

import pytest

from slackbridge.sdk import Failure, Later, Rejected, Unauthorized, Unknown, Unsupported
from slackbridge.testing.look import REPLY, TEXT, echoes, ids
from slackbridge.testing.market import Call, Market, Trouble, When

pytestmark = pytest.mark.asyncio

HTML = "<html><title>Attention Required!</title></html>"
SLOW = 1.5  # seconds; longer than the provider waits
HUGE = 9 * 2**20
# Bodies of 2xx answers, as of a proxy or in maintenance, that are neither a list nor a ticket.
ODD = (
    '{"error": "scheduled maintenance", "status": "down"}',
    '{"error": {"message": "scheduled maintenance", "code": 500}}',
    '{"success": false, "message": "scheduled maintenance"}',
    '{"errors": ["scheduled maintenance"]}',
    '{"message": "scheduled maintenance"}',
    '{"status": "ok"}',
    '"ok"',
    "true",
    "[1, 2]",
    HTML,
)


def named(value: object) -> str:
    """A short name for a case."""
    if not isinstance(value, Trouble):
        return getattr(value, "__name__", str(value))
    what = f"{value.status}" if value.status else ("slow" if value.seconds else "cut")
    return f"{value.when}-{what}-{len(value.body)}"


@pytest.mark.parametrize(
    ("trouble", "committed"),
    [
        (Trouble(When.BEFORE, seconds=SLOW), True),  # the server goes on after we gave up
        (Trouble(When.AFTER, seconds=SLOW), True),
        (Trouble(When.BEFORE), False),
        (Trouble(When.AFTER), True),
        (Trouble(When.HALF), True),
        (Trouble(When.BEFORE, status=500), False),
        (Trouble(When.AFTER, status=502, body=HTML), True),
        (Trouble(When.BEFORE, status=200, body=HTML), False),
        (Trouble(When.AFTER, status=200, body=HTML), True),
        (Trouble(When.AFTER, status=200, body="x" * HUGE), True),
    ],
    ids=named,
)
async def test_an_ambiguous_reply_is_unknown_made_once_and_settled_by_reading(
    market: Market, trouble: Trouble, committed: bool
) -> None:
    id = market.customer_opens("Hi")
    market.tick(60)
    market.trouble(Call.REPLY, trouble)
    with pytest.raises(Unknown):
        await market.provider.perform(id, REPLY, SLOW / 2)
    if trouble.seconds:
        await asyncio.sleep(SLOW)
    assert market.seen(Call.REPLY) == 1
    assert len(market.replies(id)) == committed
    assert echoes(await market.provider.get(id), TEXT) == committed


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Rejected), (401, Unauthorized), (302, Rejected), (429, Later), (501, Unsupported)],
)
async def test_a_refused_reply_is_certain(market: Market, status: int, kind: type[Failure]) -> None:
    id = market.customer_opens("Hi")
    headers = {"Retry-After": "2"} if status == 429 else {"Location": "/elsewhere"}
    market.trouble(Call.REPLY, Trouble(When.BEFORE, status, '{"message": "Because."}', headers))
    with pytest.raises(kind) as raised:
        await market.provider.perform(id, REPLY, 5)
    assert type(raised.value) is kind
    assert not isinstance(raised.value, Later) or raised.value.seconds == pytest.approx(2, abs=1)
    assert (market.seen(Call.REPLY), market.replies(id)) == (1, [])


@pytest.mark.parametrize("call", [Call.LIST, Call.READ])
@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (Trouble(When.BEFORE, seconds=SLOW), Later),
        (Trouble(When.BEFORE), Later),
        (Trouble(When.HALF), Later),
        (Trouble(When.BEFORE, status=500), Later),
        (Trouble(When.BEFORE, status=503, body=HTML), Later),
        (Trouble(When.BEFORE, status=200, body=HTML), Later),
        (Trouble(When.BEFORE, status=200, body='{"data": [{"id":'), Later),
        (Trouble(When.BEFORE, status=200, body="x" * HUGE), Later),
        (Trouble(When.BEFORE, status=401), Unauthorized),
        (Trouble(When.BEFORE, status=501), Unsupported),
        (Trouble(When.BEFORE, status=307, headers={"Location": "/elsewhere"}), Rejected),
    ],
    ids=named,
)
async def test_a_read_fails_in_one_of_four_ways_and_the_next_one_works(
    market: Market, call: Call, trouble: Trouble, kind: type[Failure]
) -> None:
    id = market.customer_opens("Hi")

    async def read() -> list[str]:
        if call is Call.LIST:
            return ids((await market.provider.list_active("")).tickets)
        return [(await market.provider.get(id)).ticket.key.id]

    assert await read() == [id]
    market.trouble(call, trouble)
    with pytest.raises(kind) as raised:
        await read()
    assert type(raised.value) is kind
    assert await read() == [id]


@pytest.mark.parametrize("body", ["", *ODD])
@pytest.mark.parametrize("call", [Call.LIST, Call.READ])
async def test_an_answer_of_another_shape_is_not_taken_for_an_empty_one(
    market: Market, call: Call, body: str
) -> None:
    id = market.customer_opens("Hi")
    market.trouble(call, Trouble(When.BEFORE, status=200 if body else 202, body=body))
    with pytest.raises(Later):
        await (market.provider.list_active("") if call is Call.LIST else market.provider.get(id))
    assert ids((await market.provider.list_active("")).tickets) == [id]


@pytest.mark.parametrize("body", ODD)
async def test_an_odd_answer_makes_no_ticket_vanish(market: Market, body: str) -> None:
    id = market.customer_opens("Hi")
    for call in (Call.LIST, Call.READ):
        market.trouble(call, Trouble(When.BEFORE, status=200, body=body))
    for _ in range(3):
        with contextlib.suppress(Later):
            assert ids(await market.provider.read([id])) == [id]


@pytest.mark.parametrize("body", ODD[:4])
async def test_a_reply_that_is_answered_with_an_error_was_not_made(
    market: Market, body: str
) -> None:
    id = market.customer_opens("Hi")
    market.trouble(Call.REPLY, Trouble(When.BEFORE, status=200, body=body))
    with pytest.raises(Failure):
        await market.provider.perform(id, REPLY, 5)
    assert (market.seen(Call.REPLY), market.replies(id)) == (1, [])


@pytest.mark.parametrize("body", ["", '{"message": "Ticket is locked"}', '{"error": "locked"}'])
async def test_a_reply_that_the_answer_does_not_show_is_nowhere_told_as_sent(
    market: Market, body: str
) -> None:
    """A failure, or an answer that shows the ticket without it, or none at all."""
    id = market.customer_opens("Hi")
    market.trouble(Call.REPLY, Trouble(When.BEFORE, status=200 if body else 202, body=body))
    try:
        answer = await market.provider.perform(id, REPLY, 5)
    except Unknown:
        answer = None
    assert answer is None or (answer.ticket.key.id, echoes(answer, TEXT)) == (id, 0)
    assert (market.seen(Call.REPLY), market.replies(id)) == (1, [])


MIXED_UP = Trouble(When.AFTER, other=True)


async def test_another_ticket_is_not_taken_for_the_one_that_is_read(market: Market) -> None:
    other, id = market.customer_opens("I am another"), market.customer_opens("Hi")
    await market.provider.get(other)
    market.trouble(Call.READ, MIXED_UP)
    with pytest.raises(Later):
        await market.provider.get(id)
    assert (await market.provider.get(id)).ticket.key.id == id


async def test_other_tickets_are_not_taken_for_those_that_are_listed_by_id(market: Market) -> None:
    other, id = market.customer_opens("I am another"), market.customer_opens("Hi")
    await market.provider.read([other])
    market.trouble(Call.LIST, MIXED_UP)
    market.trouble(Call.READ, MIXED_UP)
    with pytest.raises(Later):
        await market.provider.read([id])


async def test_the_answer_to_another_reply_does_not_prove_this_one(market: Market) -> None:
    other, id = market.customer_opens("I am another"), market.customer_opens("Hi")
    market.tick(60)
    await market.provider.perform(other, REPLY, 5)
    market.trouble(Call.REPLY, MIXED_UP)
    with contextlib.suppress(Unknown):
        answer = await market.provider.perform(id, REPLY, 5)
        assert answer is None or answer.ticket.key.id == id
    assert len(market.replies(id)) == 1


async def test_a_credential_that_ends_in_mid_run_is_told_and_never_shown(market: Market) -> None:
    id = market.customer_opens("Hi")
    assert (await market.provider.probe()).ok
    market.revoke()
    for call in (
        market.provider.list_active(""),
        market.provider.get(id),
        market.provider.perform(id, REPLY, 5),
    ):
        with pytest.raises(Unauthorized) as raised:
            await call
        assert market.token not in str(raised.value)
    health = await market.provider.probe()
    assert not health.ok
    assert health.detail
    assert market.token not in health.detail
    market.restore()
    assert (await market.provider.probe()).ok
    await market.provider.perform(id, REPLY, 5)
    assert len(market.replies(id)) == 1


async def test_a_credential_is_not_shown_even_if_the_marketplace_repeats_it(
    market: Market,
) -> None:
    id = market.customer_opens("Hi")
    body = f'{{"message": "bad key {market.token}", "error": "bad key {market.token}"}}'
    for call in (Call.READ, Call.REPLY):
        market.trouble(call, Trouble(When.BEFORE, 400, body))
        with pytest.raises(Failure) as raised:
            await (
                market.provider.get(id)
                if call is Call.READ
                else market.provider.perform(id, REPLY, 5)
            )
        assert market.token not in str(raised.value)
