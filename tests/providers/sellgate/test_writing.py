"""Sellgate's adapter: replies and changes, which must never be mixed up."""

from __future__ import annotations

from itertools import product
from typing import Any, get_type_hints

import pytest

from slackbridge.domain.errors import Rejected, Unsupported
from slackbridge.domain.model import Act, Author, Kind, Status
from slackbridge.providers.sellgate.actions import CAPABILITIES
from slackbridge.providers.sellgate.api import Api
from slackbridge.providers.sellgate.provider import Sellgate
from slackbridge.providers.sellgate.wire import Change, Reply
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from slackbridge.sandbox.sellgate.switches import Answer, ToClosed
from slackbridge.text.document import plain
from tests.providers.sellgate.conftest import REPLY, listed, walk


@pytest.mark.parametrize("answer", Answer)
@pytest.mark.parametrize("full", [False, True])
async def test_a_reply_goes_out_as_it_is_and_is_read_back(
    shop: SellgateSandbox, sellgate: Sellgate, answer: Answer, full: bool
) -> None:
    shop.answer, shop.full_detail = answer, full
    id = shop.customer_opens()
    await walk(sellgate)
    shop.calls.clear()
    done = await sellgate.perform(id, REPLY, 5)
    assert done is not None
    assert done.ticket.status is Status.WAITING
    assert (done.messages[-1].author, plain(done.messages[-1].body)) == (Author.AGENT, REPLY.text)
    assert shop.messages(id)[-1].text == REPLY.text
    assert shop.calls == {"ReplyToTicket": 1, "GetTicket": 1}
    assert done.ticket.revision == (await listed(sellgate, id)).revision


@pytest.mark.parametrize("answer", Answer)
async def test_a_ticket_is_closed_and_reopened(
    shop: SellgateSandbox, sellgate: Sellgate, answer: Answer
) -> None:
    shop.answer = answer
    id = shop.customer_opens()
    await walk(sellgate)
    closed = await sellgate.perform(id, Act(Kind.STATUS, status=Status.CLOSED), 5)
    assert closed is not None
    assert (closed.ticket.status, shop.ticket(id).status) == (Status.CLOSED, "closed")
    again = await sellgate.perform(id, Act(Kind.STATUS, status=Status.NEEDS_AGENT), 5)
    assert again is not None
    assert (again.ticket.status, shop.ticket(id).status) == (Status.NEEDS_AGENT, "open")
    assert len(shop.messages(id)) == 1


@pytest.mark.parametrize(
    ("to_closed", "status"), [(ToClosed.STAYS, "closed"), (ToClosed.REOPENS, "open")]
)
async def test_what_a_reply_does_to_a_closed_ticket_is_seen_from_the_ticket(
    shop: SellgateSandbox, sellgate: Sellgate, to_closed: ToClosed, status: str
) -> None:
    shop.to_closed = to_closed
    id = shop.customer_opens()
    shop.close(id)
    done = await sellgate.perform(id, REPLY, 5)
    assert done is not None
    assert done.ticket.raw_status == status
    shop.to_closed = ToClosed.REFUSED
    shop.close(id)
    with pytest.raises(Rejected, match=r"^sellgate declined \(400\): Ticket is closed$"):
        await sellgate.perform(id, REPLY, 5)


async def test_a_status_change_can_never_become_a_message(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    """Only a reply is a POST and only a status a PATCH, whatever other fields an act has."""
    id = shop.customer_opens()
    before = list(shop.messages(id))
    texts = ("", "closed", "a text that must not go out")
    for kind, status, text in product(set(Kind) - {Kind.REPLY}, (None, *Status), texts):
        act = Act(kind, text, status, "a@example.com", {"message": text}, "reply")
        try:
            await sellgate.perform(id, act, 5)
        except Unsupported:
            continue
        assert kind is Kind.STATUS
    assert shop.messages(id) == before
    assert shop.calls["ReplyToTicket"] == 0
    assert shop.calls["UpdateTicket"] == 2 * len(texts)
    shop.reopen(id)
    await sellgate.perform(id, Act(Kind.REPLY, "closed"), 5)
    assert (shop.calls["ReplyToTicket"], shop.calls["UpdateTicket"]) == (1, 2 * len(texts))
    assert shop.ticket(id).status == "open"


async def test_a_reply_and_a_change_cannot_take_each_others_way(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    id, deadline = shop.customer_opens(), sellgate._client.deadline(5)
    assert get_type_hints(Api.reply)["reply"] is Reply
    assert get_type_hints(Api.change)["change"] is Change
    wrong: Any = Change("closed")
    with pytest.raises(AttributeError):
        await sellgate._api.reply(id, wrong, deadline)
    wrong = Reply("closed")
    with pytest.raises(AttributeError):
        await sellgate._api.change(id, wrong, deadline)
    assert not shop.calls


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Act(Kind.STATUS, status=Status.SOLVED), "only open and closed"),
        (Act(Kind.STATUS, status=Status.WAITING), "sets this by itself"),
        (Act(Kind.REPLY, "bye", Status.CLOSED), r"does not offer this \(closed\)"),
        (Act(Kind.STATUS), r"does not offer this \(status\)"),
        (Act(Kind.INTERNAL, "psst"), "no internal notes"),
        (Act(Kind.PRIVATE, "psst"), "keeps no notes"),
        (Act(Kind.ASSIGN, email="a@example.com"), "no assignee"),
        (Act(Kind.FOLLOW_UP, "hm"), "no way to open"),
        (Act(Kind.ACTION, action="refund"), r"does not offer this \(refund\)"),
    ],
)
async def test_what_sellgate_does_not_offer_is_not_tried(
    shop: SellgateSandbox, sellgate: Sellgate, act: Act, words: str
) -> None:
    with pytest.raises(Unsupported, match=words):
        await sellgate.perform(shop.customer_opens(), act, 5)
    with pytest.raises(Unsupported):
        await sellgate.list_recent()
    assert not shop.calls
    assert not CAPABILITIES.recent_first


async def test_what_was_done_stays_done_when_it_cannot_be_read_back(
    shop: SellgateSandbox, sellgate: Sellgate
) -> None:
    id = shop.customer_opens()
    faults = (
        Fault("GetTicket", Phase.COMMIT, Action.RESET),
        Fault("GetTicket", Phase.COMMIT, Action.STATUS, status=401),
        Fault("GetTicket", Phase.COMMIT, Action.STATUS, status=404),
        Fault("GetTicket", Phase.COMMIT, Action.STATUS, status=200, body="<html>"),
    )
    for fault in faults:
        shop.faults.add(fault)
        assert await sellgate.perform(id, REPLY, 5) is None
    shop.faults.add(Fault("GetTicket", Phase.COMMIT, Action.DELAY, seconds=0.4))
    assert await sellgate.perform(id, REPLY, 0.3) is None
    assert len(shop.ledger.all("reply")) == 5
