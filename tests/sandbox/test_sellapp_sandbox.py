"""The local SellApp over HTTP: its answers, refusals, switches and faults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.seeds import stories
from slackbridge.sandbox.sellapp.app import SLUG, TOKEN, SellAppSandbox


class Client:
    """Calls one sandbox with its key."""

    def __init__(self, shop: SellAppSandbox, session: aiohttp.ClientSession) -> None:
        self._shop = shop
        self.session = session
        self.headers = {
            "Authorization": f"Bearer {TOKEN}",
            "Accept": "application/json",
            "X-STORE": SLUG,
        }

    async def __call__(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        url = self._shop.url + path
        sent = {**self.headers, **headers}
        async with self.session.request(
            method, url, json=body, headers=sent, allow_redirects=False
        ) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await (answer.json() if is_json else answer.text())

    async def drive(self, verb: str, **arguments: Any) -> tuple[int, Any]:
        url = f"{self._shop.control_url}/{verb}"
        async with self.session.post(url, json=arguments) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def shop() -> AsyncIterator[SellAppSandbox]:
    sandbox = await SellAppSandbox.start(seed=False)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def call(shop: SellAppSandbox) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(shop, session)


async def test_it_starts_with_a_dozen_tickets() -> None:
    sandbox = await SellAppSandbox.start()
    assert len(sandbox.tickets) == len(stories("sellapp")) == 12
    assert {ticket.status for ticket in sandbox.tickets.values()} == {"OPEN", "CLOSED"}
    assert any(ticket.archived for ticket in sandbox.tickets.values())
    times = [ticket.created_at for ticket in sandbox.tickets.values()]
    assert times == sorted(times)
    await sandbox.stop()


async def test_lists_page_by_15_and_at_most_100(shop: SellAppSandbox, call: Client) -> None:
    shop.bulk(31)
    status, answer = await call("GET", "/v2/tickets")
    assert (status, len(answer["data"]), answer["meta"]["last_page"]) == (200, 15, 3)
    assert answer["data"][0]["message_count"] == 1
    _, answer = await call("GET", "/v1/tickets?page=3&limit=15")
    assert [len(answer["data"]), answer["data"][0]["read_by"]] == [1, 1]
    assert "read_status" not in answer["data"][0]
    for query in ("limit=101", "limit=0", "page=x"):
        status, answer = await call("GET", f"/v2/tickets?{query}")
        assert status == 422
        assert answer["errors"]


async def test_search_by_the_grammar_of_orion(shop: SellAppSandbox, call: Client) -> None:
    made = shop.bulk(6)
    shop.close(made[0])

    async def found(**body: Any) -> Any:
        status, answer = await call("POST", "/v2/tickets/search", body)
        return [row["id"] for row in answer["data"]] if status == 200 else status

    one = {"field": "id", "operator": "=", "value": made[1]}
    other = {"field": "id", "operator": "in", "value": made[4:], "type": "or"}
    newest = [{"field": "id", "direction": "desc"}]
    assert (
        await found(filters=[{"field": "status", "operator": "!=", "value": "CLOSED"}]) == made[1:]
    )
    assert await found(filters=[one, other], sort=newest) == [made[5], made[4], made[1]]
    assert await found(filters=[{"nested": [one]}]) == [made[1]]
    assert await found(search={"value": "customer3@"}) == [made[2]]
    assert await found(filters=[{"field": "color", "operator": "=", "value": 1}]) == 422
    assert await found(filters=[{**one, "operator": "~"}]) == 422
    assert await found(filters="all") == 422
    shop.searches = False
    assert await found() == 404


async def test_replies_and_changes(shop: SellAppSandbox, call: Client) -> None:
    id = shop.customer_opens()
    status, answer = await call("POST", f"/v2/tickets/{id}/messages", {"content": "hi"})
    assert (status, answer["data"]["author"]) == (201, "STORE")
    status, answer = await call("GET", f"/v2/tickets/{id}/messages/{answer['data']['id']}")
    assert (status, answer["data"]["content"]) == (200, "hi")
    for body in ({}, {"content": " "}, None):
        assert (await call("POST", f"/v2/tickets/{id}/messages", body))[0] == 422
    change = {"status": "CLOSED"}
    for _ in range(2):
        status, answer = await call(
            "PATCH", f"/v2/tickets/{id}", change, **{"Idempotency-Key": "k"}
        )
        assert (status, answer["data"]["status"]) == (200, "CLOSED")
    assert len(shop.ledger.all("customer_notified")) == 1
    assert (
        await call("PATCH", f"/v2/tickets/{id}", {"archived": True}, **{"Idempotency-Key": "k"})
    )[0] == 422
    unfit: list[Any] = [{}, {"status": "PENDING"}, {"archived": 1}, []]
    for wrong in unfit:
        assert (await call("PATCH", f"/v2/tickets/{id}", wrong))[0] == 422
    assert (await call("PATCH", f"/v1/tickets/{id}", change))[0] == 405
    for path in ("/v2/tickets/1", f"/v2/tickets/{id}/messages/1", "/v2/products", "/v3/tickets"):
        assert (await call("GET", path))[0] == 404


async def test_who_may_call(shop: SellAppSandbox, call: Client) -> None:
    path = "/v2/tickets"
    status, page = await call("GET", path, Authorization="Bearer x")
    assert (status, "1020" in page) == (403, True)
    assert (await call("GET", path, Accept="text/html"))[0] == 302
    assert (await call("GET", path, Authorization="Bearer unknown-key"))[0] == 401
    assert (await call("GET", path, **{"X-STORE": "other"}))[0] == 403
    shop.unimplemented = {"ListTickets"}
    assert (await call("GET", path))[0] == 501
    shop.unimplemented, shop.rate_per_second = set(), 1
    assert 429 in [(await call("GET", path))[0] for _ in range(3)]


@pytest.mark.parametrize("shape", ["laravel", "sdk", "oauth"])
async def test_errors_have_three_shapes(shop: SellAppSandbox, call: Client, shape: str) -> None:
    shop.error_form = shape
    id = shop.customer_opens()
    _, answer = await call("POST", f"/v2/tickets/{id}/messages", {})
    key = {"laravel": "errors", "sdk": "param", "oauth": "error_description"}[shape]
    assert key in answer


async def test_webhooks_are_repeated_and_given_up(shop: SellAppSandbox) -> None:
    shop.hook("http://127.0.0.1:1/none", "secret")
    id = shop.customer_opens()
    shop.hook_store_messages = False
    shop.merchant_writes(id, "ours")
    assert len(shop.hooks.deliveries) == 1
    shop.hooks.replay()
    await shop.hooks.idle()
    assert shop.hooks.deliveries[0].status == 0


async def test_it_is_driven_over_http(shop: SellAppSandbox, call: Client) -> None:
    status, answer = await call.drive("customer_opens", title="T", email="a@example.com", text="x")
    id = answer["result"]
    assert (status, shop.ticket(id).title) == (200, "T")
    for verb in ("customer_writes", "merchant_writes"):
        assert (await call.drive(verb, ticket_id=id, text="y"))[0] == 200
    for verb in ("close", "reopen", "archive", "reads"):
        assert (await call.drive(verb, ticket_id=id))[0] == 200
    assert (await call.drive("pass_time", hours=2))[0] == 200
    assert (await call.drive("switch", searches=False, search_filters=["id"]))[0] == 200
    assert (shop.searches, shop.search_filters) == (False, {"id"})
    for wrong in ({"nonsense": 1}, {"searches": "no"}):
        assert (await call.drive("switch", **wrong))[0] == 422
    assert (await call.drive("close"))[0] == 422
    assert (await call.drive("close", ticket_id=1))[0] == 404
    about = {"operation": "GetTicket", "phase": "commit", "action": "status", "status": 418}
    await call.drive("fault", **about)
    assert (await call("GET", f"/v2/tickets/{id}"))[0] == 418
    assert (await call.drive("fault", **{**about, "action": "kill"}))[0] == 422
    await call.drive("clear_faults")
    for what in ("tickets", "ledger"):
        async with call.session.get(f"{shop.control_url}/{what}") as answered:
            assert await answered.json()


async def test_faults_strike_by_the_name_of_a_call(shop: SellAppSandbox, call: Client) -> None:
    id = shop.customer_opens()
    shop.faults.add(Fault("CreateMessage", Phase.ANSWER, Action.RESET))
    with pytest.raises(aiohttp.ClientError):
        await call("POST", f"/v2/tickets/{id}/messages", {"content": "once"})
    assert [entry.data["text"] for entry in shop.ledger.all("reply")] == ["once"]
    assert shop.faults.seen == ["CreateMessage"]
