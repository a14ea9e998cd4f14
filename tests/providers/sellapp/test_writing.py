"""SellApp's adapter: replies and changes."""

from __future__ import annotations

import pytest

from slackbridge.domain.errors import Rejected, Unknown, Unsupported
from slackbridge.domain.model import Act, Author, Kind, Status
from slackbridge.providers.sellapp.provider import SellApp
from slackbridge.rules.evidence import baseline, similar
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from slackbridge.text.document import plain
from tests.providers.common import Time, says
from tests.providers.sellapp.conftest import ARCHIVE, CLOSE, REOPEN, REPLY, Make


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_reply_is_made_once_and_read_back(
    shop: SellAppSandbox, make: Make, version: str
) -> None:
    sellapp = make(api_version=version)
    id = shop.customer_opens()
    known = baseline(await sellapp.get(str(id)))
    done = await sellapp.perform(str(id), REPLY, 5)
    assert done is not None
    assert done.ticket.status is Status.WAITING
    reply = done.messages[-1]
    assert reply.author is Author.AGENT
    assert reply.id not in known
    assert plain(reply.body) == REPLY.text == shop.messages(id)[-1].content
    assert len(shop.ledger.all("reply")) == 1
    shop.content = "html"
    assert similar(REPLY.text, plain((await sellapp.get(str(id))).messages[-1].body))
    assert plain((await sellapp.get(str(id))).messages[-1].body) == REPLY.text


@pytest.mark.parametrize("form", ["accepts", "reopens", "refuses"])
async def test_a_reply_to_a_closed_ticket(
    shop: SellAppSandbox, sellapp: SellApp, form: str
) -> None:
    shop.closed_reply = form
    id = shop.customer_opens()
    shop.close(id)
    if form == "refuses":
        with pytest.raises(Rejected, match=r"^sellapp does not accept this \(422\): content: The"):
            await sellapp.perform(str(id), REPLY, 5)
        return
    done = await sellapp.perform(str(id), REPLY, 5)
    assert done is not None
    assert done.ticket.status is (Status.WAITING if form == "reopens" else Status.CLOSED)


async def test_close_reopen_archive(shop: SellAppSandbox, sellapp: SellApp, time: Time) -> None:
    id = shop.customer_opens()
    for act, status in ((CLOSE, Status.CLOSED), (REOPEN, Status.NEEDS_AGENT)):
        time.now += 1
        done = await sellapp.perform(str(id), act, 5)
        assert done is not None
        assert done.ticket.status is status
    assert await sellapp.settled(str(id), ARCHIVE, 0) is False
    time.now += 1
    done = await sellapp.perform(str(id), ARCHIVE, 5)
    assert done is not None
    assert done.ticket.raw_status == "OPEN, archived"
    assert "archive" in done.ticket.barred
    assert await sellapp.settled(str(id), ARCHIVE, 0) is True
    assert await sellapp.settled(str(id), Act(Kind.ACTION), 0) is None
    time.now += 1
    done = await sellapp.perform(str(id), REOPEN, 5)  # brings it back
    assert done is not None
    assert done.ticket.raw_status == "OPEN"
    assert len(set(shop.keys)) == len(shop.keys) == 4
    assert "" not in shop.keys
    await sellapp.perform(str(id), REOPEN, 5)
    assert len(shop.keys) == 4  # it was so already
    assert len(shop.ledger.all("customer_notified")) == 1


@pytest.mark.parametrize("phase", [Phase.COMMIT, Phase.ANSWER, Phase.HALF])
@pytest.mark.parametrize("act", [CLOSE, ARCHIVE])
async def test_a_change_whose_answer_is_lost_is_safe_to_repeat(
    shop: SellAppSandbox, sellapp: SellApp, phase: Phase, act: Act
) -> None:
    id = shop.customer_opens()
    before = {"data": {"id": id, "status": "OPEN", "updated_at": "2026-01-01T00:00:00Z"}}
    shop.faults.add(Fault("UpdateTicket", phase, Action.RESET))
    says(shop, "GetTicket", before)
    with pytest.raises(Unknown):
        await sellapp.perform(str(id), act, 5)
    says(shop, "GetTicket", before)  # a stale replica
    assert await sellapp.perform(str(id), act, 5)
    assert len(set(shop.keys)) == 1  # the same change has the same key
    assert len(shop.ledger.all("change")) == 1


async def test_a_ticket_without_a_time_is_changed_without_a_key(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    id = shop.customer_opens()
    says(shop, "GetTicket", {"id": id, "status": "OPEN", "updated_at": None})
    await sellapp.perform(str(id), CLOSE, 5)
    assert shop.keys == [""]  # else a second close would be taken for a repeat


async def test_a_repeat_that_is_still_under_way_is_not_a_refusal(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    id = shop.customer_opens()
    says(shop, "UpdateTicket", {"message": "busy"}, 409)
    with pytest.raises(Unknown, match="409"):
        await sellapp.perform(str(id), CLOSE, 5)


@pytest.mark.parametrize(
    ("version", "act", "words"),
    [
        ("v1", CLOSE, "v1, which cannot change"),
        ("v1", REOPEN, "v1, which cannot change"),
        ("v1", ARCHIVE, "v1, which cannot change"),
        ("v2", Act(Kind.STATUS, status=Status.SOLVED), "only open and closed"),
        ("v2", Act(Kind.STATUS), "does not offer this"),
        ("v2", Act(Kind.REPLY, "bye", Status.CLOSED), "does not offer this"),
        ("v2", Act(Kind.ACTION, action="conjure"), r"does not offer this \(conjure\)"),
        ("v2", Act(Kind.ACTION), "does not offer this"),
        ("v2", Act(Kind.ASSIGN, email="a@b"), "no assignees"),
        ("v2", Act(Kind.INTERNAL, "x"), "no notes"),
        ("v2", Act(Kind.PRIVATE, "x"), "no notes"),
        ("v2", Act(Kind.FOLLOW_UP, "x"), "no way to open"),
    ],
)
async def test_what_sellapp_does_not_offer_is_not_tried(
    shop: SellAppSandbox, make: Make, version: str, act: Act, words: str
) -> None:
    with pytest.raises(Unsupported, match=words):
        await make(api_version=version).perform(str(shop.customer_opens()), act, 5)
    assert not shop.calls


def test_what_is_not_offered_hides_its_button(make: Make) -> None:
    v1, v2 = make(api_version="v1").capabilities, make().capabilities
    assert (v1.statuses, v1.actions) == (frozenset(), ())
    assert v2.statuses == {Status.CLOSED, Status.NEEDS_AGENT}
    assert [action.name for action in v2.actions] == [
        "archive",
        "refund",
        "replace",
        "resend",
    ]
    assert [action.money for action in v2.actions] == [False, True, True, True]
    for can in (v1, v2):
        assert not any((can.reply_with_status, can.assign, can.follow_up, can.internal_notes))


async def test_a_reply_that_cannot_be_read_back_is_made_all_the_same(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    id = shop.customer_opens()
    says(shop, "GetTicket", "", 500)
    assert await sellapp.perform(str(id), REPLY, 5) is None
    assert len(shop.ledger.all("reply")) == 1
