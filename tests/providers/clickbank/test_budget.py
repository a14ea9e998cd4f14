"""ClickBank's adapter: 403 and the daily budget."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from slackbridge.domain.errors import Code, Failure, Later, Rejected, Unauthorized
from slackbridge.domain.model import Query
from slackbridge.ports.capabilities import Stretches
from slackbridge.providers.clickbank.provider import ClickBank
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.clickbank.gate import READ
from tests.providers.clickbank.conftest import REPLY, Make, do
from tests.providers.common import Time, says


async def test_one_403_by_itself_is_read_again(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens())
    says(shop, "Get", "", 403)
    await bank.get(id)
    assert shop.calls == {"Get": 1}  # the first never reached the service


async def test_a_ticket_that_is_not_there(shop: ClickBankSandbox, bank: ClickBank) -> None:
    with pytest.raises(Rejected, match="there is no such ticket") as raised:
        await bank.get("1")
    assert raised.value.code == Code.NOT_FOUND
    assert shop.calls == {"Get": 2, "Debug": 1}
    with pytest.raises(Rejected, match=r"api_order_write.*it says: Access is denied") as raised:
        await bank.perform("1", REPLY, 5)
    assert raised.value.code == Code.FORBIDDEN
    assert shop.calls == {"Get": 2, "Update": 1, "Debug": 2}


async def test_a_missing_role_is_named(shop: ClickBankSandbox, make: Make) -> None:
    id = str(shop.customer_opens())
    shop.allow("API-READER", frozenset({READ}))
    reader = make("API-READER")
    assert (await reader.probe()).ok
    with pytest.raises(Rejected, match="the role api_order_write"):
        await reader.perform(id, REPLY, 5)
    shop.allow("API-NOBODY", frozenset())
    health = await make("API-NOBODY").probe()
    assert not health.ok
    assert "the key needs the role api_order_read" in health.detail


async def test_a_key_that_never_worked_is_unauthorized(shop: ClickBankSandbox, make: Make) -> None:
    stranger = make("API-STRANGER")
    with pytest.raises(Unauthorized, match=r"refuses every call with this key.*Invalid API key"):
        await stranger.list_active("")
    shop.bad_key_status = 401
    with pytest.raises(Unauthorized, match=r"does not accept the key.*\(401\)"):
        await stranger.list_active("")
    assert "(401)" in (await stranger.probe()).detail


async def test_a_key_that_worked_may_be_out_of_calls(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    id = str(shop.customer_opens())
    await bank.get(id)
    shop.daily = shop.gate.used
    with pytest.raises(Later, match="refuses every call for now") as raised:
        await bank.perform(id, REPLY, 5)
    assert (raised.value.code, raised.value.seconds) == (Code.QUOTA, 900.0)
    made = sum(shop.calls.values())
    for attempt in (bank.get(id), bank.perform(id, REPLY, 5), bank.list_active("")):
        with pytest.raises(Later, match="for now"):
            await attempt
    assert sum(shop.calls.values()) == made  # no call is made in the meantime
    shop.daily = 25_000
    assert (await bank.probe()).ok  # a probe always calls, and reopens the account
    await bank.get(id)
    assert len(shop.messages(int(id))) == 1


async def test_the_pause_ends_with_clickbanks_day(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    time.now = datetime(2027, 1, 15, 7, 58, tzinfo=UTC).timestamp()  # 23:58 at ClickBank
    await bank.list_active("")
    shop.daily = 1
    with pytest.raises(Later) as raised:
        await bank.list_active("")
    assert raised.value.seconds == pytest.approx(120)


@pytest.mark.parametrize(
    ("status", "kind"), [(500, Later), (401, Unauthorized), (429, Later), (404, Rejected)]
)
async def test_debug_may_fail_in_other_ways(
    shop: ClickBankSandbox, bank: ClickBank, status: int, kind: type[Failure]
) -> None:
    says(shop, "Debug", "", status)
    with pytest.raises(kind):
        await bank.perform("1", REPLY, 5)


class Spent:
    """The day's calls of all processes, as Redis counts them."""

    def __init__(self, calls: int) -> None:
        self.calls = calls

    async def __call__(self) -> int:
        self.calls += 1
        return self.calls


async def test_the_days_calls_are_counted_for_all(
    shop: ClickBankSandbox, make: Make, time: Time
) -> None:
    spent = Spent(19_995)  # a probe asks for a count, two schemas and the key's roles
    bank = make(spend=spent)
    id = str(shop.customer_opens())
    assert (await bank.probe()).detail == (
        "ClickBank answers; 19,999 of 25,000 calls of today are made"
    )
    with capture_logs() as logs:
        await bank.get(id)
        await bank.get(id)
    assert [(entry["event"], entry["calls"]) for entry in logs] == [
        ("clickbank.quota_nearly_used", 20_000)
    ]
    assert (await bank.probe()).detail.endswith("calls of today are made; it is nearly used up")
    spent.calls = 25_000
    calls = sum(shop.calls.values())
    for _ in range(2):
        with pytest.raises(Later, match="the 25,000 calls") as raised:
            await bank.perform(id, REPLY, 5)
        assert (raised.value.code, raised.value.seconds) == (Code.QUOTA, 900.0)
    assert not (await bank.probe()).ok
    assert sum(shop.calls.values()) == calls
    assert spent.calls == 25_001, "what was not called is not counted"
    spent.calls, time.now = 0, time.now + 86_400  # a new day
    await bank.get(id)
    assert len(shop.messages(int(id))) == 1


async def test_reads_stop_while_there_are_calls_for_replies(
    shop: ClickBankSandbox, make: Make, time: Time
) -> None:
    time.now -= time.now % 86_400 - 7_200
    spent = Spent(22_497)
    bank = make(spend=spent)
    ticket = (await bank.get(str(shop.customer_opens(type="REFUND", amount=4_700)))).ticket
    id = ticket.key.id
    await bank.list_active("")
    await bank.list_recent()
    made, listed = sum(shop.calls.values()), spent.calls
    spared: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: bank.list_active(""),
        bank.list_recent,
        bank.stats,
        lambda: bank.search(Query(order="ABCD")),
        lambda: bank.order(ticket),
    )
    for read in spared:
        with pytest.raises(Later, match=r"22,50. of the 25,000.*kept for replies") as raised:
            await read()
        assert (raised.value.code, raised.value.seconds) == (Code.QUOTA, 900.0)
    assert sum(shop.calls.values()) == made
    assert spent.calls <= listed + 1, "asking in vain uses nothing up"
    await bank.get(id)
    assert await bank.perform(id, REPLY, 5)
    assert "4.00" in await bank.preview(
        id, do("refund", reason="ticket.type.refund.2", refund_type="PARTIAL_AMOUNT", amount="4")
    )
    time.now += 86_400
    spent.calls = 0
    await bank.list_active("")


@pytest.mark.parametrize(
    ("hour", "used", "stretch"),
    [
        (0, 11_000, 1.0),  # fewer than half: a start reads a lot at once
        (12, 11_250, 1.0),
        (6, 11_250, 1.5),
        (18, 20_250, 2.5),
        (23, 15_000, 1.0),
        (12, 22_400, 40.0),
        (12, 22_499, 40.0),
        (12, 24_000, 40.0),
    ],
)
async def test_polls_come_more_slowly_as_the_days_calls_shrink(
    shop: ClickBankSandbox, make: Make, time: Time, hour: int, used: int, stretch: float
) -> None:
    time.now += hour * 3_600 - time.now % 86_400
    bank = make(spend=Spent(used - 1))
    assert isinstance(bank, Stretches)
    assert bank.stretch() == 1.0, "nothing is known before the first call"
    await bank.get(str(shop.customer_opens()))
    assert bank.stretch() == pytest.approx(stretch, rel=0.01)
    time.now += 86_400
    assert bank.stretch() == 1.0, "another day"
