"""Sellgate's adapter: what its failures mean, and the probe."""

from __future__ import annotations

import time as wall

import pytest

from slackbridge.domain.errors import (
    Code,
    Failure,
    Later,
    Rejected,
    Unauthorized,
    Unknown,
    Unsupported,
)
from slackbridge.domain.model import Act, Kind, Status
from slackbridge.ports.provider import Provider
from slackbridge.providers.sellgate.provider import Sellgate
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellgate.app import TOKEN, SellgateSandbox
from slackbridge.sandbox.sellgate.switches import ErrorForm
from tests.providers.common import Time, says, within_a_second
from tests.providers.sellgate.conftest import REPLY, Make


@pytest.mark.parametrize(
    "body", ["<html>", '{"data":', '{"error": "db down"}', '{"success": false, "error": "no"}']
)
async def test_a_write_whose_answer_is_not_a_yes_is_unknown(
    shop: SellgateSandbox, sellgate: Sellgate, body: str
) -> None:
    id = shop.customer_opens()
    for act in (REPLY, Act(Kind.STATUS, status=Status.CLOSED)):
        says(shop, "*ToTicket" if act is REPLY else "UpdateTicket", body)
        with pytest.raises(Unknown):
            await sellgate.perform(id, act, 5)


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "[]", "null", "{}", '{"data":{}}', '{"data":null}', '{"data":{"id":"other"}}'],
)
async def test_a_read_that_says_nothing_may_be_tried_again(
    shop: SellgateSandbox, sellgate: Sellgate, body: str
) -> None:
    says(shop, "GetTicket", body)
    with pytest.raises(Later, match="cannot be read"):
        await sellgate.get("t")
    if body != "[]":
        says(shop, "ListTickets", body)
        with pytest.raises(Later, match="cannot be read"):
            await sellgate.list_active("")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (ErrorForm.TEXT, ": Ticket tkt_x not found"),
        (ErrorForm.OBJECT, ": Ticket tkt_x not found"),
        (ErrorForm.MESSAGE, ": Ticket tkt_x not found"),
        (ErrorForm.HTML, ""),
    ],
)
async def test_an_error_is_quoted_whatever_it_looks_like(
    shop: SellgateSandbox, make: Make, form: ErrorForm, said: str
) -> None:
    shop.error_form = form
    with pytest.raises(Rejected) as missing:
        await make().get("tkt_x")
    assert str(missing.value) == f"sellgate does not know this (404){said}"
    assert missing.value.code == Code.NOT_FOUND
    with pytest.raises(Rejected) as missing:
        await make().perform("tkt_x", REPLY, 5)
    assert missing.value.code == Code.NOT_FOUND
    with pytest.raises(Unauthorized, match="does not accept the API key; make a new one"):
        await make("sg_live_old").list_active("")


@pytest.mark.parametrize(
    ("status", "kind", "write"),
    [
        (302, Rejected, Rejected),
        (400, Rejected, Rejected),
        (403, Rejected, Rejected),
        (429, Later, Later),
        (500, Later, Unknown),
        (501, Unsupported, Unsupported),
        (503, Later, Unknown),
    ],
)
async def test_the_http_status_decides(
    shop: SellgateSandbox,
    sellgate: Sellgate,
    status: int,
    kind: type[Failure],
    write: type[Failure],
) -> None:
    id = shop.customer_opens()
    says(shop, "GetTicket", '{"error": "Because."}', status)
    with pytest.raises(kind) as raised:
        await sellgate.get(id)
    assert type(raised.value) is kind
    says(shop, "ReplyToTicket", '{"error": "Because."}', status)
    with pytest.raises(write) as written:
        await sellgate.perform(id, REPLY, 5)
    assert type(written.value) is write
    assert written.value.code == ""
    assert len(shop.messages(id)) == 1


async def test_no_redirect_is_followed_and_no_key_leaves(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    there = {"Location": f"{shop.url}/tickets"}
    for status in (301, 302, 307, 308):
        shop.faults.add(
            Fault("*", Phase.COMMIT, Action.STATUS, status=status, headers=there, times=1)
        )
        with pytest.raises(Rejected, match="redirect"):
            await sellgate.perform("t", REPLY, 5)
    assert not shop.calls


async def test_a_huge_answer_is_not_swallowed(shop: SellgateSandbox, make: Make) -> None:
    id = shop.customer_opens(text="x" * 100_000)
    with pytest.raises(Later, match="cannot be read"):
        await make(max_bytes=50_000).get(id)


@pytest.mark.parametrize("form", [{"retry_after": True}, {"rate_headers": True}, {}])
async def test_too_many_calls_are_told_and_waited_for(
    shop: SellgateSandbox, make: Make, time: Time, form: dict[str, bool]
) -> None:
    shop.rate_per_second, shop.retry_after = 1, False
    for name, value in form.items():
        setattr(shop, name, value)
    id = shop.customer_opens()

    async def too_many() -> None:
        time.now = wall.time()
        before = shop.ledger.all("reply")
        sellgate, other = make(), make()
        await sellgate.probe()
        with pytest.raises(Later, match=r"asks for fewer calls \(429\)") as limited:
            await other.perform(id, REPLY, 5)
        assert 0 <= limited.value.seconds <= 3
        if form:
            with pytest.raises(Later, match="allows no further call"):
                await other.perform(id, REPLY, 0.01)
        assert shop.ledger.all("reply") == before

    await within_a_second(shop, too_many)


async def test_the_key_may_come_with_its_scheme_and_may_be_revoked(
    shop: SellgateSandbox, make: Make
) -> None:
    sellgate = make(f"Bearer {TOKEN}")
    assert (await sellgate.probe()).ok
    shop.revoke(TOKEN)
    with pytest.raises(Unauthorized):
        await sellgate.list_active("")
    shop.allow(TOKEN)
    assert (await sellgate.list_active("")).tickets == ()


async def test_the_probe_says_how_it_is(
    shop: SellgateSandbox, make: Make, sellgate: Sellgate, time: Time
) -> None:
    time.now = wall.time() - 600
    health = await sellgate.probe()
    assert (health.ok, health.detail) == (True, "Sellgate answers")
    assert health.skew == pytest.approx(-600, abs=3)
    says(shop, "ListTickets", "nonsense")
    assert not (await sellgate.probe()).ok
    assert "(401)" in (await make("stranger").probe()).detail
    await shop.stop()
    assert (await sellgate.probe()).detail == "sellgate could not be reached"


def test_it_is_a_provider(sellgate: Sellgate) -> None:
    provider: Provider = sellgate
    assert provider.capabilities.statuses == {Status.NEEDS_AGENT, Status.CLOSED}
