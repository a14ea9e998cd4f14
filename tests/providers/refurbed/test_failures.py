"""refurbed's adapter: what its failures mean, and the probe."""

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
from slackbridge.providers.refurbed.provider import Refurbed
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.app import TOKEN, RefurbedSandbox
from tests.providers.common import Time, says, within_a_second
from tests.providers.refurbed.conftest import REPLY, Make


@pytest.mark.parametrize("body", ["", "<html>", "[]", "null", '{"ticket":{}}', '{"ticket":'])
async def test_a_2xx_that_says_nothing_is_unknown_for_a_write(
    shop: RefurbedSandbox, refurbed: Refurbed, body: str
) -> None:
    id = str(shop.customer_opens())
    shop.faults.add(Fault("*Ticket", Phase.ANSWER, Action.STATUS, status=200, body=body, times=2))
    with pytest.raises(Unknown, match=r"cannot be read|does not show it done"):
        await refurbed.perform(id, REPLY, 5)
    with pytest.raises(Later, match="cannot be read"):
        await refurbed.get(id)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, Rejected) for code in (3, 5, 6, 7, 9, 10, 11)),
        *((code, Unknown) for code in (1, 2, 4, 13, 14, 15)),
        (8, Later),
        (12, Unsupported),
        (16, Unauthorized),
    ],
)
async def test_the_code_decides_not_the_http_status(
    shop: RefurbedSandbox, refurbed: Refurbed, code: int, kind: type[Failure]
) -> None:
    says(shop, "UpdateTicket", {"code": code, "error": "Because.", "details": []}, 418)
    with pytest.raises(kind, match=r": Because\.$") as raised:
        await refurbed.perform("1", REPLY, 5)
    assert type(raised.value) is kind
    assert (raised.value.code == Code.NOT_FOUND) is (code == 5)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, "<html>nginx</html>", Rejected),
        (401, "no", Unauthorized),
        (503, '{"code": "busy"}', Later),
        (400, "[]", Rejected),
        (429, '{"code": 0}', Later),
    ],
)
async def test_without_a_code_the_http_status_decides(
    shop: RefurbedSandbox, refurbed: Refurbed, status: int, body: str, kind: type[Failure]
) -> None:
    says(shop, "GetTicket", body, status)
    with pytest.raises(kind) as raised:
        await refurbed.get("1")
    assert raised.value.code == ""


async def test_too_many_calls_are_told_and_waited_for(
    shop: RefurbedSandbox, make: Make, time: Time
) -> None:
    shop.rate_per_second = 2
    shop.bulk(3)

    async def too_many() -> None:
        time.now = wall.time()
        refurbed, other = make(), make()
        for _ in range(2):
            await refurbed.list_recent()
        with pytest.raises(Later, match="allows no further call"):
            await refurbed.perform("1", REPLY, 0.01)
        with pytest.raises(Later, match=r"asks for fewer calls \(429\)") as limited:
            await other.list_recent()
        assert 0 <= limited.value.seconds <= 3

    await within_a_second(shop, too_many)


async def test_a_token_may_come_with_its_scheme(make: Make) -> None:
    assert (await make(f"Plain {TOKEN}").probe()).ok


async def test_the_probe_tells_how_far_the_clocks_are_apart(make: Make, time: Time) -> None:
    time.now = wall.time() - 600
    health = await make().probe()
    assert health.ok
    assert health.skew == pytest.approx(-600, abs=3)


async def test_the_probe_says_what_is_wrong(
    shop: RefurbedSandbox, make: Make, refurbed: Refurbed
) -> None:
    says(shop, "ListTickets", "nonsense")
    health = await refurbed.probe()
    assert (health.ok, health.skew) == (False, None)
    shop.unimplemented.add("*")
    assert (await refurbed.probe()).detail == (
        "refurbed has not switched the ticket service on for this token yet (501): "
        "method ListTickets not implemented"
    )
    with pytest.raises(Unsupported):
        await refurbed.list_recent()
    shop.unimplemented.clear()
    shop.allow("viewer", frozenset({"merchant.ticket:view"}))
    denied = (await make("viewer").probe()).detail
    assert "permission merchant.ticket:list (403)" in denied
    assert "(401)" in (await make("stranger").probe()).detail
    await shop.stop()
    assert (await refurbed.probe()).detail == "refurbed could not be reached"
