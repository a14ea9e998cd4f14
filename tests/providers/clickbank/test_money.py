"""ClickBank's adapter: refunds and their previews."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from slackbridge.domain.errors import Later, Rejected, Unknown
from slackbridge.domain.model import Act
from slackbridge.providers.clickbank.actions import Bought, amount_of, call_of
from slackbridge.providers.clickbank.forms import CAPABILITIES
from slackbridge.providers.clickbank.provider import ClickBank
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.clickbank.records import Order
from tests.providers.clickbank.conftest import PAID, REPLY, do
from tests.providers.common import Time, says


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
    answer = await bank.perform(str(id), act, 5)
    (paid,) = shop.ledger.all("refund")
    assert answer is not None
    assert answer.ticket.key.id == str(paid.data["ticket_id"]) != str(id)
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


FULL = "20.00 USD (20.00 USD; 20.00 USD of the product's price)"
BY_RULE = (
    "A refund of a recurring product (rfnd) refunds this receipt and stops billing; "
    "of any other product it refunds the sale."
)


async def test_previews_say_exactly_what_happens(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens(amount=2_000, currency="USD", type="TECH_SUPPORT"))
    order = shop.ticket(int(id)).order.receipt
    cancel = do("cancel", reason="ticket.type.cancel.7")
    assert await bank.preview(id, do("refund", **PAID)) == (
        f"Receipt {order}: the customer gets back {FULL}. {BY_RULE}"
    )
    assert await bank.preview(id, cancel) == (
        f"Receipt {order}: this is no subscription, so the sale is refunded: {FULL}."
    )
    assert await bank.preview(id, do("change", type="rfnd")) == (
        f"Receipt {order} is refunded in full: {FULL}. {BY_RULE}"
    )
    assert "always means a full refund" in await bank.preview(id, do("change", type="tech"))
    assert await bank.preview(id, REPLY) == ""
    assert "Closing a ticket by hand" in await bank.preview(id, do("close"))
    says(shop, "RefundAmounts", {"partialRefundData": {"usdAmount": {"@nil": "true"}}})
    assert "an amount that ClickBank does not name" in await bank.preview(id, do("refund", **PAID))
    says(shop, "RefundAmounts", {"data": {"usdAmount": 5.5, "productAmount": "4"}})
    assert "5.5 USD; 4 of the product" in await bank.preview(id, do("refund", **PAID))
    says(shop, "RefundAmounts", "[]")
    with pytest.raises(Later, match="cannot be read"):
        await bank.preview(id, do("refund", **PAID))
    for _ in range(2):
        says(shop, "Order", "none", 403)
    said = await bank.preview(id, cancel)
    assert "only stops billing and refunds nothing; of a product that is not recurring" in said
    assert {entry.act for entry in shop.ledger.all()} == {"ticket_opened", "comment"}


async def test_what_stopping_a_subscription_stops(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens(type="TECH_SUPPORT", recurring=True, amount=1_900))
    receipt = shop.ticket(int(id)).order.receipt
    said = await bank.preview(id, do("cancel", reason="ticket.type.cancel.7"))
    assert said == (
        f"Receipt {receipt}: the billing of this subscription stops (19.00 EUR, next on "
        "2027-02-14); nothing is refunded."
    )
    assert "RefundAmounts" not in shop.calls


async def test_a_full_refund_whose_sum_is_not_told_may_be_confirmed(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    shop.full_amounts = False  # ClickBank's page calls refundAmount required
    id = str(shop.customer_opens(type="REFUND"))
    unknown = "the whole amount; ClickBank does not say beforehand how much that is"
    for act in (
        do("refund", **PAID),
        do("change", type="rfnd"),
        do("returned"),
        do("close"),
    ):
        shop.ticket(int(id)).order.physical = act.action == "returned"
        said = await bank.preview(id, act)
        assert unknown in said
        assert "refundAmount is required" in said


async def test_a_refused_part_is_not_confirmed(shop: ClickBankSandbox, bank: ClickBank) -> None:
    shop.full_amounts = False
    id = str(shop.customer_opens(amount=2_000))
    part = do("refund", reason=PAID["reason"], refund_type="PARTIAL_AMOUNT", amount="20.01")
    with pytest.raises(Rejected, match="exceeds what is left"):
        await bank.preview(id, part)


@pytest.mark.parametrize(
    ("type", "amount", "words"),
    [
        ("TAX", "3.10", "the tax alone, of which ClickBank names no sum (3.10)"),
        ("TAX", "", "the tax alone, of which ClickBank names no sum"),
        (
            "PARTIAL_QUANTITY",
            "2.00",
            "a part of the quantity, of which ClickBank names no sum (2.00)",
        ),
        ("SOME_DAY", "1", "some day (1)"),
        ("PARTIAL_PERCENT", "", "a percentage"),
    ],
)
async def test_refunds_that_the_preview_does_not_know(
    shop: ClickBankSandbox, bank: ClickBank, type: str, amount: str, words: str
) -> None:
    row = {"ticketid": "7", "receipt": "ABCD12", "status": "OPEN", "type": "REFUND"}
    says(shop, "Get", {**row, "refundType": type, "refundAmount": amount})
    assert dict((await bank.get("7")).ticket.extra)["refund"] == words
    says(shop, "Get", {**row, "refundType": type, "refundAmount": amount})
    assert f"they do not get back {words}." in await bank.preview("7", do("close"))
    assert "RefundAmounts" not in shop.calls


async def test_a_part_paid_beside_the_customers_own_request_is_paid_twice(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    """11.75 EUR by the agent, 35.25 EUR by ClickBank a day later."""
    ticket = shop.customer_opens(type="REFUND", amount=4_700)
    id, row = str(ticket), (await bank.get(str(ticket))).ticket
    other = str(shop.customer_opens(type="TECH_SUPPORT", receipt=shop.ticket(ticket).order.receipt))
    part = do("refund", refund_type="PARTIAL_PERCENT", amount="25", reason=PAID["reason"])
    (refund,) = [one for one in CAPABILITIES.actions if one.name == "refund"]
    assert "ClickBank pays it, too" in bank.adapted(refund, row, {}).explains
    due = f"{datetime.fromtimestamp(time.now + 86_400, UTC):%a %d %b %Y, %H:%M} UTC"
    for one in (id, other):
        said = await bank.preview(one, part)
        assert "the customer gets back 11.75 EUR" in said
        assert f"the refund request of ticket {id} (the whole amount) stays open beside it" in said
        assert f"and ClickBank pays it, too, by itself about {due}: the customer gets both" in said
    await bank.perform(id, part, 5)
    time.now += 86_401
    shop.age()
    assert [entry.data["amount"] for entry in shop.ledger.all("refund")] == [1_175, 3_525]
    assert "gets both" not in await bank.preview(other, do("cancel", reason="ticket.type.cancel.7"))


async def test_with_the_request_withdrawn_only_the_part_is_paid(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    id = str(shop.customer_opens(type="REFUND", amount=4_700))
    part = do("refund", refund_type="PARTIAL_PERCENT", amount="25", reason=PAID["reason"])
    await bank.perform(id, do("close", comment="as agreed"), 5)
    assert "gets both" not in await bank.preview(id, part)
    await bank.perform(id, part, 5)
    time.now += 86_401
    shop.age()
    assert [entry.data["amount"] for entry in shop.ledger.all("refund")] == [1_175]


@pytest.mark.parametrize(
    ("type", "act", "words"),
    [
        (
            "REFUND",
            do("close"),
            "withdraws the customer's refund request: they do not get back 20.00",
        ),
        (
            "REFUND",
            do("close"),
            "Left open, it is paid: ClickBank refunds by itself about 24 hours",
        ),
        ("CANCEL", do("close"), "withdraws the customer's cancellation: a subscription goes on"),
        ("REFUND", do("change", type="tech"), "request ends: ClickBank no longer pays 20.00 EUR"),
        ("CANCEL", do("change", type="tech"), "cancellation ends: a subscription goes on"),
        ("REFUND", do("reopen", comment="x"), "open again, for 20.00 EUR"),
        ("CANCEL", do("reopen", comment="x"), "open again, and ClickBank works it off"),
    ],
)
async def test_what_withholds_money_says_so(
    shop: ClickBankSandbox, bank: ClickBank, type: str, act: Act, words: str
) -> None:
    id = str(shop.customer_opens(type=type, amount=2_000))
    assert words in await bank.preview(id, act)


async def test_closing_and_reopening_are_money_on_a_refund_or_a_cancellation(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    close, reopen, change = CAPABILITIES.actions[:3]
    for type, asks in (("REFUND", True), ("CANCEL", True), ("TECH_SUPPORT", False)):
        ticket = (await bank.get(str(shop.customer_opens(type=type)))).ticket
        assert [bank.adapted(one, ticket, {}).money for one in (close, reopen)] == [asks, asks]
        assert bank.adapted(change, ticket, {}).money
    assert bank.adapted(close, None, {}).money, "a ticket that cannot be read may be one"
    says(shop, "Get", {"ticketid": "7", "status": "OPEN", "type": {"@nil": "true"}})
    assert bank.adapted(close, (await bank.get("7")).ticket, {}).money
    says(shop, "Get", {"ticketid": "7", "status": "OPEN", "type": "Refund"})
    assert bank.adapted(close, (await bank.get("7")).ticket, {}).money


async def test_goods_are_back_only_where_goods_were_shipped(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    boxed = str(shop.customer_opens(type="REFUND", physical=True, amount=2_000))
    assert (await bank.preview(boxed, do("returned"))).startswith(
        "The goods are confirmed to be back, and the refund completes: 20.00 EUR"
    )
    shop.ticket(int(boxed)).refund_type = "PARTIAL_AMOUNT"
    shop.ticket(int(boxed)).refund_amount = 500
    assert "completes: 5.00 EUR" in await bank.preview(boxed, do("returned"))
    download = str(shop.customer_opens(type="REFUND"))
    with pytest.raises(Rejected, match="nothing was shipped"):
        await bank.preview(download, do("returned"))
    with pytest.raises(Rejected, match="only for goods that were shipped"):
        await bank.perform(download, do("returned"), 5)
    says(shop, "Order", {"orderData": {"receipt": shop.ticket(int(download)).order.receipt}})
    assert "Whether goods were shipped is not known" in await bank.preview(download, do("returned"))
    for answer in ("", '{"shippingNoticeData": {}}'):
        says(shop, "Returned", answer)
        assert await bank.perform(boxed, do("returned"), 5) is None
    says(shop, "Returned", {"error": "no"})
    with pytest.raises(Unknown):
        await bank.perform(boxed, do("returned"), 5)


async def test_the_item_of_the_ticket_is_the_sku_wherever_one_is_wanted(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    """A cart of several items: without a sku ClickBank refuses every call of its order."""
    cart = Order("CART1234", "Kim", "M", "k@example.com", "course", 2_000, "EUR", physical=True)
    shop.add_order(replace(cart, others=("book", "poster")))
    id = str(shop.customer_opens(type="REFUND", receipt=cart.receipt))
    ticket = (await bank.get(id)).ticket
    assert await bank.order(ticket)
    for act in (
        do("refund", **PAID),
        do("cancel", reason="ticket.type.cancel.7"),
        do("change", type="rfnd"),
        do("returned"),
        do("close"),
    ):
        assert "20.00 EUR" in await bank.preview(id, act), act.action
    await bank.perform(id, do("refund", **PAID), 5)
    asked = [one for one in CAPABILITIES.actions if any(f.name == "sku" for f in one.fields)]
    assert [one.name for one in asked] == ["refund", "cancel", "tech"]
    for one in asked:
        assert "sku" not in {field.name for field in bank.adapted(one, ticket, {}).fields}
        unnamed = replace(ticket, item="")
        assert "sku" in {field.name for field in bank.adapted(one, unnamed, {}).fields}
    told = {**PAID, "refund_type": "FULL", "sku": "book"}
    assert call_of("1", do("refund", **told), Bought("ABCD1234", "course")).params["sku"] == "book"


async def test_partial_refunds_may_not_be_enabled(shop: ClickBankSandbox, bank: ClickBank) -> None:
    shop.partial_refunds = False
    id = str(shop.customer_opens())
    act = do("refund", reason=PAID["reason"], refund_type="PARTIAL_AMOUNT", amount="1")
    with pytest.raises(Rejected, match="partial refunds are not enabled"):
        await bank.preview(id, act)
    with pytest.raises(Rejected, match="partial refunds must be enabled"):
        await bank.perform(id, act, 5)
    assert shop.calls["Create"] == 1
