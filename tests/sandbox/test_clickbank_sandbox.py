"""The local Tickets API over HTTP: its answers, refusals and switches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from slackbridge.sandbox.clickbank.app import PREFIX, ClickBankSandbox
from slackbridge.sandbox.clickbank.gate import READ
from slackbridge.sandbox.seeds import stories


class FakeTime:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Client:
    """Calls one sandbox with its key."""

    def __init__(self, sandbox: ClickBankSandbox, session: aiohttp.ClientSession) -> None:
        self._sandbox = sandbox
        self.session = session

    async def raw(
        self, method: str, path: str, *, key: str = "", page: int = 1, **query: str
    ) -> tuple[int, str]:
        headers = {
            "Authorization": key or self._sandbox.token,
            "Accept": "application/json",
            "Page": str(page),
        }
        url = f"{self._sandbox.url}/{path}"
        async with self.session.request(method, url, params=query, headers=headers) as response:
            return response.status, await response.text()

    async def __call__(self, method: str, path: str, **query: Any) -> int:
        return (await self.raw(method, path, **query))[0]


@pytest.fixture
async def sandbox() -> AsyncIterator[ClickBankSandbox]:
    sandbox = await ClickBankSandbox.start(clock=FakeTime(), seed=False)
    sandbox.rate_per_second = 0
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def call(sandbox: ClickBankSandbox) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(sandbox, session)


async def test_a_fresh_one_has_a_dozen_tickets_of_all_kinds() -> None:
    sandbox = await ClickBankSandbox.start()
    try:
        tickets = sandbox.tickets.values()
        assert len(tickets) == len(stories("clickbank")) == 12
        assert {t.status for t in tickets} == {"OPEN", "REOPENED", "CLOSED"}
        assert {"REFUND", "CANCEL", "TECH_SUPPORT"} <= {t.type for t in tickets}
        assert sandbox.url.endswith(PREFIX)
    finally:
        await sandbox.stop()


async def test_403_means_all_sorts_of_things(sandbox: ClickBankSandbox, call: Client) -> None:
    id = sandbox.customer_opens()
    assert await call("GET", f"tickets/{id}") == 200
    assert await call("GET", "tickets/1") == 403
    assert await call("GET", "tickets/x") == 403
    assert await call("GET", "debug", key="API-STRANGER") == 403
    sandbox.bad_key_status = 401
    assert await call("GET", "debug", key="API-STRANGER") == 401
    sandbox.allow("API-READER", frozenset({READ}))
    assert await call("GET", f"tickets/{id}", key="API-READER") == 200
    assert await call("PUT", f"tickets/{id}", key="API-READER", comment="hi") == 403
    sandbox.daily = sandbox.gate.used
    assert await call("GET", "debug") == 403
    sandbox.daily, sandbox.rate_per_second = 25_000, 1
    assert 403 in [await call("GET", "debug") for _ in range(3)]
    sandbox.revoke(sandbox.token)
    sandbox.rate_per_second = 0
    assert await call("GET", "debug") == 401
    assert await call("GET", "tickets/schema") == 200


async def test_only_the_query_counts(sandbox: ClickBankSandbox, call: Client) -> None:
    id = sandbox.customer_opens()
    url, headers = f"{sandbox.url}/tickets/{id}", {"Authorization": sandbox.token}
    async with call.session.put(
        url, data={"comment": "x"}, headers={**headers, "Accept": "application/json"}
    ) as response:
        assert response.status == 400
    async with call.session.get(url, headers=headers) as response:
        assert response.content_type == "application/xml"
    assert await call("PUT", f"tickets/{id}", comment="é" * 400) == 414
    assert await call("GET", "orders2") == 404
    assert len(sandbox.messages(id)) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"status": "open"}, 206),
        ({"type": "cncl"}, 200),
        ({"receipt": "abc"}, 400),
        ({"receipt": "%abcd"}, 400),
        ({"type": "REFUND"}, 400),
        ({"updateDateFrom": "2027-01-15"}, 400),
        ({"updateDateFrom": "2027-01-10", "updateDateTo": "2027-01-18"}, 400),
        ({"updateDateFrom": "2027-01-10", "updateDateTo": "2027-01-17"}, 206),
        ({"createDateFrom": "2027-01-32", "createDateTo": "2027-01-33"}, 400),
    ],
)
async def test_lists_are_filtered(
    sandbox: ClickBankSandbox, call: Client, query: dict[str, Any], status: int
) -> None:
    sandbox.bulk(3)
    sandbox.page_size = 2
    assert await call("GET", "tickets/list", **query) == status
    assert (await call.raw("GET", "tickets/count", status="open"))[1] == "3"
    assert (await call.raw("GET", "tickets/list", page=9, status="open")) == (200, "null")


async def test_refunds_move_money_and_stop_billing_as_their_type_says(
    sandbox: ClickBankSandbox, call: Client
) -> None:
    id = sandbox.customer_opens(recurring=True, amount=1_000)
    order = sandbox.ticket(id).order
    path = f"tickets/{order.receipt}"
    refund = {"type": "rfnd", "reason": "ticket.type.refund.8"}
    assert await call("POST", path, **refund) == 400
    percent = {"refundType": "PARTIAL_PERCENT", "refundAmount": "81"}
    assert await call("POST", path, **refund, **percent) == 400
    percent["refundAmount"] = "12.50"
    assert await call("POST", path, **refund, **percent, retainSubscription="true") == 200
    assert (order.refunded, order.billing) == (125, True)
    assert await call("POST", path, type="cncl", reason="ticket.type.cancel.7") == 200
    assert (order.refunded, order.billing) == (125, False)
    assert await call("POST", path, **refund, refundType="FULL") == 200
    assert [entry.data["amount"] for entry in sandbox.ledger.all("refund")] == [125, 875]
    assert await call("POST", path, **refund, refundType="FULL") == 400
    assert await call("POST", "tickets/NOPE1234", **refund, refundType="FULL") == 403


async def test_time_processes_refund_tickets(sandbox: ClickBankSandbox) -> None:
    first = sandbox.customer_opens(type="REFUND", amount=500)
    second = sandbox.customer_opens(type="REFUND")
    sandbox.close(second)
    sandbox.pass_time(25)
    assert sandbox.ticket(first).status == "CLOSED"
    assert [entry.data["amount"] for entry in sandbox.ledger.all("refund")] == [500]
    assert len(sandbox.ledger.all("refund_withdrawn")) == 1


async def test_everything_can_be_driven_over_http(sandbox: ClickBankSandbox, call: Client) -> None:
    base = sandbox.url.removesuffix(PREFIX) + "/sandbox"
    page = {"Origin": "http://localhost:1"}

    async def post(verb: str, **arguments: Any) -> tuple[int, Any]:
        async with call.session.post(f"{base}/{verb}", json=arguments, headers=page) as response:
            text = response.content_type == "text/plain"
            return response.status, await (response.text() if text else response.json())

    status, answer = await post("customer_opens", text="hello")
    assert status == 200
    assert sandbox.messages(answer["result"])[0].text == "hello"
    assert (await post("switch", dates="utc", short_pages=True))[0] == 200
    assert (sandbox.dates, sandbox.short_pages) == ("utc", True)
    assert (await post("switch", dates=1))[0] == 400
    assert (await post("fault", operation="Get", phase="answer", action="reset"))[0] == 200
    assert (await post("fault", operation="Get", phase="answer", action="kill"))[0] == 400
    assert (await post("customer_writes", nonsense=1))[0] == 400
    assert (await post("reopen", ticket_id=answer["result"]))[0] == 400
    assert (await post("nothing"))[0] == 404
    async with call.session.post(f"{base}/bulk", data="{}") as response:
        assert response.status == 400
    async with call.session.options(f"{base}/bulk", headers=page) as response:
        assert response.headers["Access-Control-Allow-Origin"] == page["Origin"]
    for path in ("tickets", "ledger"):
        async with call.session.get(f"{base}/{path}") as response:
            assert len(await response.json()) >= 1
