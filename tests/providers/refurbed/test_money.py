"""refurbed's refund of an order item: its figures, its binding to them, and how it is settled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbridge.domain.errors import Failure, Rejected, Unknown
from slackbridge.domain.model import Act, Kind
from slackbridge.ports.capabilities import Pins, Previews, Settles
from slackbridge.providers.refurbed.money import cents
from slackbridge.providers.refurbed.provider import Refurbed
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from tests.providers.common import says
from tests.providers.refurbed.conftest import Make


def refund(how_much: str = "part", amount: str = "12.50") -> Act:
    given = {"how_much": how_much, **({"amount": amount} if amount else {})}
    return Act(Kind.ACTION, action="refund", fields=given)


WHOLE = refund("all", "")


async def shown(refurbed: Refurbed, id: str, act: Act) -> Act:
    """The act as it is after its figures were shown."""
    act = replace(act, fields=await refurbed.pinned(id, act))
    assert await refurbed.preview(id, act)
    return act


def refunds(shop: RefurbedSandbox) -> list[tuple[str, str]]:
    return [(e.data["refunded"], e.data["by"]) for e in shop.ledger.all("refund")]


async def test_the_figures_come_first_and_then_exactly_that_is_refunded(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    for port in (Pins, Previews, Settles):
        assert isinstance(refurbed, port)
    id = str(shop.customer_opens())
    item = shop.ticket(int(id)).item.id
    act = replace(refund(), fields=await refurbed.pinned(id, refund()))
    assert await refurbed.preview(id, act) == (
        f"Order item {item}: the customer gets back 12.50 EUR of 249.00 EUR that are paid; "
        "236.50 EUR remain paid. Refunded in all: 12.50 EUR. "
        "Of this refund refurbed bears 1.25 and you 11.25."
    )
    assert refunds(shop) == []
    done = await refurbed.perform(id, act, 5)
    assert done is not None
    assert done.ticket.key.id == id
    assert refunds(shop) == [("12.50", "api")]
    assert shop.sale(int(id)).paid == 236_50
    await refurbed.perform(id, await shown(refurbed, id, WHOLE), 5)
    assert refunds(shop)[1:] == [("236.50", "api")]
    with pytest.raises(Rejected, match="not possible: everything that was paid is refunded"):
        await refurbed.pinned(id, WHOLE)


async def test_a_refund_that_was_not_shown_is_still_of_the_amount_entered(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    id = str(shop.customer_opens())
    assert "gets back 12.50 EUR" in await refurbed.preview(id, refund())
    await refurbed.perform(id, refund(), 5)
    assert refunds(shop) == [("12.50", "api")]
    assert await refurbed.settled(id, refund(), 0) is None, "nobody knows what was paid before"


async def test_what_somebody_refunded_meanwhile_is_not_refunded_twice(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    id = str(shop.customer_opens())
    act = await shown(refurbed, id, refund())
    shop.refunds(int(id), "236.50")
    words = r"249\.00 EUR were paid when you were asked, and now it is 236\.50 EUR"
    with pytest.raises(Rejected, match=words):
        await refurbed.perform(id, act, 5)
    assert refunds(shop) == [("12.50", "driver")]


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("act", [refund(), WHOLE], ids=["part", "all"])
async def test_a_refund_whose_answer_was_lost_is_settled_by_what_remains_paid(
    shop: RefurbedSandbox, refurbed: Refurbed, act: Act, committed: bool
) -> None:
    id = str(shop.customer_opens())
    act = await shown(refurbed, id, act)
    phase = Phase.ANSWER if committed else Phase.COMMIT
    shop.faults.add(Fault("RefundOrderItem", phase, Action.RESET))
    with pytest.raises(Unknown):
        await refurbed.perform(id, act, 5)
    assert await refurbed.settled(id, act, 0) is committed
    assert len(refunds(shop)) == committed
    if act.fields["how_much"] == "part":
        shop.refunds(int(id), "100")
        assert await refurbed.settled(id, act, 0) is None, "of a third amount nobody can tell"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"total_paid": "249.00", "refunded": "0.00"}, Unknown),
        ({}, Unknown),
        ({"error": "busy"}, Unknown),
        ({"success": False}, Unknown),
    ],
)
async def test_an_answer_that_does_not_show_the_refund_proves_nothing(
    shop: RefurbedSandbox, refurbed: Refurbed, answer: object, kind: type[Failure]
) -> None:
    id = str(shop.customer_opens())
    act = await shown(refurbed, id, refund())
    says(shop, "RefundOrderItem", answer)
    with pytest.raises(kind):
        await refurbed.perform(id, act, 5)
    assert await refurbed.settled(id, act, 0) is False


async def test_figures_that_are_not_what_was_asked_for_are_not_offered(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    id = str(shop.customer_opens())
    says(shop, "CalculateRefundOrderItem", {"refunded": "236.50", "total_paid": "12.50"})
    with pytest.raises(Rejected, match=r"would refund 236\.50 and not 12\.50"):
        await shown(refurbed, id, refund())


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (refund("", "1"), "say how much"),
        (refund("part", ""), "a number above 0"),
        (refund("part", "0,00"), "a number above 0"),
        (refund("part", "-5"), "a number above 0"),
        (refund("part", "1,000.00"), "a number above 0"),
        (refund("part", "250"), r"only 249\.00 EUR are still paid"),
        (refund("all", "10"), "leave it empty"),
    ],
)
async def test_an_unclear_amount_is_refused(
    shop: RefurbedSandbox, refurbed: Refurbed, act: Act, words: str
) -> None:
    id = str(shop.customer_opens())
    with pytest.raises(Rejected, match=words):
        await shown(refurbed, id, act)
    with pytest.raises(Rejected, match=words):
        await refurbed.perform(id, act, 5)
    assert refunds(shop) == []


async def test_what_cannot_be_refunded_is_said_before_anything_is_asked(
    shop: RefurbedSandbox, refurbed: Refurbed, make: Make
) -> None:
    id = str(shop.customer_opens())
    shop.set_eligibility(int(id), "INELIGIBLE_PERIOD_EXPIRED")
    with pytest.raises(Rejected, match="not possible any more: the order is too old"):
        await refurbed.pinned(id, refund())
    back = str(shop.customer_opens(buyback=True))
    with pytest.raises(Rejected, match="not about an order item that was bought from you"):
        await refurbed.pinned(back, refund())
    shop.allow("viewer", frozenset({"merchant.ticket:view", "merchant.orderItem:view"}))
    shop.set_eligibility(int(id), "ELIGIBLE")
    viewer = make("viewer")
    act = await shown(viewer, id, refund())
    with pytest.raises(Rejected, match=r"needs the permission merchant\.orderItem:refund"):
        await viewer.perform(id, act, 5)
    assert refunds(shop) == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [("0", 0), ("12", 1200), ("12,5", 1250), ("12.05", 1205), ("1.005", None), ("", None)],
)
def test_amounts_are_read_exactly(text: str, amount: int | None) -> None:
    assert cents(text) == amount
