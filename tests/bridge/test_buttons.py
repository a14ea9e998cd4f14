"""Buttons of the card and of receipts: each acts once, on the ticket whose thread it stands in."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, CHANNEL, World
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.vocabulary import Status
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.people import Person
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage


def calls(stage: Stage) -> int:
    return stage.market.calls["UpdateTicket"]


async def press(stage: Stage, person: Person, ticket: int, name: str) -> None:
    """Press a button of the card, or choose it from its menu."""
    root = stage.root(ticket)
    if f"ticket:{name}" in views.buttons(views.cards(stage.slack, ticket)[0]):
        await person.click(CHANNEL, root, f"ticket:{name}")
    else:
        await person.click(CHANNEL, root, "ticket:more", selected_option=name)


async def says(stage: Stage, ticket: int, words: str) -> None:
    await stage.until(f"card: {words}", lambda: words in stage.card(ticket))


async def whispered(person: Person, words: str) -> None:
    """Wait for an ephemeral message to a person."""
    assert await found(person, words), f"{words!r} not in {person.ephemerals(CHANNEL)}"


async def found(person: Person, words: str) -> bool:
    for _ in range(100):
        if any(words in row["text"] for row in person.ephemerals(CHANNEL)):
            return True
        await asyncio.sleep(0.03)
    return False


async def test_solve_acts_once_however_often_it_is_pressed(instant: Stage) -> None:
    ticket = await instant.opened()
    instant.slack.delivery.duplicate("block_actions", copies=3)
    await asyncio.gather(
        press(instant, instant.anna, ticket, "solve"), press(instant, instant.ben, ticket, "solve")
    )
    for _ in range(3):
        await instant.anna.click(CHANNEL, instant.root(ticket), "ticket:reply")
    await says(instant, ticket, "Solved by")
    await instant.quiet()
    assert instant.market.ticket(ticket).status == Status.SOLVED
    assert calls(instant) == 1


async def test_impatient_presses_on_a_card_not_yet_redrawn(place: World, run: Running) -> None:
    async with run(timing={"edit_seconds": 2}):
        stage = Stage(place)
        ticket = await stage.opened()
        root = stage.root(ticket)
        for _ in range(5):
            await stage.anna.click(CHANNEL, root, "ticket:solve")
            await asyncio.sleep(0.12)
        await says(stage, ticket, "Solved by")
        assert calls(stage) == 1


async def test_solve_works_again_after_the_customer_reopened(instant: Stage) -> None:
    ticket = await instant.opened()
    await press(instant, instant.anna, ticket, "pending")
    await says(instant, ticket, "Set to")
    for times in (1, 2):
        await press(instant, instant.ben, ticket, "solve")
        await says(instant, ticket, "Solved by")
        assert instant.market.ticket(ticket).status == Status.SOLVED
        assert "ticket:solve" not in views.buttons(views.cards(instant.slack, ticket)[0])
        instant.market.customer_writes(ticket, "<p>no!</p>")
        await instant.until(
            "its button", lambda: "ticket:solve" in str(views.cards(instant.slack, ticket)[0])
        )
        assert calls(instant) == 1 + times


async def test_a_status_that_is_refused_is_visible_and_can_be_pressed_again(
    instant: Stage,
) -> None:
    ticket = await instant.opened()
    body = '{"code":9,"message":"not now","details":[]}'
    instant.market.faults.add(
        Fault("UpdateTicket", Phase.COMMIT, Action.STATUS, status=400, body=body)
    )
    await press(instant, instant.anna, ticket, "solve")
    row = await instant.until(
        "a receipt",
        lambda: next(
            (r for r in views.thread(instant.slack, ticket) if "not now" in views.shown(r)), None
        ),
    )
    assert "status change by" in views.shown(row)
    await press(instant, instant.ben, ticket, "solve")
    await says(instant, ticket, "Solved by <@U0BEN>")
    (settled,) = [r for r in views.thread(instant.slack, ticket) if r["ts"] == row["ts"]]
    assert not views.buttons(settled), "and it is no failure any more"


async def test_claim_assigns_at_the_marketplace_and_warns_a_colleague(instant: Stage) -> None:
    instant.market.add_agent("anna@sandbox.example", "Anna Auer")
    instant.market.add_agent("ben@sandbox.example", "Ben Berger")
    ticket = await instant.opened()
    await press(instant, instant.anna, ticket, "claim")
    await says(instant, ticket, "<@U0ANNA>")
    await instant.until("it", lambda: instant.market.ticket(ticket).assignee == EMAIL["anna"])
    await says(instant, ticket, "Anna Auer")
    await press(instant, instant.anna, ticket, "claim")
    await whispered(instant.anna, "You hold this ticket already")
    await press(instant, instant.ben, ticket, "claim")
    (modal,) = instant.ben.modals()
    assert "<@U0ANNA> holds this ticket" in views.shown(modal)
    assert instant.market.ticket(ticket).assignee == EMAIL["anna"]
    await instant.ben.submit(modal["id"])
    await says(instant, ticket, "<@U0BEN>")
    await instant.until("his", lambda: instant.market.ticket(ticket).assignee == EMAIL["ben"])
    await press(instant, instant.ben, ticket, "unclaim")
    await instant.until("nobody's", lambda: not instant.market.ticket(ticket).assignee)
    await instant.until("the card", lambda: "Held by" not in instant.card(ticket))


EMAIL = {"anna": "anna@sandbox.example", "ben": "ben@sandbox.example"}


async def test_two_claims_at_once_have_one_winner(instant: Stage) -> None:
    instant.market.add_agent(EMAIL["anna"], "Anna Auer")
    instant.market.add_agent(EMAIL["ben"], "Ben Berger")
    ticket = await instant.opened()
    instant.slack.delivery.duplicate("block_actions", copies=2)
    people = {"anna": instant.anna, "ben": instant.ben}
    await asyncio.gather(*(press(instant, each, ticket, "claim") for each in people.values()))
    await says(instant, ticket, "Held by")
    winner = "anna" if "<@U0ANNA>" in instant.card(ticket) else "ben"
    loser = people["ben" if winner == "anna" else "anna"]
    await instant.until("it", lambda: instant.market.ticket(ticket).assignee == EMAIL[winner])
    assert loser.modals() or await found(loser, "quicker")
    assert not any("quicker" in r["text"] for r in people[winner].ephemerals(CHANNEL))
    await instant.quiet(0.4)
    assert calls(instant) == 1


async def test_an_assignment_that_fails_is_visible(instant: Stage) -> None:
    """Anna's address is none of the marketplace's agents."""
    ticket = await instant.opened()
    await press(instant, instant.anna, ticket, "claim")
    row = await instant.receipt(ticket, "claim:0", "assignment by <@U0ANNA> was not")
    await says(instant, ticket, "<@U0ANNA>")
    instant.market.add_agent(EMAIL["anna"], "Anna Auer")
    await instant.ben.click(CHANNEL, row["ts"], "intent:retry")
    await instant.until("it", lambda: instant.market.ticket(ticket).assignee == EMAIL["anna"])
    await instant.receipt(ticket, "claim:0", "Assigned by")


async def test_receipt_buttons_act_once_whoever_presses(instant: Stage) -> None:
    ticket = await instant.opened()
    held = await instant.say(ticket, "/ hm")
    row = await instant.receipt(ticket, held, "looks like a note")
    instant.slack.delivery.duplicate("block_actions", copies=2)
    await asyncio.gather(
        instant.anna.click(CHANNEL, row["ts"], "intent:send"),
        instant.ben.click(CHANNEL, row["ts"], "intent:send"),
    )
    await instant.replied(ticket, "/ hm")
    body = '{"code":9,"message":"not now","details":[]}'
    fault = Fault("UpdateTicket", Phase.COMMIT, Action.STATUS, status=400, body=body)
    instant.market.faults.add(fault)
    failed = await instant.say(ticket, "Hello")
    row = await instant.receipt(ticket, failed, "was not sent")
    await asyncio.gather(
        instant.anna.click(CHANNEL, row["ts"], "intent:retry"),
        instant.ben.click(CHANNEL, row["ts"], "intent:retry"),
        instant.ben.click(CHANNEL, row["ts"], "intent:discard"),
    )
    await instant.quiet(1.0)
    replies = instant.replies(ticket)
    assert replies in (["/ hm", "Hello"], ["/ hm"]), "sent once, or discarded first"


async def test_forged_values_and_foreign_threads_change_nothing(stage: Stage) -> None:
    """A button's value is looked up in the button's own thread only."""
    mine, other = await stage.opened(), await stage.opened("<p>other</p>")
    ts = await stage.say(other, "Hello")
    await stage.receipt(other, ts, "goes out")
    await forged(stage, stage.root(mine), "intent:undo", f"{ACCOUNT}:{other}|{ts}")
    await forged(stage, stage.root(mine), "intent:explode", f"{ACCOUNT}:{other}|{ts}")
    await forged(stage, stage.root(mine), "intent:undo", "|" * 50)
    await forged(stage, stage.root(mine), "ticket:explode", "")
    talk = await stage.anna.say(CHANNEL, "talk")
    await forged(stage, talk, "ticket:solve", f"{ACCOUNT}:{other}")
    await forged(stage, talk, "ticket:claim", f"{ACCOUNT}:{other}")
    await forged(stage, talk, "account:show", "no-such-account")
    await whispered(stage.anna, "does not belong to a ticket")
    await stage.replied(other, "Hello")
    assert calls(stage) == 1
    assert stage.market.ticket(other).status != Status.SOLVED
    assert "Held by" not in stage.card(other)


async def forged(stage: Stage, thread: str, action: str, value: str) -> None:
    """Press a button that the bridge never posted."""
    label = {"type": "plain_text", "text": "x"}
    button: dict[str, Any] = {"type": "button", "action_id": action, "text": label, "value": value}
    block = {"type": "actions", "block_id": "b", "elements": [button]}
    bot = stage.slack.bot_user_id
    message = Message(CHANNEL, "", "x", bot, bot_id="B0SANDBOX", blocks=(block,))
    posted = stage.slack.workspace.post(replace(message, thread_ts=thread))
    await stage.anna.click(CHANNEL, posted.ts, action)


@pytest.mark.parametrize("name", ["reply", "solve", "claim", "pending"])
async def test_a_button_of_a_closed_ticket_explains(instant: Stage, name: str) -> None:
    """The card is stale: the marketplace has closed the ticket meanwhile."""
    ticket = await instant.opened()
    instant.market.faults.add(
        Fault("ListTickets", Phase.ARRIVAL, Action.STATUS, status=503, times=None)
    )
    instant.market.close(ticket)
    await press(instant, instant.anna, ticket, name)
    if name == "reply":
        (modal,) = instant.anna.modals()
        await instant.anna.submit(modal["id"], {"text": {"text": "Hello"}})
    await instant.until(
        "why not",
        lambda: any("closed" in views.shown(r) for r in views.thread(instant.slack, ticket)),
    )
    assert calls(instant) <= 1
