"""What Slack delivers, however often and in whatever order, comes to one intent, or to none."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.errors import NotAcknowledged
from slackbridge.sandbox.slack.messages import Message
from tests.bridge.conftest import UNDO_SECONDS, Running
from tests.bridge.stage import Stage


@pytest.mark.parametrize("how", ["duplicate", "twin", "two_teams"])
async def test_a_delivery_repeated_in_any_way_sends_once(instant: Stage, how: str) -> None:
    ticket = await instant.opened()
    delivery = instant.slack.delivery
    match how:
        case "duplicate":
            delivery.duplicate("message", copies=4)
        case "twin":
            delivery.twin("message")
        case _:
            delivery.two_teams("message")
    await instant.say(ticket, "Hello")
    await instant.replied(ticket, "Hello")
    await instant.quiet()
    assert instant.replies(ticket) == ["Hello"]


async def test_a_repetition_after_the_outcome_changes_nothing(stage: Stage) -> None:
    """Slack repeats after a minute and more: the message was sent, or undone, long ago."""
    ticket = await stage.opened()
    stage.slack.delivery.delay("message", 0.8)
    stage.slack.delivery.two_teams("message")
    ts = await stage.say(ticket, "Hello")
    await stage.replied(ticket, "Hello")
    stage.slack.delivery.clear()
    stage.slack.delivery.duplicate("message", copies=2)
    undone = await stage.say(ticket, "not this")
    await stage.press(ticket, undone, "undo")
    await repeat(stage, ts)
    await repeat(stage, undone)
    await stage.quiet(UNDO_SECONDS + 0.3)
    assert stage.replies(ticket) == ["Hello"]


async def test_an_edit_before_its_message_wins(stage: Stage) -> None:
    ticket = await stage.opened()
    stage.slack.delivery.delay("message", 0.3)
    ts = await stage.say(ticket, "Helo")
    await stage.anna.edit(CHANNEL, ts, "Hello")
    await stage.replied(ticket, "Hello")
    await stage.quiet()
    assert stage.replies(ticket) == ["Hello"]


async def test_of_edits_told_out_of_order_the_last_one_is_sent(stage: Stage) -> None:
    ticket = await stage.opened()
    stage.slack.delivery.reorder("message.message_changed", window=3)
    ts = await stage.say(ticket, "Helo")
    for text in ("Hello", "Hello there", "Hello again"):
        await stage.anna.edit(CHANNEL, ts, text)
    await stage.replied(ticket, "Hello again")
    await stage.quiet()


async def test_a_reply_edited_into_talk_before_it_is_heard_stays_inside(
    place: World, run: Running
) -> None:
    async with run(replies={"mode": "explicit", "undo_seconds": 0.2}):
        stage = Stage(place)
        ticket = await stage.opened()
        stage.slack.delivery.delay("message", 0.3)
        ts = await stage.say(ticket, "!reply no")
        await stage.anna.edit(CHANNEL, ts, "rather not")
        await stage.quiet(1.0)
        await stage.say(ticket, "!reply yes")
        await stage.replied(ticket, "yes")


async def test_a_deletion_before_its_message_wins(stage: Stage) -> None:
    ticket = await stage.opened()
    stage.slack.delivery.delay("message", 0.3)
    ts = await stage.say(ticket, "never sent")
    await stage.anna.delete(CHANNEL, ts)
    await stage.quiet(UNDO_SECONDS + 0.6)
    assert stage.replies(ticket) == []


async def test_reversed_deliveries_leave_in_the_order_of_writing(stage: Stage) -> None:
    ticket = await stage.opened()
    stage.slack.delivery.reorder("message", window=3)
    texts = ["first", "second", "third"]
    for text in texts:
        await stage.say(ticket, text)
    await stage.replied(ticket, *texts)


async def test_bots_and_what_is_no_ticket_change_nothing(instant: Stage) -> None:
    ticket = await instant.opened()
    root = instant.root(ticket)
    place = instant.slack.workspace
    ours = instant.slack.bot_user_id
    robots = (
        Message(CHANNEL, "", "another app", "U0ROBOT", bot_id="B0ROBOT"),
        Message(CHANNEL, "", "a hook", "U0ROBOT", bot_id="B0ROBOT", subtype="bot_message"),
        Message(CHANNEL, "", "we ourselves", ours, bot_id="B0SANDBOX"),
        Message(CHANNEL, "", "we, half told", ours),
    )
    for message in robots:
        place.post(replace(message, thread_ts=root))
    talk = await instant.anna.say(CHANNEL, "talk in the channel")
    await instant.ben.say(CHANNEL, "talk in another thread", talk)
    direct, _ = place.direct(instant.slack.bot_user_id, instant.anna.id)
    asked = await instant.anna.say(direct.id, "hello bot")
    await instant.anna.say(direct.id, "are you there?", asked)
    last = await instant.say(ticket, "Hello")
    await instant.reaction(last, "white_check_mark")
    assert instant.replies(ticket) == ["Hello"]
    assert not instant.anna.ephemerals(CHANNEL)
    assert not instant.anna.ephemerals(direct.id)


async def test_every_event_is_answered_at_once(instant: Stage) -> None:
    """Every subscribed event type: Slack redelivers an unacknowledged event for minutes."""
    ticket = await instant.opened()
    waits = deliveries(instant)
    ts = await instant.say(ticket, "Hello")
    await instant.reaction(ts, "white_check_mark")
    await instant.ben.react(CHANNEL, ts, "tada")
    await instant.anna.say(CHANNEL, f"<@{instant.slack.bot_user_id}> hello")
    await instant.anna.open_home()
    root = instant.root(ticket)
    loud = await instant.anna.say(CHANNEL, "Hello to all", root, broadcast=True)
    await instant.anna.invite("C0OTHER", instant.slack.bot_user_id)
    await instant.anna.archive("C0OTHER")
    instant.slack.workspace.announce({"type": "event_of_tomorrow", "user": None}, None)
    instant.slack.app.subscriptions.add("event_of_tomorrow")
    instant.slack.workspace.announce({"type": "event_of_tomorrow", "user": None}, None)
    await instant.receipt(ticket, loud, "also sent to the channel")
    await instant.quiet(0.4)
    told = {name for name, _ in waits}
    assert {"reaction_added", "app_mention", "app_home_opened", "event_of_tomorrow"} <= told
    assert "member_joined_channel" in told
    assert None not in [seconds for _, seconds in waits], f"not answered: {waits}"


async def test_shortcuts_and_strange_buttons_are_acknowledged(instant: Stage) -> None:
    """Each of these raises NotAcknowledged where the bridge does not answer."""
    ticket = await instant.opened()
    await instant.anna.global_shortcut("whatever")
    await instant.anna.message_shortcut("whatever", CHANNEL, instant.root(ticket))
    strange = {"type": "button", "action_id": "who:knows", "value": "x"}
    label = {"type": "plain_text", "text": "?"}
    block = {"type": "actions", "block_id": "b", "elements": [strange | {"text": label}]}
    posted = instant.slack.workspace.post(
        Message(CHANNEL, "", "?", instant.slack.bot_user_id, bot_id="B0SANDBOX", blocks=(block,))
    )
    await instant.anna.click(CHANNEL, posted.ts, "who:knows")


async def test_confirm_mode_asks_before_anything_leaves(place: World, run: Running) -> None:
    async with run(replies={"mode": "confirm", "undo_seconds": 0}):
        stage = Stage(place)
        ticket = await stage.opened()
        ts = await stage.say(ticket, "Helo")
        await stage.receipt(ticket, ts, "Send this to the customer?")
        await stage.anna.edit(CHANNEL, ts, "Hello")
        note = await stage.say(ticket, "// between us")
        await stage.reaction(note, "lock")
        dropped = await stage.say(ticket, "or not")
        await stage.press(ticket, dropped, "discard")
        assert stage.replies(ticket) == []
        await stage.press(ticket, ts, "send")
        direct = await stage.say(ticket, "!reply at once")
        await stage.replied(ticket, "Hello", "at once")
        await stage.reaction(direct, "white_check_mark")


async def test_explicit_mode_sends_only_what_is_addressed(place: World, run: Running) -> None:
    async with run(replies={"mode": "explicit", "undo_seconds": 2.0}):
        stage = Stage(place)
        ticket = await stage.opened()
        talk = await stage.say(ticket, "what do we say?")
        empty = await stage.say(ticket, "!reply")
        await stage.say(ticket, "!REPLY Dear customer, hello")
        await stage.anna.edit(CHANNEL, talk, "!reply We say yes")
        withdrawn = await stage.say(ticket, "!reply no")
        await stage.anna.edit(CHANNEL, withdrawn, "rather not")
        await stage.until("two replies", lambda: len(stage.replies(ticket)) == 2)
        await stage.receipt(ticket, empty, "no text")
        await stage.quiet(0.5)
        assert stage.replies(ticket) == ["We say yes", "Dear customer, hello"]


async def test_files_are_asked_about(instant: Stage) -> None:
    ticket = await instant.opened()
    both = await instant.say(ticket, "See the label", files=["label.pdf"])
    await instant.receipt(ticket, both, "Send the text without them?")
    alone = await instant.say(ticket, "", files=["photo.png"])
    row = await instant.receipt(ticket, alone, "cannot be sent")
    assert instant.replies(ticket) == []
    await instant.press(ticket, both, "send_text")
    await instant.replied(ticket, "See the label")
    assert "intent:send" not in views.buttons(row), "there is nothing in it to send"


async def test_a_button_that_fails_has_no_threads_read_again(instant: Stage) -> None:
    """A catch-up finds events, not button presses; the presser sees the failure."""
    ticket = await instant.opened()
    await instant.quiet()
    seen = len(instant.slack.faults.seen)
    instant.slack.faults.add(Fault("views.open", Phase.ARRIVAL, Action.STATUS))
    with pytest.raises(NotAcknowledged):
        await instant.anna.click(CHANNEL, instant.root(ticket), "ticket:reply")
    await instant.quiet()
    assert not [c for c in instant.slack.faults.seen[seen:] if c.startswith("conversations.")]


def deliveries(stage: Stage) -> list[tuple[str, float | None]]:
    """Every event from now on: its type, and the seconds until it was acknowledged."""
    waits: list[tuple[str, float | None]] = []
    socket: Any = stage.slack.socket
    send = socket.event

    async def event(payload: dict[str, Any]) -> None:
        number, start = len(waits), time.monotonic()
        waits.append((payload["event"]["type"], None))
        await send(payload)
        waits[number] = (payload["event"]["type"], time.monotonic() - start)

    socket.event = event
    return waits


async def repeat(stage: Stage, ts: str) -> None:
    """Slack delivers a message once more."""
    row = stage.slack.workspace.message(CHANNEL, ts) or {}
    channel = stage.slack.workspace.channels[CHANNEL]
    event = {**row, "channel": CHANNEL, "channel_type": "channel", "event_ts": ts}
    stage.slack.workspace.announce(event, channel)
