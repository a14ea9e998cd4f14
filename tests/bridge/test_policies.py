"""Workspaces whose admins forbid something: nothing is lost, and people hear what they can do."""

from __future__ import annotations

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

OPS = "C0OPS"


def states(stage: Stage, ticket: int) -> list[str]:
    """What the ticket's thread says of its status."""
    rows = (views.shown(row) for row in views.thread(stage.slack, ticket))
    return [text.split("*")[1] for text in rows if "Status:" in text and "card above" in text]


def told(stage: Stage, words: str) -> list[str]:
    rows = (views.shown(row) for row in stage.slack.workspace.history(OPS))
    return [row for row in rows if words in row]


async def test_a_card_that_is_too_old_to_edit_is_continued_in_its_thread(
    place: World, run: Running
) -> None:
    """Ops hears once; each new status stands in the thread once, also after a restart."""
    stage = Stage(place)
    slack = {"ops_channel": OPS}
    async with run(slack=slack, replies={"undo_seconds": 0}):
        ticket, other = await stage.opened(), await stage.opened()
        card = stage.card(ticket)
        place.slack.workspace.policies.edit_seconds = 0.0
        await stage.anna.click(CHANNEL, stage.root(ticket), "ticket:solve")
        await stage.until("it is said", lambda: states(stage, ticket) == ["solved"])
        lost = Fault("chat.postMessage", Phase.ANSWER, Action.RESET, skip=1)
        place.slack.faults.add(lost)
        place.refurbed.customer_writes(ticket, "<p>no</p>")
        await stage.until("and that", lambda: len(states(stage, ticket)) == 2)
        await stage.anna.click(CHANNEL, stage.root(other), "ticket:solve")
        await stage.until("of the other", lambda: states(stage, other) == ["solved"])
    async with run(slack=slack, replies={"undo_seconds": 0}):
        place.refurbed.customer_writes(ticket, "<p>and more</p>")
        await stage.until("more", lambda: len(stage.mirrored(ticket)) == 3)
        await stage.quiet()
        assert states(stage, ticket) == ["solved", "needs agent"]
        assert stage.card(ticket) == card
        assert len(told(stage, "edit_window_closed")) == 1
        assert "Ask an admin" in told(stage, "edit_window_closed")[0]
        place.slack.workspace.policies.edit_seconds = None
        await stage.anna.click(CHANNEL, stage.root(ticket), "ticket:solve")
        await stage.until("edited again", lambda: "Solved" in stage.card(ticket))
        assert states(stage, ticket) == ["solved", "needs agent"]
        stage.balanced(ticket)


@pytest.mark.parametrize("error", ["cannot_reply_to_message", "thread_not_found"])
async def test_a_reply_to_a_root_that_is_gone_begins_a_new_thread(
    instant: Stage, error: str
) -> None:
    instant.slack.workspace.policies.gone_root = error
    ticket = await instant.opened()
    await instant.anna.delete(CHANNEL, instant.root(ticket))
    instant.market.customer_writes(ticket, "<p>Still there?</p>")
    await instant.until("a new card", lambda: views.cards(instant.slack, ticket))
    await instant.until("what is new", lambda: instant.mirrored(ticket))
    await instant.quiet(0.3)
    assert len(views.cards(instant.slack, ticket)) == 1


async def test_a_root_that_stands_and_takes_no_reply_is_not_replaced(instant: Stage) -> None:
    ticket = await instant.opened()
    body = '{"ok":false,"error":"cannot_reply_to_message"}'
    refused = Fault(
        "chat.postMessage", Phase.ARRIVAL, Action.STATUS, times=None, status=200, body=body
    )
    instant.slack.faults.add(refused)
    instant.market.customer_writes(ticket, "<p>more</p>")
    await instant.until("it failed", lambda: refused.struck > 1)
    instant.slack.faults.clear()
    await instant.until("it is there", lambda: len(instant.mirrored(ticket)) == 2)
    instant.balanced(ticket)


@pytest.mark.parametrize(
    ("what", "code", "remedy"),
    [
        ("read-only", "restricted_action_read_only_channel", "let the app post there"),
        ("locked", "restricted_action_thread_locked", "unlock the thread"),
    ],
)
async def test_a_place_that_is_closed_is_told_with_its_remedy(
    place: World, run: Running, what: str, code: str, remedy: str
) -> None:
    """The agent's reply goes out all the same, and everything is shown once the place is open."""
    stage = Stage(place)
    async with run(slack={"ops_channel": OPS}, replies={"undo_seconds": 0}):
        ticket = await stage.opened()
        policies = place.slack.workspace.policies
        closed, one = (
            (policies.read_only, CHANNEL)
            if what == "read-only"
            else (policies.locked, stage.root(ticket))
        )
        closed.add(one)
        place.refurbed.customer_writes(ticket, "<p>more</p>")
        await stage.until("it is told", lambda: told(stage, code))
        assert remedy in told(stage, code)[0]
        ts = await stage.say(ticket, "Hello")
        await stage.replied(ticket, "Hello")
        closed.clear()
        await stage.reaction(ts, "white_check_mark")
        await stage.until("more", lambda: len(stage.mirrored(ticket)) == 2)
        stage.balanced(ticket)
