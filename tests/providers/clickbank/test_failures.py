"""ClickBank's adapter: what its failures mean, and the probe."""

from __future__ import annotations

import pytest

from slackbridge.domain.errors import Failure, Later, Rejected, Unauthorized, Unknown, Unsupported
from slackbridge.providers.clickbank.provider import ClickBank
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.providers.clickbank.conftest import REPLY
from tests.providers.common import says


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", "null", "{}", "7", '{"a":1,"b":2}', '{"ticketid":']
)
async def test_a_2xx_that_says_nothing_is_unknown_for_a_write(
    shop: ClickBankSandbox, bank: ClickBank, body: str
) -> None:
    id = str(shop.customer_opens())
    for operation in ("Get", "Update"):
        shop.faults.add(Fault(operation, Phase.ANSWER, Action.STATUS, status=200, body=body))
    with pytest.raises(Unknown, match=r"cannot be read|does not show it done"):
        await bank.perform(id, REPLY, 5)
    with pytest.raises(Later, match="cannot be read"):
        await bank.get(id)
    shop.answer_ships = True
    with pytest.raises(Unknown):
        await bank.perform(id, REPLY, 5)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (301, "", Rejected),
        (400, "Bad things", Rejected),
        (401, "no", Unauthorized),
        (404, "<html>nginx</html>", Rejected),
        (414, "Request-URI Too Long", Rejected),
        (429, "slow down", Later),
        (500, "oops", Unknown),
        (501, "", Unsupported),
        (503, "busy", Unknown),
    ],
)
async def test_what_a_status_means_for_a_write(
    shop: ClickBankSandbox, bank: ClickBank, status: int, body: str, kind: type[Failure]
) -> None:
    says(shop, "Update", body, status)
    with pytest.raises(kind) as raised:
        await bank.perform("1", REPLY, 5)
    assert type(raised.value) is kind
    assert str(status) in raised.value.reason
    assert "<html>" not in raised.value.reason
    assert body in raised.value.reason or body.startswith("<")


async def test_a_huge_answer_is_not_read(shop: ClickBankSandbox, bank: ClickBank) -> None:
    says(shop, "List", " " * (9 * 2**20))
    with pytest.raises(Later, match="cannot be read"):
        await bank.list_active("")


async def test_nothing_leaves_after_the_deadline(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens())
    with pytest.raises(Later, match="no time left"):
        await bank.perform(id, REPLY, 0)
    assert not shop.calls


async def test_the_probe_tells_how_far_the_clocks_are_apart(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    shop.clock.advance(600)
    health = await bank.probe()
    assert (health.ok, health.detail) == (True, "ClickBank answers")
    assert health.skew == pytest.approx(600, abs=1)
    await shop.stop()
    assert (await bank.probe()).detail == "clickbank could not be reached"
