"""The local Sellgate over HTTP: its answers, refusals and switches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from slackbridge.sandbox.seeds import stories
from slackbridge.sandbox.sellgate.app import TOKEN, SellgateSandbox
from slackbridge.sandbox.sellgate.switches import ErrorForm, Order

Json = dict[str, Any]


class Time:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Client:
    """Calls one sandbox with its key."""

    def __init__(self, sandbox: SellgateSandbox, session: aiohttp.ClientSession) -> None:
        self._sandbox = sandbox
        self._session = session

    async def __call__(
        self, method: str, path: str, body: Any = None, auth: str = f"Bearer {TOKEN}"
    ) -> tuple[int, Any]:
        url, headers = self._sandbox.url + path, {"Authorization": auth}
        async with self._session.request(method, url, json=body, headers=headers) as response:
            text = await response.text()
            return response.status, await response.json() if text.startswith("{") else text

    async def control(self, verb: str, **arguments: Any) -> tuple[int, Any]:
        url = self._sandbox.url.removesuffix("/v1") + f"/sandbox/{verb}"
        async with self._session.post(url, json=arguments) as response:
            return response.status, await response.json()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def sandbox(time: Time) -> AsyncIterator[SellgateSandbox]:
    sandbox = await SellgateSandbox.start(clock=time, seed=False)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def call(sandbox: SellgateSandbox) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(sandbox, session)


async def test_answers_look_like_the_vendors_examples(
    sandbox: SellgateSandbox, call: Client
) -> None:
    id = sandbox.customer_opens()
    status, listing = await call("GET", "/tickets?status=open")
    assert status == 200
    assert listing["data"] == [
        {
            "id": id,
            "subject": "Key does not work",
            "status": "open",
            "awaiting_response_from": "owner",
            "customer_email": "kim.muster@example.com",
            "order_id": "ord_7f31c2",
            "invoice_id": "INV-20417",
            "product_name": "Premium License",
            "order_amount": 29.99,
            "order_currency": "USD",
            "message_count": 1,
            "has_owner_reply": False,
            "created_at": "2027-01-15T08:00:00Z",
            "updated_at": "2027-01-15T08:00:00Z",
            "closed_at": None,
        }
    ]
    assert listing["stats"] == {"total": 1, "open": 1, "closed": 0, "needsResponse": 1}
    assert listing["meta"] == {"total": 1, "limit": 25, "offset": 0}
    _, detail = await call("GET", f"/tickets/{id}", auth=TOKEN)  # the bare key is accepted
    assert set(detail["data"]) == {
        *("id", "subject", "status", "customer_email", "order_id", "messages", "created_at")
    }


async def test_pages_and_their_order(sandbox: SellgateSandbox, call: Client, time: Time) -> None:
    made = []
    for _ in range(5):
        time.now += 60
        made.append(sandbox.customer_opens())
    sandbox.merchant_writes(made[1], "hello")
    expected = {
        Order.NEWEST: made[::-1],
        Order.OLDEST: made,
        Order.UPDATED: [made[4], made[1], made[3], made[2], made[0]],
    }
    for order, wanted in expected.items():
        sandbox.order = order
        found = []
        for page in (1, 2, 3, 4):
            _, listing = await call("GET", f"/tickets?limit=2&page={page}")
            found += [row["id"] for row in listing["data"]]
        assert found == wanted


async def test_the_life_of_a_ticket(sandbox: SellgateSandbox, call: Client) -> None:
    id = sandbox.customer_opens()
    assert (await call("POST", f"/tickets/{id}", {"message": "Hi"}))[0] == 200
    _, closed = await call("PATCH", f"/tickets/{id}", {"status": "closed"})
    assert closed["data"]["status"] == "closed"
    sandbox.customer_writes(id, "again")
    assert sandbox.ticket(id).status == "closed"
    sandbox.customer_reopens = True
    sandbox.customer_writes(id, "again")
    assert sandbox.ticket(id).status == "open"
    assert [entry.act for entry in sandbox.ledger.all()] == [
        *("ticket_opened", "customer_message", "reply"),
        *("status", "customer_message", "customer_message", "status"),
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "", {"status": "closed"}, 400),
        ("POST", "", {"message": " "}, 400),
        ("POST", "", {"message": "a", "status": "closed"}, 400),
        ("PATCH", "", {"message": "a"}, 400),
        ("PATCH", "", {"status": "solved"}, 400),
        ("PATCH", "", [], 400),
        ("DELETE", "", None, 405),
        ("GET", "x", None, 404),
        ("GET", "?", None, 200),
    ],
)
async def test_what_is_refused_changes_nothing(
    sandbox: SellgateSandbox, call: Client, method: str, path: str, body: Any, status: int
) -> None:
    id = sandbox.customer_opens()
    before = len(sandbox.ledger.all())
    assert (await call(method, f"/tickets/{id}{path}", body))[0] == status
    assert len(sandbox.ledger.all()) == before


async def test_errors_in_every_form(sandbox: SellgateSandbox, call: Client) -> None:
    bodies = []
    for form in ErrorForm:
        sandbox.error_form = form
        status, body = await call("GET", "/tickets", auth="Bearer no")
        assert status == 401
        bodies.append(body)
    assert bodies[:3] == [
        {"error": "Invalid API key"},
        {"error": {"message": "Invalid API key", "code": "unauthorized"}},
        {"message": "Invalid API key"},
    ]
    assert bodies[3].startswith("<html>")
    for query in ("limit=101", "limit=0", "page=x", "status=new"):
        assert (await call("GET", f"/tickets?{query}"))[0] == 400
    sandbox.message_limit = 3
    id = sandbox.customer_opens()
    assert (await call("POST", f"/tickets/{id}", {"message": "long"}))[0] == 400


async def test_the_control_moves_the_desk(sandbox: SellgateSandbox, call: Client) -> None:
    status, made = await call.control("customer_opens", subject="Hi")
    assert (status, sandbox.ticket(made["result"]).subject) == (200, "Hi")
    assert (await call.control("switch", order="oldest", omit_nulls=True))[0] == 200
    assert (sandbox.order, sandbox.omit_nulls) == (Order.OLDEST, True)
    await call.control("pass_time", hours=2)
    assert sandbox.clock.now() == 1_800_007_200.0
    fault = {"operation": "GetTicket", "phase": "commit", "action": "status", "status": 503}
    await call.control("fault", **fault)
    assert (await call("GET", "/tickets/x"))[0] == 503
    for verb, arguments in (
        ("switch", {"order": "sideways"}),
        ("switch", {"order": 1}),
        ("switch", {"colour": 1}),
        ("bulk", {}),
        ("bulk", {"n": "x"}),
        ("close", {"ticket_id": "no"}),
        ("fault", {**fault, "action": "kill"}),
    ):
        assert (await call.control(verb, **arguments))[0] in (400, 404)


async def test_the_seeds_are_a_past_that_makes_sense(tmp_path: Path) -> None:
    sandbox = await SellgateSandbox.start(ledger_path=tmp_path / "ledger.jsonl", clock=Time())
    await sandbox.stop()
    assert len(sandbox.tickets) == len(stories("sellgate")) == 12
    for ticket in sandbox.tickets.values():
        assert ticket.messages[0].sender == "customer"
        assert ticket.created_at <= ticket.updated_at < Time.now
        assert [m.at for m in ticket.messages] == sorted(m.at for m in ticket.messages)
    assert {ticket.status for ticket in sandbox.tickets.values()} == {"open", "closed"}
    lines = (tmp_path / "ledger.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == len(sandbox.ledger.all())
