"""What is the same for every marketplace: routes, actions, several accounts."""

from __future__ import annotations

import time

import pytest

from slackbridge.app import Bridge
from slackbridge.config.errors import ConfigError
from slackbridge.demo import views
from slackbridge.demo.waiting import until
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.clickbank.records import REFUND, TECH_SUPPORT
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from tests.market.conftest import CHANNEL, Market, acts

REFUNDS = "C0REFUNDS"


async def test_routes_and_actions_go_by_the_ticket_s_type(
    market: Market, clickbank: ClickBankSandbox
) -> None:
    market.add("cb-shop", "clickbank", clickbank)
    support = clickbank.customer_opens(type=TECH_SUPPORT)
    refund = clickbank.customer_opens(type=REFUND)
    async with market.open(routes=({"when": {"type": "refund"}, "channel": REFUNDS},)):
        await market.shown(support)
        await market.shown(refund, channel=REFUNDS)
        assert not views.cards(market.slack, refund), "in one channel only"
        assert "returned" not in market.offers(support)
        card = views.cards(market.slack, refund, REFUNDS)[0]
        assert "Goods are back" in str(card["blocks"])
        said = await market.anna.command("/ticket", f"why cb-shop:{refund}", channel=CHANNEL)
        assert f"<#{REFUNDS}>" in str(said)


async def test_a_ticket_is_opened_where_a_seller_may(
    market: Market, refurbed: RefurbedSandbox, sellgate: SellgateSandbox
) -> None:
    market.add("refurbed-at", "refurbed", refurbed)
    market.add("sg-shop", "sellgate", sellgate)
    async with market.open():
        said = str(await market.anna.command("/ticket", "new sg-shop", channel=CHANNEL))
        assert "The marketplace of sg-shop lets no seller open a ticket" in said
        assert "`/ticket new refurbed-at`" in said
        assert not market.anna.modals()
        await market.anna.command("/ticket", "new", channel=CHANNEL)
        assert "Opens a ticket" in views.shown(market.anna.modals()[-1])


async def test_a_form_submitted_again_is_the_same_act(
    market: Market, clickbank: ClickBankSandbox
) -> None:
    market.add("cb-shop", "clickbank", clickbank)
    ticket = clickbank.customer_opens()
    async with market.open():
        await market.shown(ticket)
        view = await market.form(ticket, "tech")
        market.slack.delivery.duplicate("view_submission", copies=3)
        await market.submit(view, reason="ticket.type.tech_support.4", comment="A new one.")
        row = await market.receipt(ticket, "✅ Open a support ticket")
        assert "<@U0ANNA>" in views.shown(row)
        await market.quiet()
        assert clickbank.calls["Create"] == 1
        opened = max(clickbank.tickets)
        await until("its thread", lambda: views.cards(market.slack, opened))


async def test_an_act_that_is_no_money_is_tried_again_until_it_is_done(
    market: Market, clickbank: ClickBankSandbox
) -> None:
    market.add("cb-shop", "clickbank", clickbank)
    ticket = clickbank.customer_opens()
    async with market.open():
        await market.shown(ticket)
        at_once = {"Retry-After": "0"}
        busy = Fault("Update", Phase.COMMIT, Action.STATUS, times=2, status=429, headers=at_once)
        clickbank.faults.add(busy)
        await market.submit(await market.form(ticket, "close"), comment="Bye.")
        await market.receipt(ticket, "✅ Close")
        assert busy.struck == 2
        assert clickbank.calls["Update"] == 1


async def test_an_act_after_the_ticket_was_closed_elsewhere_fails_in_words(
    market: Market, refurbed: RefurbedSandbox
) -> None:
    market.add("refurbed-at", "refurbed", refurbed, poll_seconds=30)
    ticket = refurbed.customer_opens()
    async with market.open():
        await market.shown(ticket)
        view = await market.form(ticket, "return_label")
        refurbed.close(ticket)
        await market.submit(view)
        row = await market.receipt(ticket, "was not sent")
        assert {"intent:retry", "intent:discard"} <= set(views.buttons(row))
        assert acts(refurbed, "label") == []


async def test_an_account_that_is_down_or_slow_delays_no_other(
    market: Market, clickbank: ClickBankSandbox, sellgate: SellgateSandbox
) -> None:
    second = await ClickBankSandbox.start(seed=False)
    second.rate_per_second = 0
    try:
        market.add("cb-one", "clickbank", clickbank)
        market.add("cb-two", "clickbank", second)
        market.add("sg-shop", "sellgate", sellgate)
        async with market.open():
            ticket = await market.shown(clickbank.customer_opens())
            slow = Fault("*", Phase.ARRIVAL, Action.DELAY, times=None, seconds=1.5)
            sellgate.faults.add(slow)
            at_once = {"Retry-After": "0"}
            down = Fault("*", Phase.ARRIVAL, Action.STATUS, times=None, status=503, headers=at_once)
            second.faults.add(down)
            lost = second.customer_opens()
            await until("it is said", market.notices)
            began = time.monotonic()
            clickbank.customer_writes(ticket, "still there?")
            await market.shown(ticket, 2)
            await market.say(ticket, "We are.")
            await until("the reply", lambda: acts(clickbank, "reply"))
            assert time.monotonic() - began < 1.5
            (notice,) = market.notices()
            assert "cb-two" in notice
            second.faults.clear()
            sellgate.faults.clear()
            await until("it is back", lambda: len(market.notices()) == 2)
            assert "cb-two" in market.notices()[1]
            await until("its ticket", lambda: market_cards(market, "cb-two", lost))
            assert len(market.notices()) == 2
    finally:
        await second.stop()


def market_cards(market: Market, account: str, ticket: int) -> list[str]:
    cards = [views.shown(row) for row in views.cards(market.slack, ticket)]
    return [card for card in cards if account in card]


@pytest.mark.parametrize("url", ["http://api.clickbank.com/rest/1.3", "http://10.0.0.7:8030"])
async def test_a_key_is_never_sent_over_plain_http_but_to_this_machine(
    market: Market, clickbank: ClickBankSandbox, url: str
) -> None:
    market.add("cb-shop", "clickbank", clickbank, base_url=url)
    with pytest.raises(ConfigError, match=r"'cb-shop': base_url .* must begin with https://"):
        Bridge(market.settings(), market.redis_url)
