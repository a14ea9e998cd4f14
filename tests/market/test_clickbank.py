"""ClickBank, end to end: refunds asked twice and made once, forms behind buttons, long replies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from redis import Redis

from slackbridge.app import Bridge
from slackbridge.demo import views
from slackbridge.demo.waiting import until
from slackbridge.domain.intent import State
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import Change
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.clickbank.gate import READ
from slackbridge.sandbox.clickbank.records import CLOSED, OPEN, REFUND, REOPENED
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.errors import NotPossible
from slackbridge.sandbox.slack.refusals import Refusal
from slackbridge.store.keys import DAY, DEFAULT
from slackbridge.store.redis import RedisStore
from tests.market.conftest import CHANNEL, Market, acts

ACCOUNT = "cb-shop"
REASON = "ticket.type.refund.2"


@pytest.fixture
async def shop(market: Market, clickbank: ClickBankSandbox) -> AsyncIterator[Market]:
    """The bridge with one ClickBank account."""
    market.add(ACCOUNT, "clickbank", clickbank)
    async with market.open():
        yield market


async def asks(shop: Market, ticket: int, amount: str = "12.50") -> str:
    """Anna fills in the refund's form; the id of its second step."""
    view = await shop.form(ticket, "refund")
    await shop.submit(view, refund_type="PARTIAL_AMOUNT", amount=amount, reason=REASON)
    return view


async def confirms(shop: Market, ticket: int, amount: str = "12.50") -> None:
    view = await asks(shop, ticket, amount)
    await shop.modal("gets back")
    await shop.submit(view, typed=amount)


def refunds(clickbank: ClickBankSandbox) -> list[tuple[int, str]]:
    return [(e.data["amount"], e.data["currency"]) for e in acts(clickbank, "refund")]


async def test_a_partial_refund_is_shown_then_typed_then_made_once(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    ticket = await shop.shown(clickbank.customer_opens(amount=4_700))
    view = await asks(shop, ticket)
    said = await shop.modal("gets back")
    assert "12.50 EUR" in said
    assert "cannot be undone" in said
    answer = await shop.submit(view, typed="12,50")
    assert answer
    assert "Type exactly: 12.50" in str(answer["errors"])
    await shop.quiet(0.3)
    assert refunds(clickbank) == [], "nothing moved yet"
    shop.slack.delivery.duplicate("view_submission", copies=3)
    await shop.submit(view, typed=" 12.50 ")
    row = await shop.receipt(ticket, "✅ Refund")
    assert "<@U0ANNA>" in views.shown(row)
    await shop.quiet()
    assert refunds(clickbank) == [(1_250, "EUR")]
    assert clickbank.calls["Create"] == 1
    assert len(shop.receipts(ticket)) == 1


async def test_a_second_step_that_is_cancelled_moves_nothing(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    ticket = await shop.shown(clickbank.customer_opens())
    view = await asks(shop, ticket)
    await shop.modal("gets back")
    await shop.anna.close_view(view)
    await shop.quiet()
    assert clickbank.calls["Create"] == 0
    assert shop.receipts(ticket) == []


async def test_what_cannot_be_previewed_cannot_be_confirmed(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    ticket = await shop.shown(clickbank.customer_opens(amount=1_000))
    await asks(shop, ticket, "99")
    assert "exceeds" in await shop.modal("Nothing was done")
    down = Fault("RefundAmounts", Phase.ARRIVAL, Action.STATUS, times=None, status=500)
    clickbank.faults.add(down)
    await asks(shop, ticket, "5")
    await shop.modal("Nothing was done")
    assert not shop.anna.modals()[-1].get("submit"), "there is nothing to confirm"
    assert clickbank.calls["Create"] == 0


async def test_a_second_step_that_slack_refuses_is_told(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    ticket = await shop.shown(clickbank.customer_opens(amount=4_700))
    shop.slack.refusals.add(Refusal("views.update", "invalid_arguments", text="gets back"))
    await asks(shop, ticket)
    await shop.modal("Nothing was done: Slack refuses to show")
    assert refunds(clickbank) == []


async def test_only_who_may_move_money_does(shop: Market, clickbank: ClickBankSandbox) -> None:
    ticket = await shop.shown(clickbank.customer_opens())
    await shop.choose(shop.ben, ticket, "refund")
    await shop.whispered(shop.ben, "may not move money")
    assert not shop.ben.modals()
    clickbank.faults.add(Fault("Create", Phase.COMMIT, Action.STATUS, status=503))
    await confirms(shop, ticket)
    row = await shop.receipt(ticket, "was not sent")
    await shop.ben.click(CHANNEL, row["ts"], "intent:retry")
    await until("told", lambda: len(shop.ben.ephemerals(CHANNEL)) == 2)
    await shop.quiet()
    assert refunds(clickbank) == [], "a colleague's refund is no way around it"
    await shop.anna.click(CHANNEL, row["ts"], "intent:retry")
    await shop.receipt(ticket, "✅ Refund")
    assert refunds(clickbank) == [(1_250, "EUR")]


@pytest.mark.parametrize("skew", [0, 3])
async def test_an_answer_lost_after_the_refund_is_settled(
    shop: Market, clickbank: ClickBankSandbox, skew: int
) -> None:
    clickbank.clock.advance(skew * 3600.0)
    ticket = await shop.shown(clickbank.customer_opens())
    clickbank.faults.add(Fault("Create", Phase.ANSWER, Action.RESET))
    await confirms(shop, ticket)
    await shop.receipt(ticket, "✅ Refund")
    await shop.quiet()
    assert refunds(clickbank) == [(1_250, "EUR")]
    assert clickbank.calls["Create"] == 1


async def test_a_refund_that_did_not_arrive_is_never_repeated_by_itself(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    ticket = await shop.shown(clickbank.customer_opens())
    clickbank.faults.add(Fault("Create", Phase.COMMIT, Action.RESET))
    await confirms(shop, ticket)
    await shop.receipt(ticket, "may not have been sent")
    row = await shop.receipt(ticket, "was not sent: it did not arrive")
    await shop.quiet()
    assert clickbank.faults.seen.count("Create") == 1
    assert refunds(clickbank) == []
    await shop.anna.click(CHANNEL, row["ts"], "intent:retry")
    await shop.receipt(ticket, "✅ Refund")
    assert refunds(clickbank) == [(1_250, "EUR")]


async def test_a_refund_that_redis_has_forgotten_is_not_made_again(
    market: Market, clickbank: ClickBankSandbox, store: RedisStore
) -> None:
    """F12: Redis holds the request but not its outcome."""
    market.add(ACCOUNT, "clickbank", clickbank)
    async with market.open():
        ticket = await market.shown(clickbank.customer_opens())
        clickbank.faults.add(Fault("Create", Phase.ARRIVAL, Action.DELAY, seconds=0.5))
        await confirms(market, ticket)
        await until("the call", lambda: clickbank.faults.seen.count("Create"))
        key = TicketKey(ACCOUNT, str(ticket))
        (begun,) = (await store.load(key)).intents
        await market.receipt(ticket, "✅ Refund")
        await market.quiet(0.5)
    (done,) = (await store.load(key)).intents
    asked = begun.but(state=State.QUEUED, attempt=None, tries=0, receipt=done.receipt)
    assert await store.write(key, Change(swaps=((done, asked),), due=0))
    async with market.open():
        await becomes(State.SENT, store, key)
        await market.quiet()
    assert refunds(clickbank) == [(1_250, "EUR")]
    assert clickbank.calls["Create"] == 1


async def becomes(state: State, store: RedisStore, key: TicketKey) -> None:
    async def there() -> bool:
        return [intent.state for intent in (await store.load(key)).intents] == [state]

    await until(state, there)


async def test_what_cannot_be_settled_asks_a_human_who_may_move_money(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    clickbank.name_source = False  # then nobody can say who opened the refund's ticket
    ticket = await shop.shown(clickbank.customer_opens())
    clickbank.faults.add(Fault("Create", Phase.ANSWER, Action.RESET))
    await confirms(shop, ticket)
    row = await shop.receipt(ticket, "does not tell whether it happened")
    assert "intent:again" in views.buttons(row)
    await shop.ben.click(CHANNEL, row["ts"], "intent:again")
    await shop.whispered(shop.ben, "may not move money")
    await shop.anna.click(CHANNEL, row["ts"], "intent:was_sent")
    await shop.receipt(ticket, "Marked as sent")
    assert clickbank.calls["Create"] == 1


async def test_closing_a_refund_is_asked_like_money(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    ticket = await shop.shown(clickbank.customer_opens(type=REFUND))
    assert {"returned", "change", "refund"} <= shop.offers(ticket)
    assert "solve" not in shop.offers(ticket)
    await shop.choose(shop.ben, ticket, "close")
    await shop.whispered(shop.ben, "may not move money")
    view = await shop.form(ticket, "close")
    assert "Left open, it is worked off" in await shop.modal("Closing")
    await shop.submit(view, comment="We talked on the phone.")
    await shop.modal("they do not get back 47.00 EUR")
    assert clickbank.ticket(ticket).status == OPEN
    await shop.submit(view, typed="close")
    await shop.receipt(ticket, "✅ Close")
    assert clickbank.ticket(ticket).status == CLOSED
    assert len(acts(clickbank, "refund_withdrawn")) == 1
    await shop.choose(shop.ben, ticket, "reopen")
    await until("told", lambda: len(shop.ben.ephemerals(CHANNEL)) == 2)


async def test_a_ticket_that_became_a_refund_is_not_closed_unasked(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    ticket = await shop.shown(clickbank.customer_opens())
    view = await shop.form(ticket, "close")
    assert shop.anna.modals()[-1]["submit"]["text"] == "Do it"
    read = clickbank.faults.seen.count("Get") + 2  # for the form, then before the call
    clickbank.faults.add(Fault("Get", Phase.ARRIVAL, Action.DELAY, seconds=0.5, skip=1))
    await shop.submit(view, comment="bye")
    await until("the read", lambda: clickbank.faults.seen.count("Get") == read)
    clickbank.change(clickbank.ticket(ticket), REFUND, "CUSTOMER")
    await shop.receipt(ticket, "was not confirmed as such")
    assert clickbank.ticket(ticket).status == OPEN


async def test_closing_and_reopening_where_no_money_is_meant(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    ticket = await shop.shown(clickbank.customer_opens())
    view = await shop.form(ticket, "close")
    await shop.submit(view, comment="We talked on the phone.")
    await shop.receipt(ticket, "✅ Close")
    assert clickbank.ticket(ticket).status == CLOSED
    view = await shop.form(ticket, "reopen")
    with pytest.raises(NotPossible, match="must be filled"):
        await shop.submit(view)
    await shop.submit(view, comment="   ")
    await shop.quiet(0.3)
    assert clickbank.ticket(ticket).status == CLOSED
    view = await shop.form(ticket, "reopen")
    await shop.submit(view, comment="It came back to us.")
    await until("reopened", lambda: clickbank.ticket(ticket).status == REOPENED)


async def test_a_reply_over_the_budget_of_the_address_is_refused_with_the_count(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    ticket = await shop.shown(clickbank.customer_opens())
    text = "ä" * 400
    view = await shop.form(ticket, "reply")
    answer = await shop.submit(view, text=text)
    assert answer
    assert "2,000 allowed" in str(answer["errors"])
    assert shop.anna.modals()[-1]["state"]["values"]["text"]["text"]["value"] == text
    ts = await shop.say(ticket, text)
    row = await shop.receipt(ticket, "2,000 allowed")
    assert shop.slack.workspace.message(CHANNEL, ts)["text"] == text  # type: ignore[index]  # there
    assert max(clickbank.url_lengths) < 2_000
    await shop.anna.edit(CHANNEL, ts, "ä" * 200)
    await shop.quiet(1.0)  # the edit is an event of its own and may come after the button
    await shop.anna.click(CHANNEL, row["ts"], "intent:retry")
    await until("the reply", lambda: acts(clickbank, "reply"))
    assert acts(clickbank, "reply")[0].data["text"] == "ä" * 200


async def test_what_was_written_in_a_form_is_not_lost(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    ticket = await shop.shown(clickbank.customer_opens())
    view = await shop.form(ticket, "refund")
    full = {"refund_type": "FULL", "reason": REASON}
    for name, text in (("comment", "ä" * 400), ("comment", "x" * 1_990)):
        answer = await shop.submit(view, **full, **{name: text})
        assert answer
        assert "2,000 allowed" in answer["errors"]["comment"]
        assert shop.anna.modals()[-1]["state"]["values"]["comment"]["comment"]["value"] == text
    await shop.submit(view, **full, comment="Ж" * 280)
    await shop.modal("gets back")
    assert "Type REFUND" in str(shop.anna.modals()[-1])
    await shop.anna.close_view(view)
    refused = Fault("Update", Phase.COMMIT, Action.STATUS, status=400)
    clickbank.faults.add(refused)
    await shop.submit(await shop.form(ticket, "close"), comment="We talked on the phone.")
    row = await shop.receipt(ticket, "was not sent")
    assert "We talked on the phone." in views.shown(row)
    await shop.anna.click(CHANNEL, row["ts"], "intent:retry")
    row = await shop.receipt(ticket, "✅ Close")
    assert "phone" not in views.shown(row), "settled, it is kept no longer"


async def test_a_key_without_the_right_is_said_where_it_was_used(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    ticket = await shop.shown(clickbank.customer_opens())
    clickbank.allow(clickbank.token, frozenset({READ}))
    await shop.say(ticket, "Hello")
    row = await shop.receipt(ticket, "api_order_write")
    assert "403" in views.shown(row)
    assert shop.notices() == [], "the account as such works"


async def test_a_key_that_is_refused_is_said_before_long(
    shop: Market, clickbank: ClickBankSandbox
) -> None:
    await shop.shown(clickbank.customer_opens())
    clickbank.revoke(clickbank.token)
    await until("it is said", shop.notices, 8)
    assert "refuses every call" in shop.notices()[0]


async def test_processes_count_the_day_s_calls_together(
    market: Market, clickbank: ClickBankSandbox
) -> None:
    market.add(ACCOUNT, "clickbank", clickbank, poll_seconds=60)
    async with market.open():
        await until("polls", lambda: clickbank.gate.used >= 2)
        await market.quiet(0.3)
        second = Bridge(market.settings(), market.redis_url)
        health = await second.providers[ACCOUNT].probe()
        await second.close()
        assert f"{clickbank.gate.used:,} of 25,000" in health.detail


async def test_that_the_day_s_calls_run_short_is_said_once(
    market: Market, clickbank: ClickBankSandbox
) -> None:
    market.add(ACCOUNT, "clickbank", clickbank)
    day = int(time.time()) // DAY
    with Redis.from_url(market.redis_url) as redis:
        redis.set(DEFAULT.spent(ACCOUNT, day), 19_990)
    async with market.open():
        (said,) = await until("a notice", market.notices)
        await market.quiet(0.5)
        assert "nearly used up" in said
        assert len(market.notices()) == 1


async def test_accounts_share_the_calls_of_a_second(store: RedisStore) -> None:
    begun = time.monotonic()
    await asyncio.gather(*(store.spend("clickbank", f"cb-{n % 2}", 20.0) for n in range(12)))
    assert time.monotonic() - begun > 0.45, "ten of them waited for their turn, 50 ms each"
