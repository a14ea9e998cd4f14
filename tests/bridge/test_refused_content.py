"""What Slack refuses to show or to delete holds nothing up."""

from __future__ import annotations

from typing import Any

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.slack.refusals import Refusal
from slackbridge.slack.blocks.drawn import NO_BUTTONS, PLAIN, TEXT
from tests.bridge import conftest as bridge
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

place, run, stage, instant = bridge.place, bridge.run, bridge.stage, bridge.instant
FORM_ERRORS = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long")
BAD = "a very <b>odd</b> message"
ODD = "odd"


def refuse(place: World, method: str, error: str, **more: Any) -> Refusal:
    return place.slack.refusals.add(Refusal(method, error, **more))


def row_of(stage: Stage, ticket: int, text: str) -> dict[str, Any]:
    return next(row for row in stage.mirrored(ticket) if text in views.shown(row) + row["text"])


def kinds(row: dict[str, Any]) -> set[str]:
    return {block["type"] for block in row.get("blocks") or ()}


def told(place: World) -> list[str]:
    """What the ops channel was told."""
    rows = place.slack.workspace.history("C0OPS")
    return [views.shown(row) or row["text"] for row in rows if views.effect_of(row)]


@pytest.mark.parametrize("error", FORM_ERRORS)
async def test_a_refused_message_is_shown_as_plain_sections(
    place: World, run: Running, error: str
) -> None:
    stage = Stage(place)
    async with run():
        ticket = await stage.opened()
        refused = refuse(place, "chat.postMessage", error, text=ODD, block="rich_text")
        place.refurbed.customer_writes(ticket, BAD)
        place.refurbed.customer_writes(ticket, "<p>the next one</p>")
        await stage.until("both", lambda: len(stage.mirrored(ticket)) == 3)
        row = row_of(stage, ticket, "a very odd message")
        assert "rich_text" not in kinds(row)
        assert PLAIN in views.shown(row)
        assert PLAIN not in views.shown(row_of(stage, ticket, "the next one"))
        stage.balanced(ticket)
    assert refused.struck == 1
    assert not told(place), "nothing is lost, so nobody need act"


async def test_then_as_text_only(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run():
        ticket = await stage.opened()
        refuse(place, "chat.postMessage", "invalid_blocks", text=ODD, block="*")
        place.refurbed.customer_writes(ticket, BAD)
        place.refurbed.customer_writes(ticket, "<p>the next one</p>")
        await stage.until("both", lambda: len(stage.mirrored(ticket)) == 3)
        row = row_of(stage, ticket, "a very odd message")
        assert not kinds(row)
        assert TEXT in row["text"]
        stage.balanced(ticket)


@pytest.mark.parametrize("error", ["msg_blocks_too_long", "no_text", "a_new_error_of_slack"])
async def test_then_a_line_stands_in_for_it_and_ops_is_told_once(
    place: World, run: Running, error: str
) -> None:
    """An error that no list has is believed to be about the message once it repeats."""
    stage = Stage(place)
    async with run():
        ticket = await stage.opened()
        refused = refuse(place, "chat.postMessage", error, text=ODD)
        place.refurbed.customer_writes(ticket, BAD)
        place.refurbed.customer_writes(ticket, "<p>the next one</p>")
        await stage.until("both", lambda: len(stage.mirrored(ticket)) == 3)
        (row,) = [r for r in stage.mirrored(ticket) if "Slack refuses a message" in r["text"]]
        assert error in row["text"]
        assert f"refurbed-at:{ticket}" in row["text"]
        await stage.until("ops", lambda: told(place))
        stage.balanced(ticket)
        tried = refused.struck
        place.refurbed.customer_writes(ticket, "<p>a third</p>")
        await stage.until("the third", lambda: len(stage.mirrored(ticket)) == 4)
    assert len([text for text in told(place) if error in text]) == 1
    assert refused.struck == tried, "it is not tried again"


@pytest.mark.parametrize("block", ["header", "*"])
async def test_a_refused_card_opens_its_thread_and_is_edited(
    place: World, run: Running, block: str
) -> None:
    stage = Stage(place)
    refuse(place, "chat.*", "invalid_blocks", block="header")
    if block == "*":
        refuse(place, "chat.*", "invalid_blocks", block="actions")
    async with run():
        ticket = await stage.opened()
        (card,) = views.cards(place.slack, ticket)
        note = PLAIN if block == "header" else NO_BUTTONS
        assert note in (views.shown(card) + card["text"])
        assert ("actions" in kinds(card)) is (block == "header")
        place.refurbed.close(ticket)

        def closed() -> bool:
            (now,) = views.cards(place.slack, ticket)
            return "Closed" in views.shown(now) + now["text"]

        await stage.until("the end", closed)
        stage.balanced(ticket)


async def test_refused_words_and_notices_are_told_plainly(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run():
        ticket = await stage.opened()
        refuse(place, "chat.*", "invalid_blocks", block="section", times=1)
        place.refurbed.close(ticket)
        ts = await stage.say(ticket, "too late")
        await stage.reaction(ts, "x")
        row = await stage.receipt(ticket, ts, "was not sent")
        assert views.shown(row)


DELETION = ("cant_delete_message", "compliance_exports_prevent_deletion", "no_permission")


@pytest.mark.parametrize("error", [*DELETION, "restricted_action_read_only_channel"])
async def test_what_cannot_be_deleted_stays_and_ops_is_told_once(
    place: World, run: Running, error: str
) -> None:
    """Words that cannot be edited any more are deleted and posted anew."""
    stage = Stage(place)
    async with run(replies={"undo_seconds": 1.5}):
        ticket = await stage.opened()
        ts = await stage.say(ticket, "an answer")
        words = await stage.receipt(ticket, ts, "goes out")
        refuse(place, "chat.delete", error)
        refuse(place, "chat.update", "edit_window_closed", text="Sent", times=1)
        refuse(place, "chat.update", "edit_window_closed", text="Not sent", times=1)
        await stage.anna.click(CHANNEL, words["ts"], "intent:undo")
        await stage.until("ops", lambda: told(place))
        assert error in told(place)[0]
        place.refurbed.customer_writes(ticket, "<p>the next one</p>")
        await stage.until("the next one", lambda: len(stage.mirrored(ticket)) == 2)
        await stage.quiet(0.5)
    assert len(told(place)) == 1


async def test_a_refused_form_is_opened_plainly_or_told_in_words(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run():
        ticket = await stage.opened()
        refuse(place, "views.*", "invalid_arguments", block="rich_text")
        refuse(place, "views.*", "invalid_arguments", block="context")
        await stage.anna.click(CHANNEL, stage.root(ticket), "ticket:reply")
        await stage.until("the customer's words", lambda: "Hello" in str(stage.anna.modals()))
        (modal,) = stage.anna.modals()
        assert "input" in kinds(modal)
        assert PLAIN in str(modal)
        place.slack.refusals.clear()
        refuse(place, "views.open", "invalid_arguments")
        await stage.ben.click(CHANNEL, stage.root(ticket), "ticket:reply")
        await stage.until(
            "words", lambda: "refuses to open this form" in str(stage.ben.ephemerals(CHANNEL))
        )


async def test_a_refused_home_tab_is_drawn_plainly(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run():
        await stage.opened()
        refuse(place, "views.publish", "invalid_arguments", block="header")
        await stage.anna.open_home()
        await stage.until("the tab", lambda: PLAIN in str(stage.anna.home()))
