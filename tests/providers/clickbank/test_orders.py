"""ClickBank's adapter: what was bought, new tickets for a receipt, and what a key may do."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from slackbridge.domain.errors import Code, Later, Rejected
from slackbridge.domain.model import Act, Kind
from slackbridge.domain.order import Order
from slackbridge.ports.capabilities import Adapts, Orders
from slackbridge.providers.clickbank.forms import CAPABILITIES, REASONS
from slackbridge.providers.clickbank.provider import ClickBank
from slackbridge.providers.clickbank.schema import reads_only
from slackbridge.providers.clickbank.settings import ClickBankSettings
from slackbridge.sandbox.clickbank.app import TOKEN, ClickBankSandbox
from slackbridge.sandbox.clickbank.gate import READ, WRITE
from tests.providers.clickbank.conftest import Make
from tests.providers.common import Time, says

DUMP = {
    "transactionTime": "2019-02-18T15:11:38-08:00",
    "receipt": "ABCD12",
    "trackingId": {"@nil": "true"},
    "transactionType": "TEST_SALE",
    "totalOrderAmount": "11.94",
    "currency": "PHP",
    "customerRefundableState": {"@nil": "true"},
    "vendorVariables": {"item": {"name": "cbitems", "value": "3"}},
}
LINE = {
    "itemNo": "3",
    "productTitle": "gateSpeed-ClickBank",
    "recurring": "true",
    "shippable": "false",
    "customerAmount": "11.94",
    "quantity": "1",
    "rebillAmount": "10.00",
    "processedPayments": "1",
    "futurePayments": "998",
    "nextPaymentDate": "2019-03-18T15:11:38-07:00",
    "status": "ACTIVE",
}
OTHER = {"itemNo": "4", "productTitle": "Poster", "recurring": "false", "shippable": "true"}


def told(order: Order | None) -> dict[str, str]:
    return {fact.label: fact.value for fact in order.facts} if order else {}


async def test_the_order_behind_a_ticket(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = shop.customer_opens(recurring=True, amount=1_900, sku="meal-planner")
    ticket = (await bank.get(str(id))).ticket
    shop.customer_opens(receipt=ticket.order)
    assert isinstance(bank, Orders)
    assert told(await bank.order(ticket)) == {
        "Item": "Meal Planner",
        "Paid": "19.00 EUR",
        "Bought": "2027-01-15",
        "Subscription": "active, 19.00 EUR, next on 2027-02-14",
        "Payments": "1 made, 998 to come",
        "Goods": "download",
        "Refund": "can be refunded",
        "Tickets of this receipt": "2",
    }
    assert (shop.calls["Order"], shop.calls["Count"]) == (1, 1)


@pytest.mark.parametrize(
    "answer",
    [
        {"orderData": {**DUMP, "lineItemData": LINE}},
        {"orderData": [{**DUMP, "lineItemData": [LINE]}]},
        {"orderData": {**DUMP, "lineItemData": [OTHER, LINE]}},
        [{**DUMP, "lineItemData": [LINE]}],
        {**DUMP, "lineItemData": LINE},
        {"orderData": [{**DUMP, "transactionType": "RFND"}, {**DUMP, "lineItemData": LINE}]},
    ],
)
async def test_an_order_in_every_form(shop: ClickBankSandbox, bank: ClickBank, answer: Any) -> None:
    row = {"ticketid": "7", "receipt": "ABCD12", "status": "OPEN", "productItemNo": "3"}
    says(shop, "Get", row)
    ticket = (await bank.get("7")).ticket
    says(shop, "Order", answer)
    assert told(await bank.order(ticket)) == {
        "Item": "gateSpeed-ClickBank",
        "Paid": "11.94 PHP",
        "Bought": "2019-02-18",
        "Subscription": "active, 10.00 PHP, next on 2019-03-18",
        "Payments": "1 made, 998 to come",
        "Goods": "download",
        "Tickets of this receipt": "0",
    }


@pytest.mark.parametrize(
    ("answer", "facts"),
    [
        ({"orderData": {"@nil": "true"}}, {}),
        ({"orderData": []}, {}),
        ("null", {}),
        ({"error": "no"}, None),
        ({"orderData": [7]}, None),
        ({"orderData": {**DUMP, "receipt": "OTHER123", "lineItemData": LINE}}, {}),
        (
            {"orderData": {**DUMP, "lineItemData": {"itemNo": ["x"], "nextPaymentDate": "soon"}}},
            {"Paid": "11.94 PHP", "Bought": "2019-02-18"},
        ),
        (
            {
                "orderData": {
                    "receipt": "abcd12",
                    "customerRefundableState": "TO_OLD",
                    "lineItemData": {**OTHER, "quantity": 2, "customerAmount": 5.5},
                }
            },
            {
                "Item": "2 x Poster",
                "Paid": "5.5",
                "Subscription": "no",
                "Goods": "shipped",
                "Refund": "too old for a refund",
            },
        ),
        (
            {"orderData": {"receipt": "ABCD12", "lineItemData": {"refundsBlocked": True}}},
            {"Refund": "refunds are blocked"},
        ),
    ],
)
async def test_odd_orders(
    shop: ClickBankSandbox, bank: ClickBank, answer: Any, facts: dict[str, str] | None
) -> None:
    says(shop, "Get", {"ticketid": "7", "receipt": "ABCD12", "status": "OPEN"})
    ticket = (await bank.get("7")).ticket
    says(shop, "Order", answer)
    if facts is None:
        with pytest.raises(Later, match="cannot be read"):
            await bank.order(ticket)
    else:
        found = told(await bank.order(ticket))
        found.pop("Tickets of this receipt", None)
        assert found == facts


async def test_an_order_that_may_not_be_read_names_the_role(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    ticket = (await bank.get(str(shop.customer_opens()))).ticket
    for _ in range(2):
        says(shop, "Order", "Access is denied", 403)
    with pytest.raises(Rejected, match="the role api_order_read") as raised:
        await bank.order(ticket)
    assert raised.value.code == Code.FORBIDDEN
    says(shop, "Get", {"ticketid": "7", "status": "OPEN"})
    assert await bank.order((await bank.get("7")).ticket) is None, "it names no receipt"


# -- new tickets -------------------------------------------------------------------------------


def new(receipt: str, reason: str, **more: str) -> Act:
    return Act(Kind.ACTION, action="create", fields={"receipt": receipt, "reason": reason, **more})


async def test_a_ticket_can_be_opened_for_any_receipt(
    shop: ClickBankSandbox, bank: ClickBank, time: Time
) -> None:
    receipt = shop.ticket(shop.customer_opens(amount=4_700, recurring=True)).order.receipt
    support = new(receipt.lower(), "ticket.type.tech_support.9", comment="we look into it")
    assert "A support ticket moves no money" in await bank.preview("~", support)
    done = await bank.perform("~", support, 5)
    assert done is not None
    assert (done.ticket.type, done.ticket.order) == ("TECH_SUPPORT", receipt)
    part = new(
        receipt, "ticket.type.refund.2", refund_type="PARTIAL_AMOUNT", amount="4", retain="true"
    )
    assert "gets back 4.00 EUR" in await bank.preview("~", part)
    time.now += 60
    since = time.now
    assert await bank.settled("~", part, since) is False
    done = await bank.perform("~", part, 5)
    assert done is not None
    assert shop.ledger.all("refund")[0].data["amount"] == 400
    assert await bank.settled("~", part, since) is True
    stop = new(receipt, "ticket.type.cancel.5")
    assert "the billing of this subscription stops" in await bank.preview("~", stop)
    await bank.perform("~", stop, 5)
    assert len(shop.ledger.all("billing_stopped")) == 1


@pytest.mark.parametrize("kind", ["rfnd", "cncl", "tech"])
def test_a_new_ticket_is_money_by_its_reason(bank: ClickBank, kind: str) -> None:
    create = CAPABILITIES.create
    assert create is not None
    assert isinstance(bank, Adapts)
    offered = {value for field in create.fields for value, _ in field.options}
    for reason, _ in REASONS[kind]:
        assert bank.adapted(create, None, {"reason": reason}).money is (kind != "tech")
        assert reason in offered
    assert not bank.adapted(create, None, {}).money, "everybody may open the form"


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (new("ABC", "ticket.type.refund.1", refund_type="FULL"), "4 letters and digits or more"),
        (new("AB/CD12", "ticket.type.refund.1"), "4 letters and digits or more"),
        (new("ABCD12", "x"), "one of ClickBank's reasons"),
        (new("ABCD12", "ticket.type.refund.1"), "say how much"),
    ],
)
async def test_a_new_ticket_that_cannot_be(
    shop: ClickBankSandbox, bank: ClickBank, act: Act, words: str
) -> None:
    for attempt in (bank.preview("~", act), bank.perform("~", act, 5)):
        with pytest.raises(Rejected, match=words):
            await attempt
    assert not shop.calls


# -- keys --------------------------------------------------------------------------------------


async def test_check_names_a_key_that_may_only_read(shop: ClickBankSandbox, make: Make) -> None:
    shop.allow("API-READER", frozenset({READ}))
    health = await make("API-READER").probe()
    assert health.ok
    assert health.detail == (
        "ClickBank answers; the key may only read: to answer, it needs the role api_order_write"
    )
    assert (await make().probe()).detail == "ClickBank answers"
    bank = make()
    says(shop, "Debug", f"something else, {TOKEN}")
    assert (await bank.probe()).detail == "ClickBank answers", "its form is written nowhere"
    says(shop, "Debug", "no", 500)
    assert (await bank.probe()).detail == "ClickBank answers"


def test_roles_are_found_in_any_form() -> None:
    assert reads_only(f"[ROLE_LOGGED_IN, {READ.upper()}]")
    assert not reads_only(f"{READ} {WRITE}")
    assert not reads_only("")


def test_each_part_of_a_legacy_key_is_a_secret() -> None:
    for token, parts in ((" DEV-AAAA:API-BBBB", {"DEV-AAAA", "API-BBBB"}), ("API-C", {"API-C"})):
        settings = ClickBankSettings(
            name="shop", provider="clickbank", token_env="CLICKBANK_KEY", token=SecretStr(token)
        )
        assert {*settings.secrets()} == {token, *parts}


async def test_a_part_of_the_key_is_not_quoted(shop: ClickBankSandbox, make: Make) -> None:
    bank = make("DEV-AAAAAAAA:API-BBBBBBBB")
    says(shop, "List", "Invalid clerk key API-BBBBBBBB", 401)
    with pytest.raises(Rejected) as raised:
        await bank.list_active("")
    assert "Invalid clerk key ***" in raised.value.reason
