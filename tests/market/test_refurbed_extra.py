"""The rest of refurbed, end to end: labels, another topic, and help beside the conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from slackbridge.demo import views
from slackbridge.demo.waiting import until
from slackbridge.providers.refurbed import wire
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from tests.market.conftest import Market, acts


@pytest.fixture
async def shop(
    market: Market, refurbed: RefurbedSandbox, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Market]:
    """The bridge with one refurbed account that looks for answers to help requests often."""
    monkeypatch.setattr(wire, "HELP_SECONDS", 1.0)
    market.add("refurbed-at", "refurbed", refurbed)
    async with market.open():
        yield market


async def test_a_return_label_appears_once_even_if_the_answer_is_lost(
    shop: Market, refurbed: RefurbedSandbox
) -> None:
    ticket = await shop.shown(refurbed.customer_opens())
    refurbed.faults.add(Fault("GenerateReturnShippingLabel", Phase.ANSWER, Action.RESET))
    await shop.submit(await shop.form(ticket, "return_label"))
    await shop.receipt(ticket, "✅ Return label")
    await shop.shown(ticket, 2)
    assert "return-label" in shop.messages(ticket)[1]
    await shop.quiet(0.3)
    assert len(acts(refurbed, "label")) == 1
    assert refurbed.calls["GenerateReturnShippingLabel"] == 1


async def test_another_topic_can_be_asked_for_once(shop: Market, refurbed: RefurbedSandbox) -> None:
    ticket = await shop.shown(refurbed.customer_opens())
    view = await shop.form(ticket, "topic_change")
    await shop.submit(view, message="It is about the invoice.")
    row = await shop.receipt(ticket, "was not sent")
    assert "attachment_exemption_reason" in views.shown(row), "in refurbed's own words"
    assert "topic_change" in shop.offers(ticket)
    view = await shop.form(ticket, "topic_change")
    given = {"attachment_exemption_reason": "OTHER", "message": "It is about the invoice."}
    await shop.submit(view, **given)
    await shop.receipt(ticket, "✅ Request topic change")
    await until("not offered again", lambda: "topic_change" not in shop.offers(ticket))
    refurbed.decide_topic_change(ticket, approve=True, topic="general")
    await shop.says(ticket, "general")
    assert len(acts(refurbed, "topic_change")) == 1
    assert acts(refurbed, "reply") == [], "the customer got nothing"


async def test_the_shops_own_notes_stand_in_the_thread_and_reach_nobody(
    shop: Market, refurbed: RefurbedSandbox
) -> None:
    ticket = refurbed.customer_opens()
    refurbed.set_notes(refurbed.ticket(ticket), "Lot 7")
    await shop.shown(ticket, 2)
    assert all(word in shop.messages(ticket)[1] for word in ("🔒 Private", "Lot 7"))
    refurbed.set_notes(refurbed.ticket(ticket), "Lot 7\nGoodwill: 10 EUR")

    def edited() -> bool:
        rows = map(views.shown, views.thread(shop.slack, ticket))
        return any("Goodwill" in row and "🔒 Private" in row and "✏️" in row for row in rows)

    await until("the change", edited)
    assert acts(refurbed, "reply") == []


async def test_help_is_a_conversation_beside_the_customer_s(
    shop: Market, refurbed: RefurbedSandbox
) -> None:
    ticket = await shop.shown(refurbed.customer_opens())
    assert "help_reply" not in shop.offers(ticket)
    view = await shop.form(ticket, "help_request")
    await shop.submit(view, topic="LEGAL", message="May we refuse this?")
    await shop.receipt(ticket, "✅ Ask refurbed for help")
    await shop.shown(ticket, 2)
    (asked,) = refurbed.help_requests
    refurbed.answer_help_request(asked, "<p>Yes, you may.</p>")
    await shop.shown(ticket, 3)
    assert "Yes, you may." in shop.messages(ticket)[2]
    for row in views.mirrored(shop.slack, ticket)[1:]:
        assert "Help request: Legal" in f"{row['username']} {views.shown(row)}", "who is speaking"
    await shop.submit(await shop.form(ticket, "help_reply"), message="Thank you.")
    await shop.shown(ticket, 4)
    await shop.say(ticket, "Sorry, we must refuse.")
    await until("the reply", lambda: acts(refurbed, "reply"))
    await shop.quiet(0.3)
    assert [e.data["text"] for e in acts(refurbed, "reply")] == ["Sorry, we must refuse."]
    assert len(acts(refurbed, "help_reply")) == 1
    assert len(shop.messages(ticket)) == 4


async def test_a_guest_of_the_menu_gets_no_form(shop: Market, refurbed: RefurbedSandbox) -> None:
    ticket = await shop.shown(refurbed.customer_opens())
    guest = shop.slack.person("gil")
    await shop.choose(guest, ticket, "return_label")
    await shop.whispered(guest, "Guests cannot")
    assert not guest.modals()
    assert "create" not in shop.offers(ticket)


async def test_a_refund_is_bound_to_the_figures_that_were_shown(
    shop: Market, refurbed: RefurbedSandbox
) -> None:
    ticket = await shop.shown(refurbed.customer_opens())
    view = await shop.form(ticket, "refund")
    await shop.submit(view, how_much="part", amount="12.50")
    assert "236.50 EUR remain paid" in await shop.modal("gets back 12.50 EUR")
    refurbed.refunds(ticket, "236.50")  # a colleague, in refurbed's own pages
    await shop.submit(view, typed="12.50")
    await shop.receipt(ticket, "somebody has refunded something meanwhile")
    view = await shop.form(ticket, "refund")
    await shop.submit(view, how_much="all")
    await shop.modal("gets back 236.50 EUR")
    refurbed.faults.add(Fault("RefundOrderItem", Phase.ANSWER, Action.RESET))
    await shop.submit(view, typed="refund")
    await shop.receipt(ticket, "✅ Refund")
    made = [(e.data["refunded"], e.data["by"]) for e in acts(refurbed, "refund")]
    assert made == [("12.50", "driver"), ("236.50", "api")]
    assert refurbed.calls["RefundOrderItem"] == 1
