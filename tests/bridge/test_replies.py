"""From a thread message to the customer: sent once, undone, edited, deleted, noted, failed."""

from __future__ import annotations

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.bridge.stage import Stage


async def test_a_thread_message_reaches_the_customer_once(instant: Stage) -> None:
    ticket = await instant.opened()
    ts = await instant.say(ticket, "Hello, it is on its way & arrives <soon>")
    await instant.replied(ticket, "Hello, it is on its way & arrives <soon>")
    await instant.reaction(ts, "white_check_mark")
    await instant.quiet()
    assert len(instant.replies(ticket)) == 1
    assert len(instant.mirrored(ticket)) == 1, "the agent's own reply is not mirrored"
    instant.balanced(ticket)


async def test_slack_markup_leaves_as_readable_text(instant: Stage) -> None:
    ticket = await instant.opened()
    text = f"Hi <@{instant.ben.id}> see <https://example.com/a|the page> :tada:"
    ts = await instant.say(ticket, f"Dear customer, {text}")
    await instant.receipt(ticket, ts, "mentions a colleague")
    assert instant.replies(ticket) == []
    await instant.press(ticket, ts, "send")
    await instant.until("the reply", lambda: instant.replies(ticket))
    sent = instant.replies(ticket)[0]
    assert instant.ben.id not in sent
    assert "https://example.com/a" in sent
    assert "🎉" in sent


async def test_what_is_also_sent_to_the_channel_is_asked_about(instant: Stage) -> None:
    ticket = await instant.opened()
    text, root = "does anybody know this one?", instant.root(ticket)
    ts = await instant.anna.say(CHANNEL, text, root, broadcast=True)
    await instant.receipt(ticket, ts, "also sent to the channel")
    assert instant.replies(ticket) == []


async def test_undo_edit_and_delete_within_the_window(stage: Stage) -> None:
    ticket = await stage.opened()
    undone = await stage.say(ticket, "never sent 1")
    await stage.press(ticket, undone, "undo")
    await stage.receipt(ticket, undone, "Not sent")
    deleted = await stage.say(ticket, "never sent 2")
    await stage.anna.delete(CHANNEL, deleted)
    edited = await stage.say(ticket, "Helo")
    await stage.anna.edit(CHANNEL, edited, "Hello")
    await stage.replied(ticket, "Hello")
    await stage.quiet()
    assert stage.replies(ticket) == ["Hello"]


async def test_an_edit_after_sending_says_that_the_customer_has_it(instant: Stage) -> None:
    ticket = await instant.opened()
    ts = await instant.say(ticket, "Hello")
    await instant.reaction(ts, "white_check_mark")
    await instant.anna.edit(CHANNEL, ts, "Hello!!! changed")
    await instant.receipt(ticket, ts, "already has the earlier text")
    await instant.anna.delete(CHANNEL, ts)
    await instant.receipt(ticket, ts, "deleted afterwards")
    assert instant.replies(ticket) == ["Hello"]


@pytest.mark.parametrize("text", ["// hm", "note: hm", "NOTE: hm", "🔒 hm", ":lock: hm"])
async def test_a_note_stays_inside(instant: Stage, text: str) -> None:
    ticket = await instant.opened()
    ts = await instant.say(ticket, text)
    await instant.reaction(ts, "lock")
    assert instant.replies(ticket) == []


async def test_addressing_a_colleague_stays_inside(instant: Stage) -> None:
    ticket = await instant.opened()
    ts = await instant.say(ticket, f"<@{instant.ben.id}> what do you think?")
    await instant.reaction(ts, "lock")
    assert instant.replies(ticket) == []


@pytest.mark.parametrize("text", ["/ hm", "note hm, strange", "intern: hm", "Dear <!here> look"])
async def test_what_looks_like_a_note_is_held_and_asked_about(instant: Stage, text: str) -> None:
    ticket = await instant.opened()
    ts = await instant.say(ticket, text)
    await instant.press(ticket, ts, "keep")
    await instant.reaction(ts, "lock")
    assert instant.replies(ticket) == []


async def test_a_refused_reply_fails_visibly_and_retry_sends_it_once(instant: Stage) -> None:
    ticket = await instant.opened()
    body = '{"code":9,"message":"not now","details":[]}'
    instant.market.faults.add(
        Fault("UpdateTicket", Phase.COMMIT, Action.STATUS, status=400, body=body)
    )
    ts = await instant.say(ticket, "Hello")
    row = await instant.receipt(ticket, ts, "was not sent")
    assert "not now" in views.shown(row)
    await instant.reaction(ts, "x")
    await instant.press(ticket, ts, "retry")
    await instant.replied(ticket, "Hello")
    await instant.reaction(ts, "white_check_mark")


@pytest.mark.parametrize("phase", [Phase.ANSWER, Phase.HALF])
@pytest.mark.parametrize("rewrites", [False, True])
async def test_an_answer_lost_after_the_commit_sends_nothing_twice(
    instant: Stage, phase: Phase, rewrites: bool
) -> None:
    instant.market.rewrite_html = rewrites
    ticket = await instant.opened()
    instant.market.faults.add(Fault("UpdateTicket", phase, Action.RESET))
    ts = await instant.say(ticket, "First line\n\nSecond *line* & <more>\n- a\n- b")
    await instant.reaction(ts, "white_check_mark")
    await instant.quiet(1.5)
    assert len(instant.replies(ticket)) == 1
    instant.balanced(ticket)


async def test_a_request_lost_before_the_commit_is_sent_again_by_itself(instant: Stage) -> None:
    ticket = await instant.opened()
    instant.market.faults.add(Fault("UpdateTicket", Phase.COMMIT, Action.RESET))
    ts = await instant.say(ticket, "Hello")
    await instant.receipt(ticket, ts, "may not have been sent")
    await instant.replied(ticket, "Hello")
    await instant.reaction(ts, "white_check_mark")


@pytest.mark.parametrize("phase", [Phase.ANSWER, Phase.COMMIT], ids=["arrived", "lost"])
async def test_what_cannot_be_settled_asks_a_human_until_it_shows(
    instant: Stage, phase: Phase
) -> None:
    ticket = await instant.opened()
    instant.market.faults.add(Fault("UpdateTicket", phase, Action.RESET))
    blind = Fault("GetTicket", Phase.ARRIVAL, Action.STATUS, status=500, times=None, skip=1)
    instant.market.faults.add(blind)
    ts = await instant.say(ticket, "Hello")
    await instant.until(
        "the buttons",
        lambda: (
            "intent:check"
            in views.buttons(views.receipt(instant.slack, ticket, ts) or {"blocks": []})
        ),
        20,
    )
    second = await instant.say(ticket, "a later one waits")
    await instant.quiet()
    arrived = ["Hello"] if phase is Phase.ANSWER else []
    assert instant.replies(ticket) == arrived
    instant.market.faults.clear()
    if not arrived:
        await instant.press(ticket, ts, "check")
    await instant.reaction(ts, "white_check_mark")
    await instant.reaction(second, "white_check_mark")
    assert len(instant.mirrored(ticket)) == 1, "neither is shown as somebody else's"
    assert instant.replies(ticket) == ["Hello", "a later one waits"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("note - he is lying", "looks like a note"),
        ("// never mind", "Not sent again: edited into a note"),
    ],
)
async def test_send_again_does_not_send_what_the_message_became_unasked(
    instant: Stage, text: str, words: str
) -> None:
    ticket = await instant.opened()
    instant.market.faults.add(Fault("UpdateTicket", Phase.COMMIT, Action.RESET))
    blind = Fault("GetTicket", Phase.ARRIVAL, Action.STATUS, status=500, times=None, skip=1)
    instant.market.faults.add(blind)
    ts = await instant.say(ticket, "Hello")
    await instant.receipt(ticket, ts, "may not have been sent: ")
    await instant.anna.edit(CHANNEL, ts, text)
    await instant.receipt(ticket, ts, "afterwards")
    instant.market.faults.clear()
    await instant.press(ticket, ts, "again")
    await instant.receipt(ticket, ts, words)
    await instant.say(ticket, "Good morning")
    await instant.replied(ticket, "Good morning")
