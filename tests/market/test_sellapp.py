"""SellApp, end to end: webhooks as hints, close, reopen and archive, and what v1 cannot do."""

from __future__ import annotations

import hmac
import json
import time
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from slackbridge.demo import views
from slackbridge.demo.waiting import until
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellapp.app import SLUG, SellAppSandbox
from tests.market.conftest import CHANNEL, Json, Market, acts, free_port

ACCOUNT = "sa-shop"
SECRET = "whsec_4f1d"


def hooked(market: Market, sellapp: SellAppSandbox) -> Json:
    """An account that polls too rarely to matter here; returns the changed table."""
    port = free_port()
    market.secret("HOOK", SECRET)
    more = {"poll_seconds": 30, "webhook_secret_env": "HOOK"}
    market.add(ACCOUNT, "sellapp", sellapp, store=SLUG, **more)
    sellapp.hook(f"http://127.0.0.1:{port}/hooks/{ACCOUNT}", SECRET)
    return {"health_port": port}


async def post(url: str, body: Json, secret: str = SECRET) -> int:
    raw = json.dumps(body).encode()
    signature = hmac.new(secret.encode(), raw, "sha256").hexdigest()
    headers = {"X-Sellapp-Signature": signature}
    async with aiohttp.ClientSession() as http, http.post(url, data=raw, headers=headers) as answer:
        return answer.status


async def test_a_webhook_brings_a_message_within_a_second(
    market: Market, sellapp: SellAppSandbox
) -> None:
    ops = hooked(market, sellapp)
    first = sellapp.customer_opens()
    async with market.open(ops=ops):
        await market.shown(first)
        began = time.monotonic()
        sellapp.customer_writes(first, "one more thing")
        new = sellapp.customer_opens(text="something else", email="new@example.com")
        await market.shown(first, 2)
        await market.shown(new)
        assert time.monotonic() - began < 10
        assert "one more thing" in market.messages(first)[1]
        for _ in range(3):
            sellapp.hooks.replay()
        await sellapp.hooks.idle()
        await market.quiet(0.3)
        assert len(market.messages(new)) == 1, "repeated hooks change nothing"


async def test_a_webhook_that_is_forged_or_old_is_refused(
    market: Market, sellapp: SellAppSandbox
) -> None:
    ops = hooked(market, sellapp)
    ticket = sellapp.customer_opens()
    async with market.open(ops=ops):
        await market.shown(ticket)
        await market.quiet(0.3)
        url = sellapp.hooks.url
        sellapp.hooks.url = ""
        message = sellapp.customer_writes(ticket, "unseen")
        reads = sellapp.calls["GetTicket"]
        data = {
            "id": message,
            "ticket_id": ticket,
            "author": "CUSTOMER",
            "content": "unseen",
            "created_at": datetime.now(UTC).isoformat(),
        }
        body = {"event": "ticket_message.created", "data": data}
        old = {**body, "data": {**data, "created_at": _before(timedelta(hours=1))}}
        assert await post(url, body, "another secret") == 401
        assert await post(url, old) == 401
        assert await post(url.replace(ACCOUNT, "nobody"), body) == 404
        await market.quiet()
        assert len(market.messages(ticket)) == 1
        assert sellapp.calls["GetTicket"] == reads, "nothing was even asked"
        assert await post(url, body) == 200
        await market.shown(ticket, 2)


def _before(span: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) - span).isoformat()


async def test_reply_close_reopen_and_archive(market: Market, sellapp: SellAppSandbox) -> None:
    market.add(ACCOUNT, "sellapp", sellapp, store=SLUG)
    ticket = sellapp.customer_opens()
    async with market.open():
        await market.shown(ticket)
        await market.say(ticket, "Here is a new key.")
        await until("the reply", lambda: acts(sellapp, "reply"))
        await market.choose(market.anna, ticket, "close")
        await until("closed", lambda: sellapp.ticket(ticket).status == "CLOSED")
        await market.choose(market.anna, ticket, "reopen")
        await until("open", lambda: sellapp.ticket(ticket).status == "OPEN")
        lost = sellapp.faults.add(Fault("UpdateTicket", Phase.ANSWER, Action.RESET))
        view = await market.form(ticket, "archive")
        await market.submit(view)
        row = await market.receipt(ticket, "✅ Archive")
        assert lost.struck == 1
        assert "<@U0ANNA>" in views.shown(row)
        assert sellapp.ticket(ticket).archived
        await until("it is not offered", lambda: "archive" not in market.offers(ticket))
        assert len(acts(sellapp, "reply")) == 1
        assert [e.data["status"] for e in acts(sellapp, "change")] == ["CLOSED", "OPEN", "OPEN"]


async def test_v1_hides_what_it_cannot_do(market: Market, sellapp: SellAppSandbox) -> None:
    market.add(ACCOUNT, "sellapp", sellapp, store=SLUG, api_version="v1")
    ticket = sellapp.customer_opens()
    async with market.open():
        await market.shown(ticket)
        assert market.offers(ticket) == {"reply", "claim", "details"}
        await market.say(ticket, "Here is a new key.")
        await until("the reply", lambda: acts(sellapp, "reply"))
        sellapp.close(ticket)
        await market.says(ticket, "Closed")
        await market.says(ticket, "set api_version to v2")
        assert "reopen" not in market.offers(ticket)


async def test_a_webhook_of_a_ticket_that_is_gone_leaves_no_trouble(
    market: Market, sellapp: SellAppSandbox
) -> None:
    ops = hooked(market, sellapp)
    ticket = sellapp.customer_opens()
    gone = ticket + 1_000
    async with market.open(ops=ops, timing={"quarantine_after": 2}):
        await market.shown(ticket)
        await market.quiet(0.3)
        reads = sellapp.calls["GetTicket"]
        data = {"ticket_id": gone, "author": "CUSTOMER", "content": "x", "created_at": _before()}
        body = {"event": "ticket_message.created", "data": data}
        assert await post(sellapp.hooks.url, body) == 200
        await until("it is read", lambda: sellapp.calls["GetTicket"] == reads + 1)
        await market.quiet(1.5)
        assert sellapp.calls["GetTicket"] == reads + 1, "once, not for ever"
        assert not views.cards(market.slack, gone)
        assert market.notices() == []
        sellapp.customer_writes(ticket, "still there?")
        await market.shown(ticket, 2)


@pytest.mark.parametrize("searches", [True, False])
async def test_a_ticket_that_does_not_change_costs_no_call_of_its_own(
    market: Market, sellapp: SellAppSandbox, searches: bool
) -> None:
    sellapp.searches = searches
    lists = "SearchTickets" if searches else "ListTickets"
    market.add(ACCOUNT, "sellapp", sellapp, store=SLUG)
    tickets = [sellapp.customer_opens(text=f"Question {n}") for n in range(3)]
    async with market.open():
        for ticket in tickets:
            await market.shown(ticket)
        await market.quiet(0.3)
        seen, read = sellapp.calls[lists], sellapp.calls["ListMessages"]
        await until("polls", lambda: sellapp.calls[lists] > seen + 8)
        assert sellapp.calls["ListMessages"] == read
        sellapp.customer_writes(tickets[1], "one more thing")
        await market.shown(tickets[1], 2)
        assert sellapp.calls["ListMessages"] == read + 1


async def test_a_refund_whose_answer_is_lost_is_made_again_under_the_same_key(
    market: Market, sellapp: SellAppSandbox
) -> None:
    market.add(ACCOUNT, "sellapp", sellapp, store=SLUG)
    ticket = sellapp.customer_opens(order_id=771204)
    sellapp.faults.add(Fault("RefundOrder", Phase.ANSWER, Action.RESET))
    async with market.open():
        await market.shown(ticket)
        view = await market.form(ticket, "refund")
        await market.submit(view, amount="12.50")
        assert "(completed, 49.00 EUR): 12.50 EUR" in await market.modal("gets back")
        assert not sellapp.keys, "nothing moved yet"
        await market.submit(view, typed="12.50")
        row = await market.receipt(ticket, "does not tell whether it happened")
        await market.anna.click(CHANNEL, row["ts"], "intent:again")
        await market.receipt(ticket, "✅ Refund")
        (refund,) = acts(sellapp, "refund")
        assert refund.data["cents"] == 1_250
        assert len(sellapp.keys) == 2
        assert len(set(sellapp.keys)) == 1
