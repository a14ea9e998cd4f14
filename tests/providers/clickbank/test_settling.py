"""ClickBank's adapter: whether an act happened, after its answer was lost."""

from __future__ import annotations

import asyncio

import pytest

from slackbridge.domain.errors import Unknown
from slackbridge.providers.clickbank.provider import ClickBank
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.providers.clickbank.conftest import PAID, do
from tests.providers.common import Time, says


async def test_a_refund_is_settled_by_the_tickets_of_its_receipt(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    id = str(shop.customer_opens(type="TECH_SUPPORT", recurring=True))
    receipt = shop.ticket(int(id)).order.receipt
    act = do("refund", **{**PAID, "refund_type": "PARTIAL_AMOUNT", "amount": "1"})
    await bank.perform(id, act, 5)  # an older one of the same kind
    time.now += 60
    since = time.now
    assert await bank.settled(id, act, since) is False
    shop.faults.add(Fault("Create", Phase.ANSWER, Action.RESET))
    with pytest.raises(Unknown):
        await bank.perform(id, act, 5)
    assert await bank.settled(id, act, since) is True
    assert await bank.settled(id, do("cancel"), since) is False
    shop.name_source = False
    assert await bank.settled(id, act, since) is None
    shop.name_source = True
    time.now += 10
    since = time.now
    shop.customer_opens(type="REFUND", receipt=receipt)  # by the customer at the same time
    assert await bank.settled(id, act, since) is None


async def test_without_certain_times_it_cannot_be_told(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    id = str(shop.customer_opens())
    act = do("tech", reason="ticket.type.tech_support.9")
    await bank.perform(id, act, 5)
    shop.dates = "zoneless"
    assert await bank.settled(id, act, time.now + 3_600) is None
    assert await bank.settled(id, act, time.now + 30 * 3_600) is False
    row = {"ticketid": 8, "receipt": "ABCD12", "type": "TECH_SUPPORT", "source": "API"}
    says(shop, "Get", {**row, "ticketid": 7})
    says(shop, "List", [row])
    assert await bank.settled("7", act, time.now) is None


async def test_clocks_that_differ_are_reckoned_with(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    shop.clock.advance(600)
    id = str(shop.customer_opens())
    act = do("tech", reason="ticket.type.tech_support.9")
    await bank.perform(id, act, 5)
    time.now += 60
    assert await bank.settled(id, act, time.now) is False
    assert await bank.settled(id, act, time.now - 60) is True


async def test_other_actions_are_settled_by_the_ticket(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    id = str(shop.customer_opens())
    assert await bank.settled(id, do("close"), time.now) is False
    assert await bank.settled(id, do("change", type="cncl"), time.now) is False
    assert await bank.settled(id, do("returned"), time.now) is None
    await bank.perform(id, do("change", type="cncl"), 5)
    assert await bank.settled(id, do("change", type="cncl"), time.now) is True
    shop.close(int(id))
    assert await bank.settled(id, do("close"), time.now) is True
    assert await bank.settled(id, do("reopen"), time.now) is False
    shop.reopen(int(id))
    assert await bank.settled(id, do("reopen"), time.now) is True


@pytest.mark.parametrize(
    ("phase", "action", "committed"),
    [
        (Phase.COMMIT, Action.DELAY, 1),  # the server goes on after we gave up
        (Phase.ANSWER, Action.DELAY, 1),
        (Phase.COMMIT, Action.RESET, 0),
        (Phase.ANSWER, Action.RESET, 1),
        (Phase.HALF, Action.RESET, 1),
        (Phase.COMMIT, Action.STATUS, 0),
        (Phase.ANSWER, Action.STATUS, 1),
    ],
)
async def test_a_refund_whose_answer_is_lost_is_unknown_and_made_once(
    shop: ClickBankSandbox, bank: ClickBank, phase: Phase, action: Action, committed: int
) -> None:
    id = shop.customer_opens()
    shop.faults.add(Fault("Create", phase, action, seconds=1.2))
    with pytest.raises(Unknown):
        await bank.perform(str(id), do("refund", **PAID), 1.0)
    await bank.get(str(id))
    if action is Action.DELAY:
        await asyncio.sleep(0.3)
    done = [e for e in shop.ledger.all("comment", "refund") if e.data.get("role") != "CUSTOMER"]
    assert len(done) <= committed
    assert shop.faults.seen.count("Create") == 1
