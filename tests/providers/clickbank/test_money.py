"""ClickBank's adapter: refunds and their previews."""

from __future__ import annotations

import pytest

from slackbridge.domain.errors import Later, Rejected
from slackbridge.providers.clickbank.actions import amount_of
from slackbridge.providers.clickbank.provider import ClickBank
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from tests.providers.clickbank.conftest import PAID, REPLY, do
from tests.providers.common import says


async def test_a_partial_refund(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = shop.customer_opens(amount=2_000, recurring=True, receipt="AB CD-12")
    act = do(
        "refund",
        reason="ticket.type.refund.2",
        refund_type="PARTIAL_PERCENT",
        amount=" 12,5 % ",
        retain="true",
        sku="main-course",
        comment="as agreed",
    )
    assert await bank.preview(str(id), act) == (
        "Receipt AB CD-12: the customer gets back 2.50 EUR (2.75 USD; 2.75 USD of the product's "
        "price). A subscription goes on, and bills the customer again."
    )
    assert not shop.ledger.all("refund")
    assert await bank.perform(str(id), act, 5) is None
    (paid,) = shop.ledger.all("refund")
    assert paid.data["amount"] == 250
    assert shop.ticket(id).order.billing
    assert shop.messages(paid.data["ticket_id"])[0].text == "as agreed"


@pytest.mark.parametrize(
    ("kind", "amount", "sent"),
    [
        ("FULL", "", ""),
        ("PARTIAL_PERCENT", "80", "80.00"),
        ("PARTIAL_PERCENT", " 1 % ", "1.00"),
        ("PARTIAL_PERCENT", "12,5", "12.50"),
        ("PARTIAL_AMOUNT", "12.34", "12.34"),
        ("PARTIAL_AMOUNT", "0.05", "0.05"),
        ("PARTIAL_AMOUNT", "700", "700.00"),
    ],
)
def test_amounts_are_written_with_two_decimals(kind: str, amount: str, sent: str) -> None:
    expected = {"refundType": kind, **({"refundAmount": sent} if sent else {})}
    assert amount_of({"refund_type": kind, "amount": amount}) == expected


@pytest.mark.parametrize(
    ("kind", "amount", "words"),
    [
        ("FULL", "5", "takes no figure"),
        ("PARTIAL_PERCENT", "80.01", "from 1 to 80"),
        ("PARTIAL_PERCENT", "0.99", "from 1 to 80"),
        ("PARTIAL_PERCENT", "33.333", "from 1 to 80"),
        ("PARTIAL_PERCENT", "", "from 1 to 80"),
        ("PARTIAL_AMOUNT", "1,000", "above 0"),
        ("PARTIAL_AMOUNT", "-5", "above 0"),
        ("PARTIAL_AMOUNT", "0", "above 0"),
        ("PARTIAL_AMOUNT", "5 EUR", "above 0"),
        ("PARTIAL_AMOUNT", "٣", "above 0"),
        ("full", "", "say how much"),
    ],
)
def test_amounts_that_are_none_are_rejected(kind: str, amount: str, words: str) -> None:
    with pytest.raises(Rejected, match=words):
        amount_of({"refund_type": kind, "amount": amount})


async def test_more_than_is_left_is_not_refunded(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens(amount=2_000))
    act = do("refund", reason=PAID["reason"], refund_type="PARTIAL_AMOUNT", amount="20.01")
    for attempt in (bank.preview(id, act), bank.perform(id, act, 5)):
        with pytest.raises(Rejected, match="exceeds what is left"):
            await attempt
    assert not shop.ledger.all("refund")


async def test_previews_say_exactly_what_happens(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens(amount=2_000, currency="USD", physical=True, type="REFUND"))
    order = shop.ticket(int(id)).order.receipt
    full = "20.00 USD (20.00 USD; 20.00 USD of the product's price)"
    cancel = do("cancel", reason="ticket.type.cancel.7", sku="x")
    assert await bank.preview(id, do("refund", **PAID)) == (
        f"Receipt {order}: the customer gets back {full}. A refund of a recurring product (rfnd) "
        "refunds this receipt and stops billing; of any other product it refunds the sale."
    )
    assert await bank.preview(id, cancel) == (
        f"Receipt {order}: A cancellation of a recurring product (cncl) only stops billing and "
        "refunds nothing; of a product that is not recurring it refunds the sale. "
        f"That refund would be {full}."
    )
    assert (await bank.preview(id, do("change", type="rfnd"))).startswith(
        f"Receipt {order} is refunded in full: {full}."
    )
    assert "always means a full refund" in await bank.preview(id, do("change", type="tech"))
    assert await bank.preview(id, do("returned")) == (
        f"The goods are confirmed to be back, and the refund completes: {full}."
    )
    shop.ticket(int(id)).refund_type, shop.ticket(int(id)).refund_amount = "PARTIAL_AMOUNT", 500
    assert "completes: 5.00 USD" in await bank.preview(id, do("returned"))
    assert "withdraws the customer's refund" in await bank.preview(id, do("close"))
    assert await bank.preview(id, REPLY) == ""
    says(shop, "RefundAmounts", {"partialRefundData": {"usdAmount": {"@nil": "true"}}})
    assert "an amount that ClickBank does not name" in await bank.preview(id, do("refund", **PAID))
    says(shop, "RefundAmounts", {"data": {"usdAmount": 5.5, "productAmount": "4"}})
    assert "5.5 USD; 4 of the product" in await bank.preview(id, do("refund", **PAID))
    says(shop, "RefundAmounts", "[]")
    with pytest.raises(Later, match="cannot be read"):
        await bank.preview(id, do("refund", **PAID))
    says(shop, "RefundAmounts", "none", 400)
    assert "does not say how much" in await bank.preview(id, cancel)
    assert {entry.act for entry in shop.ledger.all()} == {"ticket_opened", "comment"}


async def test_partial_refunds_may_not_be_enabled(shop: ClickBankSandbox, bank: ClickBank) -> None:
    shop.partial_refunds = False
    id = str(shop.customer_opens())
    act = do("refund", reason=PAID["reason"], refund_type="PARTIAL_AMOUNT", amount="1")
    with pytest.raises(Rejected, match="partial refunds are not enabled"):
        await bank.preview(id, act)
    with pytest.raises(Rejected, match="partial refunds must be enabled"):
        await bank.perform(id, act, 5)
    assert shop.calls["Create"] == 1
