"""The demo's comparison of the ledgers, with a bridge played by hand and with a real one."""

from __future__ import annotations

from functools import partial

import pytest

from slackbridge.demo import views
from slackbridge.demo.audit import lost_and_doubled
from slackbridge.demo.page.page import Page
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.slack.people import Person
from tests.rig.hand import Hand


@pytest.fixture
def hand(place: World) -> Hand:
    return Hand(place)


@pytest.fixture
def anna(place: World) -> Person:
    return place.slack.person("anna")


async def test_a_customer_s_message_that_slack_lacks_is_lost(place: World, hand: Hand) -> None:
    ticket = place.refurbed.customer_opens()
    assert lost_and_doubled(place) == (1, 0)
    root = hand.shows(ticket)
    assert lost_and_doubled(place) == (0, 0)
    hand.post(ticket, f"m:{place.refurbed.messages(ticket)[0].id}:0", root=root)
    assert lost_and_doubled(place) == (0, 1)


async def test_a_reply_that_the_marketplace_swallows_is_lost(
    place: World, hand: Hand, anna: Person
) -> None:
    ticket = place.refurbed.customer_opens()
    root = hand.shows(ticket)
    ts = await anna.say(CHANNEL, "We *send* a new one :smile:", root)
    assert lost_and_doubled(place) == (1, 0), "nobody has said anything of it yet"
    hand.reacts(ts)
    assert lost_and_doubled(place) == (1, 0), "the thread says that it was sent"
    hand.arrives(ticket, "We send a new one 😄")
    assert lost_and_doubled(place) == (0, 0)
    hand.arrives(ticket, "We send a new one 😄")
    assert lost_and_doubled(place) == (0, 1), "the customer has it twice"


@pytest.mark.parametrize("reaction", ["x", "warning", "grey_question", "lock"])
async def test_what_slack_says_was_not_sent_is_not_lost(
    place: World, hand: Hand, anna: Person, reaction: str
) -> None:
    root = hand.shows(place.refurbed.customer_opens())
    hand.reacts(await anna.say(CHANNEL, "perhaps", root), reaction)
    assert lost_and_doubled(place) == (0, 0)


async def test_what_was_undone_deleted_or_refused_is_not_lost(
    place: World, hand: Hand, anna: Person
) -> None:
    ticket = place.refurbed.customer_opens()
    root = hand.shows(ticket)
    undone = await anna.say(CHANNEL, "undone", root)
    deleted = await anna.say(CHANNEL, "deleted", root)
    hand.post(ticket, f"w:{undone}", "↩️ Not sent: undone by <@U0ANNA>", root)
    await anna.delete(CHANNEL, deleted)
    assert lost_and_doubled(place) == (0, 0)
    await anna.say(CHANNEL, "!reply refused", root)
    assert lost_and_doubled(place) == (1, 0)
    hand.tells("U0ANNA", "You are not on the list of agents", root)
    assert lost_and_doubled(place) == (0, 0)


async def test_a_reply_edited_afterwards_is_known_by_its_earlier_text(
    place: World, hand: Hand, anna: Person
) -> None:
    ticket = place.refurbed.customer_opens()
    root = hand.shows(ticket)
    ts = await anna.say(CHANNEL, "teh answer", root)
    hand.arrives(ticket, "teh answer")
    hand.reacts(ts)
    await anna.edit(CHANNEL, ts, "the answer")
    assert lost_and_doubled(place) == (0, 0)


async def test_a_modal_s_reply_has_its_mirror_and_is_not_doubled(place: World, hand: Hand) -> None:
    ticket = place.refurbed.customer_opens()
    root = hand.shows(ticket)
    hand.submitted(ticket, "V1", "a modal's answer")
    hand.submitted(ticket, "V2", "for your notes", "private")
    assert lost_and_doubled(place) == (1, 0)
    hand.arrives(ticket, "a modal's answer")
    assert lost_and_doubled(place) == (1, 0), "Slack does not show it"
    hand.shows(ticket)
    assert lost_and_doubled(place) == (0, 0)
    hand.submitted(ticket, "V3", "swallowed")
    assert lost_and_doubled(place) == (1, 0)
    hand.post(ticket, "w:v:V3", "❌ The reply by <@U0ANNA> was not sent: no", root)
    assert lost_and_doubled(place) == (0, 0)


async def test_a_mirror_of_what_an_agent_typed_is_doubled(
    place: World, hand: Hand, anna: Person
) -> None:
    ticket = place.refurbed.customer_opens()
    ts = await anna.say(CHANNEL, "typed", hand.shows(ticket))
    hand.arrives(ticket, "typed")
    hand.reacts(ts)
    hand.shows(ticket)
    assert lost_and_doubled(place) == (0, 1)


@pytest.mark.long
@pytest.mark.crash
@pytest.mark.timeout(120)
async def test_a_real_modal_and_its_follow_up_are_neither_lost_nor_doubled(
    place: World, page: Page, anna: Person
) -> None:
    await page.bridge.start()
    await place.until("the bridge", lambda: place.slack.socket.connected >= 2)
    ticket = place.refurbed.customer_opens()
    await place.until("its thread", partial(views.mirrored, place.slack, ticket))
    await filled_in(place, anna, ticket, "ticket:reply", "from a modal")
    await place.until("the mirror", lambda: len(views.mirrored(place.slack, ticket)) == 2)
    place.refurbed.close(ticket)
    await place.until("the offer", lambda: "ticket:follow_up" in buttons(place, ticket))
    await filled_in(place, anna, ticket, "ticket:follow_up", "is all well?")
    await place.until("the follow-up", lambda: place.refurbed.ledger.all("create"))
    new = int(place.refurbed.ledger.all("create")[0].data["ticket_id"])
    await place.until("its thread", partial(views.mirrored, place.slack, new))
    await place.until("balance", lambda: lost_and_doubled(place) == (0, 0))


def buttons(place: World, ticket: int) -> list[str]:
    return views.buttons(views.cards(place.slack, ticket)[0])


async def filled_in(place: World, anna: Person, ticket: int, button: str, text: str) -> None:
    """Anna opens a modal from the card and submits it."""
    await anna.click(CHANNEL, views.cards(place.slack, ticket)[0]["ts"], button)
    await place.until("the modal", anna.modals)
    await anna.submit(str(anna.modals()[-1]["id"]), {"text": {"text": text}})
