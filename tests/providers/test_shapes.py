"""A 2xx answer of another shape than the documented one is a failure, never "no tickets"."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from slackbridge.domain.errors import Code, Failure, Later, Unknown
from slackbridge.testing.look import REPLY, ids
from slackbridge.testing.market import Call, Market, Trouble, When
from tests.contract.markets import MARKETS

SAID = "scheduled maintenance"
# Of no marketplace a list, a ticket, or the answer to a write.
NEVER = (
    "<html><title>Maintenance</title></html>",
    "true",
    "42",
    '"text"',
    "[1, 2]",
    '{"error": "scheduled maintenance", "status": "down"}',
    '{"errors": ["scheduled maintenance"], "data": [], "tickets": []}',
    '{"success": false, "data": [], "tickets": [], "ticketData": []}',
    '{"ok": false, "data": [], "tickets": [], "ticketData": []}',
    '{"message": "scheduled maintenance"}',
    '{"code": 200, "message": "scheduled maintenance"}',
    '{"data": "text", "tickets": "text", "ticketData": "text"}',
    '{"data": {"message": "scheduled maintenance"}}',
    '{"data": true}',
    '{"result": []}',
    '{"error": null}',
    '{"message": ""}',
)
LISTS = {
    "refurbed": (
        "",
        "null",
        "[]",
        '{"tickets": null}',
        '{"tickets": {"id": "1"}}',
        '{"tickets": ["1"]}',
        '{"tickets": [{"name": "no id"}]}',
        '{"tickets": [], "has_more": null}',
        '{"has_more": {}}',
    ),
    "clickbank": (
        '{"ticketData": 7}',
        '{"ticketData": [7]}',
        '{"ticketData": [{"name": "no id"}]}',
        '{"ticketData": {"name": "no id"}}',
        '{"tickets": false}',
        '{"x": null}',
        '{"x": []}',
    ),
    "sellapp": (
        "",
        "null",
        "{}",
        '{"data": null}',
        '{"data": {}}',
        '{"data": {"id": 7}}',
        '{"data": ["7"]}',
        '{"data": [{"name": "no id"}]}',
        '{"meta": {"last_page": 1}}',
    ),
    "sellgate": (
        "",
        "null",
        "[]",
        "{}",
        '{"data": null}',
        '{"data": {}}',
        '{"data": {"id": "tkt_1"}}',
        '{"data": ["7"]}',
        '{"data": [{"name": "no id"}]}',
        '{"tickets": []}',
    ),
}
EMPTY = {
    "refurbed": ("{}", '{"has_more": false}', '{"hasMore": false}', '{"tickets": []}'),
    "clickbank": ("", "null", "{}", "[]", '{"ticketData": []}', '{"ticketData": {"@nil": "true"}}'),
    "sellapp": ("[]", '{"data": []}', '{"data": [], "meta": {"current_page": 1, "last_page": 1}}'),
    "sellgate": ('{"data": []}', '{"data": [], "meta": {"total": 0}, "stats": {}}'),
}
TICKETS = {
    "refurbed": (
        "[]",
        "{}",
        '{"ticket": null}',
        '{"ticket": {}}',
        '{"ticket": {"id": "IT"}, "messages": null}',
        '{"ticket": {"id": "IT"}, "messages": {"id": "1"}}',
        '{"messages": []}',
        '{"ticket": {"id": "OTHER", "status": "OPEN"}}',
    ),
    "clickbank": (
        "",
        "null",
        "{}",
        "[]",
        '{"ticketData": []}',
        '{"ticketid": "IT", "comments": "none"}',
        '{"ticketid": "IT", "comments": 7}',
        '{"ticketid": "OTHER", "status": "OPEN"}',
        '{"ticketData": {"ticketid": "OTHER", "status": "OPEN"}}',
    ),
    "sellapp": (
        "",
        "null",
        "{}",
        "[]",
        '{"data": []}',
        '{"data": null}',
        '{"data": {"status": "OPEN"}}',
        '{"data": {"id": "OTHER", "status": "OPEN"}}',
        '{"data": {"id": "IT"}, "success": false}',
    ),
    "sellgate": (
        "",
        "null",
        "{}",
        "[]",
        '{"data": {"status": "open"}}',
        '{"id": "IT", "status": "open"}',
        '{"id": "IT", "status": "open", "messages": null}',
        '{"id": "IT", "status": "open", "messages": {}}',
        '{"id": "OTHER", "status": "open", "messages": []}',
    ),
}


@pytest.fixture
async def market(request: pytest.FixtureRequest) -> AsyncIterator[Market]:
    async with MARKETS[request.param]() as market:
        yield market


def cases(
    *tables: dict[str, tuple[str, ...]], common: tuple[str, ...] = ()
) -> pytest.MarkDecorator:
    """Every marketplace with every body of its own and of all."""
    rows = [
        pytest.param(name, body, id=f"{name}-{body or 'nothing'}")
        for name in MARKETS
        for body in (*common, *(body for table in tables for body in table[name]))
    ]
    return pytest.mark.parametrize(("market", "body"), rows, indirect=["market"])


def answer(market: Market, call: Call, body: str, status: int = 200) -> None:
    market.trouble(call, Trouble(When.BEFORE, status, body))


@cases(LISTS, common=NEVER)
async def test_what_is_no_list_is_not_an_empty_one(market: Market, body: str) -> None:
    id = market.customer_opens("Hi")
    answer(market, Call.LIST, body)
    with pytest.raises(Later) as raised:
        await market.provider.list_active("")
    assert raised.value.code == Code.UNREADABLE
    assert SAID not in raised.value.loggable
    assert ids((await market.provider.list_active("")).tickets) == [id]


@pytest.mark.parametrize("market", sorted(MARKETS), indirect=True)
@pytest.mark.parametrize("key", ["error", "message"])
async def test_what_such_an_answer_says_is_said(market: Market, key: str) -> None:
    for call in (Call.LIST, Call.READ):
        answer(market, call, f'{{"{key}": "{SAID}"}}')
        with pytest.raises(Later, match=SAID):
            await (
                market.provider.list_active("")
                if call is Call.LIST
                else market.provider.get(market.missing)
            )


@cases(EMPTY)
async def test_an_empty_list_is_one(market: Market, body: str) -> None:
    answer(market, Call.LIST, body)
    assert (await market.provider.list_active("")).tickets == ()


@cases(TICKETS, common=NEVER)
async def test_what_is_not_the_ticket_is_not_shown(market: Market, body: str) -> None:
    id, other = market.customer_opens("Hi"), market.customer_opens("It is mine")
    odd = body.replace("IT", id).replace("OTHER", other)
    answer(market, Call.READ, odd)
    with pytest.raises(Later) as raised:
        await market.provider.get(id)
    assert raised.value.code in (Code.UNREADABLE, Code.OTHER_TICKET)
    assert (await market.provider.get(id)).ticket.key.id == id


@cases(TICKETS, EMPTY, common=NEVER)
async def test_an_odd_answer_makes_no_ticket_vanish(market: Market, body: str) -> None:
    id, other = market.customer_opens("Hi"), market.customer_opens("It is mine")
    odd = body.replace("IT", id).replace("OTHER", other)
    for call in (Call.LIST, Call.READ):
        answer(market, call, odd)
    for _ in range(3):
        try:
            assert ids(await market.provider.read([id])) == [id]
        except Failure as failure:
            known = (Code.UNREADABLE, Code.OTHER_TICKET)
            assert failure.code in known  # noqa: PT017 - either is well


@cases(common=(*NEVER[:9], '{"error": {"message": "scheduled maintenance"}}'))
async def test_a_write_answered_with_an_error_is_not_done(market: Market, body: str) -> None:
    id = market.customer_opens("Hi")
    answer(market, Call.REPLY, body)
    with pytest.raises(Unknown):
        await market.provider.perform(id, REPLY, 5)
    assert market.replies(id) == []
