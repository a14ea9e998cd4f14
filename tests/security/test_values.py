"""Forged values of buttons and modals: a value is looked up in its own thread and grants no
permission. What every ticket's buttons refuse is also in tests/bridge/test_buttons.py.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, CHANNEL, World
from slackbridge.domain.intent import Press
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.people import Person
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage
from tests.bridge.test_create import form, receipt

Json = dict[str, Any]
OTHER = "C0OTHER"
GARBAGE = (
    "",
    "|",
    "~",
    ":~|",
    f"{ACCOUNT}:~",
    f"{ACCOUNT}:~|",
    f"{ACCOUNT}:~|~",
    f"{ACCOUNT}:~|=x",
    f"{ACCOUNT}|v:V1",
    "nobody:~|v:V1",
    "*:~|*",
    "{'a': 1}",
    "\\u0000|\\ud800",
    "é|🔒",
    "x" * 2_000,
    "|" * 2_000,
)


async def planted(
    stage: Stage, action: str, value: str, *, channel: str = CHANNEL, thread: str | None = None
) -> str:
    """A message of our own bot's with a button that the bridge never made; its ts."""
    label = {"type": "plain_text", "text": "x"}
    button: Json = {"type": "button", "action_id": action, "text": label}
    block = {"type": "actions", "block_id": "b", "elements": [button | {"value": value}]}
    bot = stage.slack.bot_user_id
    message = Message(channel, "", "x", bot, bot_id="B0SANDBOX", blocks=(block,))
    return str(stage.slack.workspace.post(replace(message, thread_ts=thread)).ts)


async def pressed(who: Person, stage: Stage, action: str, value: str, **where: Any) -> None:
    ts = await planted(stage, action, value, **where)
    await who.click(where.get("channel", CHANNEL), ts, action)


async def refused(stage: Stage) -> tuple[Json, str]:
    """The receipt of a ticket that could not be opened, and the value of its buttons."""
    modal = await form(stage)
    entered = {
        "order_item": {"order_item": "999999"},
        "type": {"type": "order"},
        "topic": {"topic": "delivery"},
        "message": {"message": "Hello"},
    }
    await stage.anna.submit(modal["id"], entered)
    row = await receipt(stage, "❌")
    (value,) = {
        element["value"]
        for block in row["blocks"]
        for element in block.get("elements", ())
        if element.get("action_id", "").startswith("intent:")
    }
    assert value.startswith(f"{ACCOUNT}:~|v:")
    return row, value


async def test_a_receipt_in_the_channel_is_the_only_place_of_its_value(instant: Stage) -> None:
    """The buttons of `/ticket new` work only in their own message and for permitted users."""
    ticket = await instant.opened()
    row, value = await refused(instant)
    calls = instant.market.calls["CreateTicket"]
    root = instant.root(ticket)
    talk = await instant.anna.say(CHANNEL, "talk")
    for press in Press:
        for thread in (None, root, talk):
            await pressed(instant.anna, instant, f"intent:{press}", value, thread=thread)
    await instant.anna.invite(OTHER, instant.slack.bot_user_id)
    await pressed(instant.anna, instant, "intent:retry", value, channel=OTHER)
    await pressed(instant.anna, instant, "intent:explode", value)
    for name in ("gil", "ext"):
        who = instant.slack.person(name)
        await who.click(CHANNEL, row["ts"], "intent:retry")
        await who.click(CHANNEL, row["ts"], "intent:discard")
    await instant.quiet(0.4)
    assert instant.market.calls["CreateTicket"] == calls
    assert "❌" in views.shown(await receipt(instant, "❌")), "neither tried again nor discarded"
    told = [each["text"] for each in instant.anna.ephemerals(CHANNEL)]
    assert any("does not belong" in text for text in told)
    await instant.anna.click(CHANNEL, row["ts"], "intent:discard")
    await receipt(instant, "discarded by")


@pytest.mark.parametrize("action", ["intent:retry", "intent:send", "account:show", "ticket:solve"])
async def test_garbage_is_answered_and_does_nothing(instant: Stage, action: str) -> None:
    ticket = await instant.opened()
    before = instant.card(ticket)
    for value in GARBAGE:
        await pressed(instant.anna, instant, action, value)
        if action != "ticket:solve":  # there the thread, not the value, names the ticket
            await pressed(instant.anna, instant, action, value, thread=instant.root(ticket))
    await instant.quiet(0.3)
    assert instant.market.calls["UpdateTicket"] == instant.market.calls["CreateTicket"] == 0
    assert instant.card(ticket) == before


@pytest.mark.parametrize("callback", ["reply", "follow_up", "claim", "action", "money", "?"])
async def test_a_modal_that_names_no_ticket_of_ours_does_nothing(
    place: World, run: Running, callback: str
) -> None:
    async with run(replies={"undo_seconds": 0}) as bridge:
        stage = Stage(place)
        ticket = await stage.opened()
        answers: list[Json] = []

        async def ack(**answer: Any) -> None:
            answers.append(answer)

        values = {"text": {"text": {"value": "forged"}}, "typed": {"typed": {"value": "x"}}}
        view = {"id": "V1", "callback_id": callback, "state": {"values": values}}
        body = {"user": {"id": stage.anna.id}}
        forged: tuple[Any, ...] = (
            {"key": f"{ACCOUNT}:~"},
            {"key": f"{ACCOUNT}:~", "action": "?"},
            {"key": f"nobody:{ticket}"},
            {"key": "*"},
            {"key": None},
            {},
            [],
            "key",
        )
        for each in forged:
            meant = {**view, "private_metadata": json.dumps(each)}
            await bridge.listeners._buttons.submitted(ack, body, meant)
        for raw in ("", "{", "\x00", "[" * 2_000):
            await bridge.listeners._buttons.submitted(ack, body, {**view, "private_metadata": raw})
        await stage.quiet(0.3)
        assert len(answers) == len(forged) + 4
        assert stage.market.calls["UpdateTicket"] == stage.market.calls["CreateTicket"] == 0
        assert "Held by" not in stage.card(ticket)
