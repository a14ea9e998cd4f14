"""SellApp's adapter: the order behind a ticket, and the acts that move money or goods."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbridge.domain.errors import Code, Later, Rejected, Unknown, Unsupported
from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Act, Kind
from slackbridge.domain.order import Fact
from slackbridge.ports import capabilities
from slackbridge.providers.sellapp import wire
from slackbridge.providers.sellapp.goods import NAMES
from slackbridge.providers.sellapp.order_wire import OrderRow, sum_of
from slackbridge.providers.sellapp.provider import SellApp
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from slackbridge.sandbox.sellapp.orders import Item
from tests.providers.common import Time, says
from tests.providers.sellapp.conftest import Make

NUMBER = 771204
OURS = {"order": {"id": NUMBER}}


def act(name: str, key: str = "m1", **fields: str) -> Act:
    return Act(Kind.ACTION, action=name, fields=fields, key=key)


@pytest.fixture
def id(shop: SellAppSandbox) -> str:
    shop.orders.place(
        NUMBER, "kim@example.com", Item(4321, "Studio", 2, 4_000), Item(4322, "Fonts", 1, 990)
    )
    return str(shop.customer_opens(order_id=NUMBER, email="kim@example.com"))


async def test_the_order_behind_a_ticket(shop: SellAppSandbox, sellapp: SellApp, id: str) -> None:
    assert isinstance(sellapp, capabilities.Orders)
    assert isinstance(sellapp, capabilities.Previews)
    (ticket,) = await sellapp.read([id])
    order = await sellapp.order(ticket)
    assert order is not None
    assert order.facts == (
        Fact("Order", str(NUMBER)),
        Fact("Status", "completed"),
        Fact("Total", "49.90 EUR"),
        Fact("Item", "2 × Studio (variant 4321) · completed · 40.00 EUR"),
        Fact("Item", "1 × Fonts (variant 4322) · completed · 9.90 EUR"),
        Fact("Paid by", "STRIPE"),
        Fact("Bought", "2027-01-15"),
        Fact("History", "pending 2027-01-15 → paid 2027-01-15 → completed 2027-01-15"),
        Fact("Country", "AT"),
    )
    (about_nothing,) = await sellapp.read([str(shop.customer_opens())])
    assert await sellapp.order(about_nothing) is None
    assert about_nothing.barred == wire.BOUGHT == NAMES
    assert not ticket.barred


async def test_what_is_missing_to_read_orders_is_named(
    shop: SellAppSandbox, make: Make, id: str
) -> None:
    shop.allow("tickets-alone", frozenset({"tickets:read", "tickets:write"}))
    sellapp = make("tickets-alone")
    (ticket,) = await sellapp.read([id])
    for call in (sellapp.order(ticket), sellapp.preview(id, act("refund"))):
        with pytest.raises(Rejected, match="ability `invoice`") as missing:
            await call
        assert missing.value.code == Code.FORBIDDEN
    with pytest.raises(Rejected, match="does not know this order"):
        await make().order(replace(ticket, order="9"))
    says(shop, "GetOrder", {"data": {"id": 5, "status": "PAID"}})
    with pytest.raises(Later, match="cannot be read"):
        await make().order(ticket)


def test_an_order_of_odd_values_is_shown_as_far_as_it_goes() -> None:
    row = OrderRow.of(
        {
            "id": 1,
            "status": None,
            "totals": {"currency": "EUR", "total_cents": 1e400},
            "line_items": {"quantity": "many", "total_cents": "12x", "product_title": "\ud800<b>"},
            "timeline": [None, {"status": 3, "set_at": "yesterday"}],
            "customer": [1],
        }
    )
    assert row is not None
    assert (row.total, str(row)) == ("", "order 1")
    assert sum_of(1_234_567, "EUR") == "12,345.67 EUR"
    assert sum_of(500, "JPY") == "500 JPY"
    assert sum_of(1_500, "kwd") == "1.500 kwd"
    for odd in ({"total_cents": "1e999999"}, {"total_cents": True}, {"total_cents": 10**30}):
        told = OrderRow.of({"id": 1, "totals": odd})
        assert told is not None
        assert told.total == ""


async def test_a_refund_is_told_exactly_before_it_is_made(
    shop: SellAppSandbox, sellapp: SellApp, id: str
) -> None:
    said = await sellapp.preview(id, act("refund", amount="12,5"))
    assert said.startswith(
        "The customer (kim@example.com) gets back, of order 771204 (completed, 49.90 EUR): "
        "12.50 EUR. SellApp passes this on"
    )
    assert await sellapp.perform(id, act("refund", amount="12,5"), 5)
    (refund,) = shop.ledger.all("refund")
    assert (refund.data["cents"], refund.data["order_id"]) == (1_250, NUMBER)
    said = await sellapp.preview(id, act("refund"))
    assert "49.90 EUR): 37.40 EUR. 12.50 EUR were refunded before." in said
    with pytest.raises(Rejected, match=r"only 37\.40 EUR of order"):
        await sellapp.preview(id, act("refund", amount="40"))
    assert await sellapp.perform(id, act("refund", "m2"), 5)
    assert [entry.data["cents"] for entry in shop.ledger.all("refund")] == [1_250, 3_740]
    with pytest.raises(Rejected, match="is refunded already"):
        await sellapp.preview(id, act("refund"))


@pytest.mark.parametrize("fault", [403, 500])
async def test_what_is_not_known_of_a_refund_is_said(
    shop: SellAppSandbox, sellapp: SellApp, id: str, fault: int
) -> None:
    shop.faults.add(Fault("ListRefunds", Phase.COMMIT, Action.STATUS, times=None, status=fault))
    assert "SellApp does not tell how much" in await sellapp.preview(id, act("refund"))
    said = await sellapp.preview(id, act("refund", amount="5"))
    assert "refunded before is not known" in said
    shop.order_becomes(NUMBER, "DISPUTING")
    shop.orders.order(NUMBER).items[0].subscription = 4
    said = await sellapp.preview(id, act("refund"))
    assert "so it may refuse" in said
    assert "A subscription is part of it" in said


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (act("refund", amount="0"), "above 0"),
        (act("refund", amount="1.005"), "above 0"),
        (act("refund", amount="٣"), "above 0"),
        (act("refund", amount="50"), "more than the order's total of 49.90 EUR"),
        (act("replace", variants="7"), "variant 7 is not part.*4321, 4322"),
        (act("resend", email="kim at home"), "is no e-mail address"),
    ],
)
async def test_a_form_that_cannot_be_meant_is_refused_before_anything_is_sent(
    shop: SellAppSandbox, sellapp: SellApp, id: str, form: Act, words: str
) -> None:
    for call in (sellapp.preview(id, form), sellapp.perform(id, form, 5)):
        with pytest.raises(Rejected, match=words):
            await call
    assert not shop.keys


async def test_a_replacement(shop: SellAppSandbox, sellapp: SellApp, id: str) -> None:
    said = await sellapp.preview(id, act("replace", variants="4322"))
    assert "makes a new order, free of charge" in said
    assert "delivers 1 × Fonts (variant 4322) to kim@example.com" in said
    assert await sellapp.perform(id, act("replace", variants="4322"), 5)
    (made,) = shop.ledger.all("replacement")
    assert made.data["variants"] == [4322]
    with pytest.raises(Rejected, match="replaced already"):
        await sellapp.perform(id, act("replace", "m2"), 5)
    assert await sellapp.settled(id, act("replace"), 0) is None


async def test_a_delivery_is_sent_again_or_tried_again(
    shop: SellAppSandbox, sellapp: SellApp, id: str
) -> None:
    assert "once more to kim@example.com" in await sellapp.preview(id, act("resend"))
    assert await sellapp.perform(id, act("resend"), 5)
    shop.order_becomes(NUMBER, "PAID")
    elsewhere = act("resend", "m2", email="other@example.org")
    assert "tries again to deliver" in await sellapp.preview(id, elsewhere)
    assert await sellapp.perform(id, elsewhere, 5)
    assert [(e.act, e.data["to"]) for e in shop.ledger.all() if e.act.startswith("delivery")] == [
        ("delivery_sent", "kim@example.com"),
        ("delivery_retried", "other@example.org"),
    ]
    shop.order_becomes(NUMBER, "PENDING")
    with pytest.raises(Rejected, match="delivers paid orders only"):
        await sellapp.preview(id, act("resend"))


@pytest.mark.parametrize("phase", [Phase.COMMIT, Phase.ANSWER, Phase.HALF])
@pytest.mark.parametrize(
    ("name", "operation", "ledger"),
    [
        ("refund", "RefundOrder", "refund"),
        ("replace", "ReplaceOrder", "replacement"),
        ("resend", "SendFulfillment", "delivery_sent"),
    ],
)
async def test_an_act_repeated_after_a_lost_answer_happens_once(
    shop: SellAppSandbox,
    sellapp: SellApp,
    id: str,
    phase: Phase,
    name: str,
    operation: str,
    ledger: str,
) -> None:
    form = {"amount": "5"} if name == "refund" else {}
    shop.faults.add(Fault(operation, phase, Action.RESET))
    with pytest.raises(Unknown):
        await sellapp.perform(id, act(name, **form), 5)
    assert await sellapp.perform(id, act(name, **form), 5)
    assert len(set(shop.keys)) == 1
    assert len(shop.ledger.all(ledger)) == 1
    if name == "refund":  # a second one that is meant is another
        assert await sellapp.perform(id, act(name, "m2", **form), 5)
        assert len(set(shop.keys)) == len(shop.ledger.all(ledger)) == 2


def test_an_intent_has_one_key_for_all_its_attempts() -> None:
    intent = Intent(id="v1", kind=Kind.ACTION, agent="U1", created=0, action="refund")
    assert intent.act().key == intent.but(tries=3).act().key == "v1"


@pytest.mark.parametrize(
    ("status", "answer", "kind", "words"),
    [
        (200, {"data": {**OURS, "refund": {"status": "failed"}}}, Rejected, "provider"),
        (200, {"data": OURS}, Unknown, "does not show it done"),
        (200, {"data": {"order": {"id": 1}, "refund": {"status": "pending"}}}, Unknown, "not show"),
        (200, {"success": False, "message": "locked"}, Unknown, "does not show it done"),
        (200, {"message": "Accepted"}, Unknown, "does not show it done"),
        (202, "", Unknown, "does not show it done"),
        (409, {"message": "in progress"}, Unknown, "busy with the same request"),
        (500, {}, Unknown, "fault of its own"),
        (422, {"errors": {"order": ["Not refundable."]}}, Rejected, "Not refundable"),
        (403, {"message": "Invalid ability provided."}, Rejected, "ability `invoice`"),
    ],
)
async def test_what_a_refund_is_answered_with_is_not_believed_too_early(
    shop: SellAppSandbox,
    sellapp: SellApp,
    id: str,
    status: int,
    answer: object,
    kind: type,
    words: str,
) -> None:
    says(shop, "RefundOrder", answer, status)
    with pytest.raises(kind, match=words) as raised:
        await sellapp.perform(id, act("refund"), 5)
    assert type(raised.value) is kind


async def test_an_e_mail_that_nobody_gets_is_told(
    shop: SellAppSandbox, sellapp: SellApp, id: str
) -> None:
    says(shop, "SendFulfillment", {"data": {"id": NUMBER}, "meta": {"notifications_sent": 0}})
    with pytest.raises(Rejected, match="SellApp sent nothing"):
        await sellapp.perform(id, act("resend"), 5)


async def test_whether_a_refund_happened(
    shop: SellAppSandbox, sellapp: SellApp, time: Time, id: str
) -> None:
    refund = act("refund", amount="5")
    before = time.now

    async def settled(since: float) -> bool | None:
        return await sellapp.settled(id, refund, since - (sellapp._client.skew or 0.0))

    assert await settled(before) is False
    time.now += 60
    await sellapp.perform(id, refund, 5)
    assert await settled(before) is None  # refunds have no time
    shop.refund_times = True
    assert await settled(before) is True
    assert await settled(time.now + 60) is False
    shop.refund_times = False
    shop.orders.order(NUMBER).refunds[0] = (1, "failed", 500, time.now)
    assert await settled(before) is False
    says(shop, "ListRefunds", {"data": [], "links": {"next": "more"}})
    says(shop, "ListRefunds", {"data": [], "links": {"next": "more"}})
    says(shop, "ListRefunds", {"data": [], "links": {"next": "more"}})
    assert await settled(before) is None


async def test_v1_has_no_orders_to_act_on(shop: SellAppSandbox, make: Make, id: str) -> None:
    old = make(api_version="v1")
    (ticket,) = await old.read([id])
    assert await old.order(ticket)
    for name in NAMES:
        with pytest.raises(Unsupported, match="v1"):
            await old.perform(id, act(name), 5)
        with pytest.raises(Unsupported, match="v1"):
            await old.preview(id, act(name))
    nothing = str(shop.customer_opens())
    with pytest.raises(Rejected, match="names no order"):
        await make().perform(nothing, act("refund"), 5)


async def test_what_was_shown_is_what_is_done(
    shop: SellAppSandbox, sellapp: SellApp, id: str
) -> None:
    assert isinstance(sellapp, capabilities.Pins)
    await sellapp.perform(id, act("refund", amount="10"), 5)
    whole = act("refund", "m2", **await sellapp.pinned(id, act("refund")))
    assert whole.fields["amount"] == "39.90"
    assert "39.90 EUR. 10.00 EUR were refunded before" in await sellapp.preview(id, whole)
    await sellapp.perform(id, act("refund", "m3", amount="1"), 5)  # a colleague was faster
    with pytest.raises(Rejected, match="refundable balance"):
        await sellapp.perform(id, whole, 5)
    again = act("resend", "m4", **await sellapp.pinned(id, act("resend")))
    shop.order_becomes(NUMBER, "PAID")  # so it would be another call
    with pytest.raises(Rejected, match="what was shown is no longer so: order 771204"):
        await sellapp.perform(id, again, 5)
    assert len(shop.ledger.all("refund")) == 2
    shop.faults.add(Fault("ListRefunds", Phase.COMMIT, Action.STATUS, status=500))
    assert "amount" not in await sellapp.pinned(id, act("refund"))
