"""ClickBank: the form of each call, secrets in logs, catching up, statistics, the schema."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from structlog.testing import capture_logs

from slackbridge.domain.errors import Failure, Later, Rejected
from slackbridge.domain.model import Act, Kind
from slackbridge.ports.capabilities import Counts
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.clickbank.api import headers
from slackbridge.providers.clickbank.provider import ClickBank
from slackbridge.providers.clickbank.reading import ranges
from slackbridge.providers.clickbank.schema import unpublished
from slackbridge.providers.clickbank.wire import Comment, TicketRow
from slackbridge.providers.http import HttpClient
from slackbridge.sandbox.clickbank.app import TOKEN, ClickBankSandbox
from slackbridge.sandbox.faults import Action, Fault, Phase

Make = Callable[..., ClickBank]
FULL = {"refund_type": "FULL", "reason": "ticket.type.refund.8"}
ROW = {"ticketid": "7", "receipt": "ABCD12", "status": "OPEN", "type": "TECH_SUPPORT"}


class Time:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def make(time: Time) -> AsyncIterator[Make]:
    made: list[ClickBank] = []

    def provider(url: str, slow_seconds: float = 0.01) -> ClickBank:
        account = AccountSettings(
            name="shop",
            provider="clickbank",
            base_url=url,
            token_env="CLICKBANK_KEY",
            token=SecretStr(TOKEN),
        )
        client = HttpClient("clickbank", url, headers(TOKEN), timeout_seconds=5, clock=time)
        made.append(ClickBank("shop", account, client, slow_seconds=slow_seconds))
        return made[-1]

    yield provider
    for one in made:
        await one.close()


@pytest.fixture
async def shop(time: Time) -> AsyncIterator[ClickBankSandbox]:
    sandbox = await ClickBankSandbox.start(seed=False, clock=time)
    sandbox.rate_per_second = 0
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def bank(shop: ClickBankSandbox, make: Make) -> ClickBank:
    return make(shop.url)


def says(shop: ClickBankSandbox, operation: str, answer: object, status: int = 200) -> None:
    body = answer if isinstance(answer, str) else json.dumps(answer)
    shop.faults.add(Fault(operation, Phase.COMMIT, Action.STATUS, status=status, body=body))


async def test_every_call_has_the_raw_key_asks_for_json_and_says_all_in_its_address(
    make: Make,
) -> None:
    seen: list[tuple[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        sent = request.headers
        assert sent["Authorization"] == TOKEN, "without a scheme"
        assert sent["Accept"] == "application/json"
        assert await request.read() == b""
        assert "Content-Type" not in sent
        assert sent.get("Page", "") == ("1" if request.path.endswith("list") else "")
        if request.method != "GET":
            assert sent["Content-Length"] == "0"
        seen.append((request.method, request.raw_path))
        return web.json_response(ROW)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        bank = make(str(server.make_url("")))
        await bank.list_active("")
        await bank.perform("7", Act(Kind.REPLY, "a b & ü"), 5)
        await bank.perform("7", Act(Kind.ACTION, action="refund", fields=FULL), 5)
        await bank.perform("7", Act(Kind.ACTION, action="returned"), 5)
    reason = "reason=ticket.type.refund.8&refundType=FULL"
    assert seen == [
        ("GET", "/tickets/list?status=open"),
        ("PUT", "/tickets/7?comment=a+b+%26+%C3%BC"),
        ("GET", "/tickets/7"),
        ("POST", f"/tickets/ABCD12?type=rfnd&{reason}"),
        ("POST", "/tickets/7/returned"),
    ]


async def test_neither_key_nor_words_reach_a_log_or_a_failure_though_both_are_in_calls(
    shop: ClickBankSandbox, bank: ClickBank, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    words, receipt = "priv" + "ate", "RECE" + "IPT9"  # tracebacks quote this very source
    id = str(shop.customer_opens(receipt=receipt))
    reply = Act(Kind.REPLY, words)
    refund = Act(Kind.ACTION, action="refund", fields={**FULL, "comment": words})
    told = []
    with capture_logs() as logs:
        for phase, action, status in (
            (Phase.COMMIT, Action.RESET, 0),
            (Phase.HALF, Action.RESET, 0),
            (Phase.COMMIT, Action.STATUS, 403),
            (Phase.COMMIT, Action.STATUS, 500),
            (Phase.COMMIT, Action.STATUS, 200),  # with nothing in it
        ):
            for act, operation in ((reply, "Update"), (refund, "Create")):
                shop.faults.add(Fault(operation, phase, action, status=status))
                with pytest.raises(Failure) as raised:
                    await bank.perform(id, act, 5)
                told.append("".join(traceback.format_exception(raised.value)))
        shop.faults.add(Fault("RefundAmounts", Phase.COMMIT, Action.RESET))
        with pytest.raises(Failure) as raised:
            await bank.preview(id, refund)
        told.append("".join(traceback.format_exception(raised.value)))
    everything = caplog.text + str(logs) + "".join(told)
    assert "clickbank" in everything
    for secret in (TOKEN, words, receipt, "HTTP Request", "send_request_headers"):
        assert secret not in everything


async def test_after_a_long_silence_what_changed_meanwhile_is_caught_up(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    begun = time.now
    await bank.list_recent()
    assert shop.calls["List"] == 1
    made = []
    for days in (0.1, 5, 6, 7, 13, 19, 20):
        time.now = begun + days * 86_400
        made.append(str(shop.customer_opens()))
    found = [ticket.key.id for ticket in (await bank.list_recent()).tickets]
    assert found == made[::-1], "each once, newest first; the longest range would be refused"
    assert shop.calls["List"] == 5
    await bank.list_recent()
    assert shop.calls["List"] == 6, "after that a day's overlap is enough"


@pytest.mark.parametrize("days", [0, 1, 2, 6, 7, 8, 12, 13, 30, 400])
def test_ranges_are_of_seven_days_at_most_and_overlap(days: int) -> None:
    first = date(2028, 2, 20)
    last = first + timedelta(days=days)
    found = [
        (date.fromisoformat(one["updateDateFrom"]), date.fromisoformat(one["updateDateTo"]))
        for one in ranges(first, last)
    ]
    assert (found[0][0], found[-1][1]) == (first, last)
    assert all(end - begin < timedelta(days=7) for begin, end in found)
    assert all(one[1] == next[0] for one, next in pairwise(found))


async def test_what_failed_is_caught_up_the_next_time(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    await bank.list_recent()
    id = str(shop.customer_opens())
    time.now += 10 * 86_400
    says(shop, "List", "", 500)
    with pytest.raises(Later):
        await bank.list_recent()
    assert [ticket.key.id for ticket in (await bank.list_recent()).tickets] == [id]


async def test_a_status_nobody_has_heard_of_is_news_too(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    id = shop.customer_opens()
    shop.force_status(id, "ESCALATED")
    assert [t.raw_status for t in (await bank.list_recent()).tickets] == ["ESCALATED"]


async def test_an_expiration_is_a_due_date_whatever_the_type(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    at = "2027-03-01T08:00:00-08:00"
    says(shop, "Get", {**ROW, "expirationDate": at})
    assert (await bank.get("7")).ticket.due_at == datetime(2027, 3, 1, 16, tzinfo=UTC)
    says(shop, "Get", {**ROW, "expirationDate": {"@nil": "true"}, "openedDate": at})
    assert (await bank.get("7")).ticket.due_at is None, "only a refund has a day"


async def test_figures(shop: ClickBankSandbox, bank: ClickBank) -> None:
    assert isinstance(bank, Counts)
    for type in ("REFUND", "REFUND", "CANCEL", "TECH_SUPPORT", "TECH_SUPPORT"):
        id = shop.customer_opens(type=type)
    shop.close(id)
    shop.reopen(id)
    shop.close(shop.customer_opens())
    assert await bank.stats() == {
        "open": "4",
        "reopened": "1",
        "open refunds": "2",
        "open cancellations": "1",
        "closed": "1",
    }
    assert shop.calls == {"Count": 5}
    for form in ('"1234"', " 1234\n", '{"count": "1234"}'):
        says(shop, "Count", form)
        assert (await bank.stats())["open"] == "1,234"
    for nonsense in ("null", "{}", "many", "1.5", "-1", ""):
        says(shop, "Count", nonsense)
        with pytest.raises(Later, match="cannot be read"):
            await bank.stats()


def xsd(*names: str) -> str:
    rows = "".join(f'<xs:element minOccurs="0" name="{name}" type="xs:string"/>' for name in names)
    return f'<?xml version="1.0"?><xs:schema xmlns:xs="x">{rows}</xs:schema>'


TICKET = {
    *("ticketid", "receipt", "status", "type", "comments", "openedDate", "closedDate"),
    *("expirationDate", "updateTime", "description", "refundType", "refundAmount"),
    *("customerFirstName", "customerLastName", "email", "emailAtOrderTime", "locale", "note"),
    *("productItemNo", "source"),
}
ROWS = (TicketRow, Comment)
COMMENT = {"commentId", "date", "comment", "action", "commentRole"}


async def test_the_probe_tells_what_clickbank_s_schema_no_longer_names(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    assert (await bank.probe()).detail == "ClickBank answers"
    says(shop, "Schema", xsd(*TICKET, *COMMENT, "brandNew"))
    assert (await bank.probe()).detail == "ClickBank answers"
    says(shop, "Schema", xsd(*(TICKET | COMMENT) - {"source", "commentId"}))
    health = await bank.probe()
    assert health.ok
    assert health.detail == "ClickBank answers; its schema no longer names: source, comment id"
    says(shop, "Schema", xsd(*TICKET, *COMMENT))
    says(shop, "Schema", xsd("usdAmount", "customerAmount", "productAmount"))
    assert (await bank.probe()).detail.endswith("names: customer currency, product currency")
    says(shop, "Schema", "no", 406)
    assert (await bank.probe()).detail == "ClickBank answers"


@pytest.mark.parametrize("text", ["", "<html>", "null", "<element/>", "\x00"])
def test_what_is_no_schema_tells_nothing(text: str) -> None:
    assert unpublished(text, ROWS) == ()


def test_a_schema_may_be_written_in_other_ways() -> None:
    other = xsd(*map(str.upper, (*TICKET, *COMMENT))).replace("xs:", "").replace('"', "'")
    assert unpublished(other, ROWS) == ()
    assert unpublished(other.replace("LOCALE", "LANGUAGE"), ROWS) == ("locale",)


async def test_a_schema_is_asked_for_as_what_it_is(make: Make) -> None:
    accepted: dict[str, Any] = {}

    async def answer(request: web.Request) -> web.Response:
        accepted[request.path] = request.headers["Accept"]
        return web.Response(text="3")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        await make(str(server.make_url(""))).probe()
    assert accepted == {
        "/tickets/count": "application/json",
        "/tickets/schema": "application/xml",
        "/tickets/partialRefundDataSchema": "application/xml",
        "/debug": "application/json",
    }


async def test_one_call_too_many_in_a_second_does_not_shut_the_account(
    shop: ClickBankSandbox, make: Make
) -> None:
    bank = make(shop.url, slow_seconds=1.1)
    id = str(shop.customer_opens())
    shop.rate_per_second = 1
    await bank.get(id)
    with pytest.raises(Rejected, match="one call too many in a second"):
        await bank.perform(id, Act(Kind.REPLY, "Hello"), 5)
    assert shop.calls == {"Get": 1, "Update": 1, "Debug": 1}
    shop.rate_per_second = 0
    await bank.perform(id, Act(Kind.REPLY, "Hello"), 5)
    assert len(shop.messages(int(id))) == 2
