"""ClickBank's adapter: replies, closing and reopening, actions and their forms."""

from __future__ import annotations

import logging
from bisect import bisect_left

import pytest
from structlog.testing import capture_logs

from slackbridge.domain.errors import Code, Rejected, Unsupported
from slackbridge.domain.model import Act, Author, Kind, Status
from slackbridge.providers.clickbank.actions import Bought, call_of
from slackbridge.providers.clickbank.forms import CAPABILITIES
from slackbridge.providers.clickbank.provider import ClickBank
from slackbridge.providers.clickbank.settings import BASE_URL
from slackbridge.sandbox.clickbank.app import TOKEN, ClickBankSandbox
from slackbridge.sandbox.clickbank.records import REASONS
from slackbridge.text.document import plain
from tests.providers.clickbank.conftest import PAID, REPLY, Make, do


async def test_a_reply_goes_out_in_the_address_alone(
    shop: ClickBankSandbox, bank: ClickBank, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    id = shop.customer_opens()
    with capture_logs() as logs:
        done = await bank.perform(str(id), REPLY, 5)
    assert done is not None
    assert (done.ticket.status, done.ticket.raw_status) == (Status.WAITING, "OPEN")
    assert done.messages[-1].author is Author.AGENT
    assert plain(done.messages[-1].body).split() == REPLY.text.split()
    assert shop.messages(id)[-1].text == REPLY.text
    assert shop.calls == {"Update": 1}
    assert "welcome" not in caplog.text + str(logs)
    assert TOKEN not in caplog.text + str(logs)


@pytest.mark.parametrize("letter", ["x", " ", "é", "я", "漢", "😀", "\n", "+", "&"])
async def test_the_longest_reply_that_fits_is_measured_exactly(
    shop: ClickBankSandbox, bank: ClickBank, letter: str
) -> None:
    id = str(shop.customer_opens())
    most = bisect_left(range(2_000), True, key=lambda n: bool(bank.too_long(f"a{letter * n}a")))
    text = f"a{letter * (most - 1)}a"  # no white space at its ends
    done = await bank.perform(id, Act(Kind.REPLY, text), 5)
    assert done is not None
    # `too_long` assumes a ticket number of the greatest length.
    slack = 12 - len(id)
    assert 2_000 - slack - 12 < shop.url_lengths[-1] <= 2_000 - slack
    longer = text + "x" * 20
    why = bank.too_long(longer)
    assert why.startswith("it makes ClickBank's address 2,0")
    with pytest.raises(Rejected, match="more than the 2,000 allowed") as raised:
        await bank.perform(id, Act(Kind.REPLY, longer), 5)
    assert raised.value.code == Code.TOO_LONG
    assert shop.calls == {"Update": 1}


async def test_the_published_address_is_what_counts(make: Make) -> None:
    real = make(base_url=BASE_URL)
    assert real.too_long("x" * CAPABILITIES.reply_limit) == ""
    assert real.too_long("x" * (CAPABILITIES.reply_limit + 1)) == (
        "it makes ClickBank's address 2,001 characters long, 1 more than the 2,000 allowed; "
        "shorten it (a line break counts 3, an accented letter 6, an emoji 12)"
    )
    assert "address" in real.too_long("\ud83d" * 2_000)


async def test_half_an_emoji_is_not_sent(shop: ClickBankSandbox, bank: ClickBank) -> None:
    with pytest.raises(Rejected, match="cannot be put into a call"):
        await bank.perform(str(shop.customer_opens()), Act(Kind.REPLY, "a\ud83d"), 5)
    assert not shop.calls


async def test_close_and_reopen(shop: ClickBankSandbox, bank: ClickBank) -> None:
    id = str(shop.customer_opens())
    done = await bank.perform(id, Act(Kind.STATUS, status=Status.CLOSED), 5)
    assert done is not None
    assert done.ticket.status is Status.CLOSED
    with pytest.raises(Rejected, match="only with a comment"):
        await bank.perform(id, Act(Kind.STATUS, status=Status.NEEDS_AGENT), 5)
    done = await bank.perform(id, Act(Kind.STATUS, "sorry", Status.NEEDS_AGENT), 5)
    assert done is not None
    assert (done.ticket.status, done.ticket.raw_status) == (Status.NEEDS_AGENT, "REOPENED")
    with pytest.raises(Rejected, match=r"\(400\): Only closed tickets can be reopened"):
        await bank.perform(id, do("reopen", comment="x"), 5)
    done = await bank.perform(id, do("close", comment="bye"), 5)
    assert done is not None
    assert plain(done.messages[-1].body) == "bye"
    done = await bank.perform(id, do("reopen", comment="not yet"), 5)
    assert done is not None
    assert done.ticket.status.active


async def test_every_action_has_a_form_that_works(shop: ClickBankSandbox, bank: ClickBank) -> None:
    """With nothing but the first choice everywhere, and no optional field."""
    for action in CAPABILITIES.actions:
        type = next(iter(action.types), "TECH_SUPPORT")
        id = shop.customer_opens(type="REFUND" if "REFUND" in action.types else type, physical=True)
        if action.statuses == {Status.CLOSED}:
            shop.close(id)
        given = {
            field.name: field.options[0][0] if field.options else "text"
            for field in action.fields
            if not field.optional
        }
        act = do(action.name, **given)
        assert await bank.preview(str(id), act)
        done = await bank.perform(str(id), act, 5)
        assert (done is None) is (action.name == "returned")
        assert done is None or (done.ticket.key.id != str(id)) is action.opens
        assert not action.repeatable
    assert set(CAPABILITIES.status_forms.values()) <= {a.name for a in CAPABILITIES.actions}
    offered = {
        value for action in CAPABILITIES.actions for f in action.fields for value, _ in f.options
    }
    assert {reason for kind in REASONS.values() for reason in kind} <= offered


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Act(Kind.STATUS, status=Status.SOLVED), "no solved tickets"),
        (Act(Kind.STATUS, status=Status.WAITING), "waits for the customer as soon as"),
        (Act(Kind.STATUS), "does not offer this"),
        (Act(Kind.REPLY, "x", Status.CLOSED), "answer first, then press Close"),
        (Act(Kind.INTERNAL, "x"), "e-mailed to the customer"),
        (Act(Kind.PRIVATE, "x"), "keeps no notes"),
        (Act(Kind.ASSIGN), "does not assign"),
        (Act(Kind.FOLLOW_UP, "x"), "no follow-up"),
        (Act(Kind.NOTICE), "does not offer this"),
        (do("explode"), r"does not offer this \(explode\)"),
    ],
)
def test_what_clickbank_does_not_offer_is_said(act: Act, words: str) -> None:
    with pytest.raises(Unsupported, match=words):
        call_of("1", act, Bought("ABCD1234"))


async def test_what_clickbank_does_not_offer_is_not_tried(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    with pytest.raises(Unsupported):
        await bank.perform(str(shop.customer_opens()), Act(Kind.INTERNAL, "x"), 5)
    assert not shop.calls


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (do("change", type="x"), "which type"),
        (do("refund", refund_type="FULL"), "one of ClickBank's reasons"),
        (do("refund", **{**PAID, "reason": "ticket.type.cancel.1"}), "one of ClickBank's reasons"),
        (do("tech", reason="ticket.type.tech_support.9"), "names no receipt"),
    ],
)
def test_a_form_filled_in_wrongly_is_rejected(act: Act, words: str) -> None:
    with pytest.raises(Rejected, match=words):
        call_of("1", act, Bought() if "receipt" in words else Bought("ABCD1234"))


async def test_what_is_no_ticket_number_is_never_called(
    shop: ClickBankSandbox, bank: ClickBank
) -> None:
    for id in ("x", "", "1/returned", "9" * 13):
        for attempt in (bank.get(id), bank.perform(id, REPLY, 5), bank.perform(id, do("tech"), 5)):
            with pytest.raises(Rejected, match="not the number of a ClickBank ticket") as raised:
                await attempt
            assert raised.value.code == Code.NOT_FOUND
    assert not shop.calls
