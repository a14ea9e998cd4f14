"""The Reply modal and the follow-up: what is submitted is done once, and can be undone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.vocabulary import Status
from slackbridge.sandbox.slack.errors import NotPossible
from slackbridge.sandbox.slack.people import Person
from tests.bridge.conftest import UNDO_SECONDS
from tests.bridge.stage import Stage

Json = dict[str, Any]


async def opens(stage: Stage, person: Person, ticket: int, name: str = "reply") -> Json:
    """Open a modal from the card."""
    root = stage.root(ticket)
    if f"ticket:{name}" in views.buttons(views.cards(stage.slack, ticket)[0]):
        await person.click(CHANNEL, root, f"ticket:{name}")
    else:
        await person.click(CHANNEL, root, "ticket:more", selected_option=name)
    return person.modals()[-1]


def filled(text: str, how: str = "") -> dict[str, Json]:
    return {"text": {"text": text}, **({"how": {"how": how}} if how else {})}


async def modal_receipt(stage: Stage, ticket: int, words: str) -> Json:
    """The receipt in the thread of what a modal asked for."""

    def found() -> Json | None:
        rows = views.thread(stage.slack, ticket)
        ours = [r for r in rows if views.effect_of(r).startswith("w:v:")]
        return next((r for r in ours if words in views.shown(r)), None)

    return dict(await stage.until(f"a receipt with {words!r}", found))


async def test_the_modal_shows_what_the_customer_said_last(instant: Stage) -> None:
    ticket = await instant.opened("<p>first words</p>")
    instant.market.customer_writes(ticket, "<p>last words</p>")
    instant.market.refurbed_writes(ticket, "<p>not the customer</p>")
    await instant.until("three", lambda: len(instant.mirrored(ticket)) == 3)
    modal = await opens(instant, instant.anna, ticket)
    await instant.until("it", lambda: "last words" in views.shown(instant.anna.modals()[-1]))
    shown = views.shown(instant.anna.modals()[-1])
    assert "first words" not in shown
    assert "not the customer" not in shown
    limit = modal["blocks"]
    assert any(b.get("element", {}).get("max_length") for b in limit)
    with pytest.raises(NotPossible, match="must have"):
        await instant.anna.submit(modal["id"], filled("x" * 3001))
    await instant.anna.submit(modal["id"], filled("Hello"))
    await instant.replied(ticket, "Hello")
    await instant.quiet(0.5)
    assert len(instant.mirrored(ticket)) == 4, "the thread shows what was sent from the modal"
    instant.balanced(ticket)


async def test_send_and_solve_is_one_call(instant: Stage) -> None:
    ticket = await instant.opened()
    modal = await opens(instant, instant.anna, ticket)
    instant.slack.delivery.duplicate("view_submission", copies=3)
    await instant.anna.submit(modal["id"], filled("Done", "send_solve"))
    await instant.until("the card", lambda: "Solved by <@U0ANNA>" in instant.card(ticket))
    await instant.quiet()
    assert instant.market.ticket(ticket).status == Status.SOLVED
    assert instant.market.calls["UpdateTicket"] == 1
    assert instant.replies(ticket) == ["Done"]


async def test_notes_go_where_they_say(instant: Stage) -> None:
    ticket = await instant.opened()
    modal = await opens(instant, instant.anna, ticket, "internal")
    assert modal["blocks"][-2]["element"]["initial_option"]["value"] == "internal"
    await instant.anna.submit(modal["id"], filled("Battery lot 7 & <more>"))
    await instant.until("it", lambda: instant.market.ledger.all("reply"))
    (note,) = instant.market.ledger.all("reply")
    assert (note.data["scope"], note.data["text"]) == ("INTERNAL", "Battery lot 7 & <more>")
    for text in ("She is a regular.", "Called her."):
        modal = await opens(instant, instant.ben, ticket, "private")
        await instant.ben.submit(modal["id"], filled(text))
    notes = "She is a regular.\nCalled her."
    await instant.until("notes", lambda: instant.market.ticket(ticket).notes == notes)
    assert instant.replies(ticket) == []


async def test_a_modal_reply_can_be_undone_and_stays_undone(stage: Stage) -> None:
    """Slack delivers the submission again after the undo."""
    ticket = await stage.opened()
    modal = await opens(stage, stage.anna, ticket)
    submission: list[Json] = []
    plan = stage.slack.delivery.plan

    def spy(name: str, payload: Json) -> Any:
        submission.append(payload)
        return plan(name, payload)

    delivery: Any = stage.slack.delivery
    delivery.plan = spy
    await stage.anna.submit(modal["id"], filled("never sent"))
    delivery.plan = plan
    row = await modal_receipt(stage, ticket, "goes out")
    assert "never sent" in views.shown(row)
    await stage.anna.click(CHANNEL, row["ts"], "intent:undo")
    await modal_receipt(stage, ticket, "Not sent")
    await stage.slack.socket.interaction("interactive", submission[0])
    await stage.quiet(UNDO_SECONDS + 0.3)
    assert stage.replies(ticket) == []


async def test_what_cannot_be_sent_is_said_in_the_modal(instant: Stage) -> None:
    ticket = await instant.opened()
    modal = await opens(instant, instant.anna, ticket)
    answer = await instant.anna.submit(modal["id"], filled("   \n "))
    assert answer
    assert "no text" in answer["errors"]["text"]
    assert instant.anna.modals(), "it stays open, and nothing typed is lost"
    await instant.anna.submit(modal["id"], filled("Hello"))
    await instant.replied(ticket, "Hello")


async def test_a_colleague_who_is_writing_is_named_until_they_are_done(instant: Stage) -> None:
    ticket = await instant.opened()
    modal = await opens(instant, instant.anna, ticket)
    other = await opens(instant, instant.ben, ticket)
    assert "<@U0ANNA> is writing" in views.shown(other)
    await instant.ben.submit(other["id"], filled("from Ben"))
    again = await opens(instant, instant.anna, ticket)
    assert "is writing" not in views.shown(again)
    await instant.anna.submit(modal["id"], filled("from Anna"))
    await instant.replied(ticket, "from Ben", "from Anna")


async def test_a_follow_up_is_opened_once(instant: Stage) -> None:
    ticket = await instant.opened()
    instant.market.close(ticket)
    await instant.until("its button", lambda: "Open a follow-up" in instant.card(ticket))
    modal = await opens(instant, instant.anna, ticket, "follow_up")
    instant.slack.delivery.duplicate("view_submission", copies=2)
    instant.market.faults.add(Fault("CreateTicket", Phase.ANSWER, Action.RESET))
    await instant.anna.submit(modal["id"], filled("How is it now?"))
    await modal_receipt(instant, ticket, "Follow-up ticket opened")
    (created,) = instant.market.ledger.all("create")
    new = int(created.data["ticket_id"])
    await instant.until("its thread", lambda: instant.mirrored(new))
    assert "How is it now?" in views.shown(instant.mirrored(new)[0])
    assert instant.market.calls["CreateTicket"] == 1


async def test_the_modal_opens_while_the_marketplace_is_slow(instant: Stage) -> None:
    ticket = await instant.opened()
    slow = Fault("GetTicket", Phase.ARRIVAL, Action.DELAY, seconds=2.5, times=None)
    instant.market.faults.add(slow)
    start = asyncio.get_running_loop().time()
    modal = await opens(instant, instant.anna, ticket)
    assert asyncio.get_running_loop().time() - start < 1.5
    assert "Loading" in views.shown(modal)
    instant.market.faults.clear()
    await instant.anna.submit(modal["id"], filled("Hello"))
    await instant.replied(ticket, "Hello")
