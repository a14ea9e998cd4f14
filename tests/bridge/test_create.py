"""A ticket that an agent opens: asked for by command, opened once, and its fate is told."""

from __future__ import annotations

from typing import Any

from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, CHANNEL
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.refusals import Refusal
from tests.bridge.stage import Stage

Json = dict[str, Any]


async def form(stage: Stage) -> Json:
    await stage.anna.command("/ticket", f"new {ACCOUNT}", channel=CHANNEL)
    return stage.anna.modals()[-1]


def bought(stage: Stage) -> int:
    """The number of something a customer ordered."""
    item = stage.market.add_item(
        name="Kim Muster", email="kim@example.com", country="AT", item="iPhone 12"
    )
    return item.id


def filled(item: int, text: str, topic: str = "delivery") -> dict[str, Json]:
    return {
        "order_item": {"order_item": str(item)},
        "type": {"type": "order"},
        "topic": {"topic": topic},
        "message": {"message": text},
    }


async def receipt(stage: Stage, words: str) -> Json:
    """What the channel says of the ticket that was asked for."""

    def found() -> Json | None:
        rows = stage.slack.workspace.history(CHANNEL)
        ours = [r for r in rows if views.effect_of(r).startswith("w:v:")]
        return next((r for r in ours if words in views.shown(r)), None)

    return dict(await stage.until(f"a receipt with {words!r}", found))


async def test_a_ticket_is_opened_once_and_gets_its_thread(instant: Stage) -> None:
    item = bought(instant)
    modal = await form(instant)
    assert f"Goes out as *{ACCOUNT}*" in views.shown(modal)
    instant.slack.delivery.duplicate("view_submission", copies=3)
    await instant.anna.submit(modal["id"], filled(item, "Your phone is <on> its way."))
    row = await receipt(instant, "✅ New ticket")
    (opened,) = instant.market.tickets.values()
    assert f"{ACCOUNT}:{opened.id}" in views.shown(row)
    assert "<@U0ANNA>" in views.shown(row)
    await instant.until("its thread", lambda: instant.mirrored(opened.id))
    assert "Your phone is <on> its way." in views.shown(instant.mirrored(opened.id)[0])
    await instant.quiet()
    assert instant.market.calls["CreateTicket"] == 1
    instant.balanced(opened.id)


async def test_a_refusal_is_told_and_can_be_tried_again(instant: Stage) -> None:
    modal = await form(instant)
    await instant.anna.submit(modal["id"], filled(999_999, "Hello"))
    row = await receipt(instant, "❌")
    assert "“Hello”" in views.shown(row), "what was written is not lost"
    calls = instant.market.calls["CreateTicket"]
    await instant.ben.click(CHANNEL, row["ts"], "intent:retry")
    await instant.until("a try", lambda: instant.market.calls["CreateTicket"] == calls + 1)
    row = await receipt(instant, "❌")
    await instant.ben.click(CHANNEL, row["ts"], "intent:discard")
    await receipt(instant, "discarded by <@U0BEN>")
    assert not instant.market.tickets


async def test_an_answer_that_was_lost_opens_no_second_ticket(instant: Stage) -> None:
    item = bought(instant)
    instant.market.faults.add(Fault("CreateTicket", Phase.ANSWER, Action.RESET))
    modal = await form(instant)
    await instant.anna.submit(modal["id"], filled(item, "Only once, please."))
    await receipt(instant, "✅ New ticket")
    (opened,) = instant.market.tickets.values()
    await instant.until("its thread", lambda: instant.mirrored(opened.id))
    assert instant.market.calls["CreateTicket"] == 1


async def test_what_cannot_be_settled_holds_up_no_other_ticket(instant: Stage) -> None:
    first, second = bought(instant), bought(instant)
    instant.market.faults.add(Fault("CreateTicket", Phase.COMMIT, Action.RESET))
    blind = instant.market.faults.add(
        Fault("ListTickets", Phase.ARRIVAL, Action.STATUS, times=None, status=403)
    )
    await instant.anna.submit((await form(instant))["id"], filled(first, "one"))
    row = await receipt(instant, "may not have been sent")
    await instant.anna.submit((await form(instant))["id"], filled(second, "two"))
    await receipt(instant, "✅ New ticket")
    assert [ticket.item.id for ticket in instant.market.tickets.values()] == [second]
    blind.times = blind.struck
    await instant.until("buttons", lambda: "intent:again" in views.buttons(row_of(instant, row)))
    await instant.anna.click(CHANNEL, row["ts"], "intent:again")
    await instant.until("both", lambda: len(instant.market.tickets) == 2)


def row_of(stage: Stage, row: Json) -> Json:
    return next(r for r in stage.slack.workspace.history(CHANNEL) if r["ts"] == row["ts"])


async def test_a_form_that_slack_refuses_twice_is_told_in_words(instant: Stage) -> None:
    refusal = Refusal("views.open", "invalid_arguments")
    instant.slack.refusals.add(refusal)
    answer: Any = await instant.anna.command("/ticket", "new", channel=CHANNEL)
    assert "could not be opened, and no ticket was" in str(answer["text"])
    assert f"`/ticket new {ACCOUNT}` again" in str(answer["text"])
    assert not instant.anna.modals()


async def test_who_may_not_act_opens_nothing(instant: Stage) -> None:
    gil = instant.slack.person("gil")
    answer: Any = await gil.command("/ticket", "new", channel=CHANNEL)
    assert "Guests cannot act" in str(answer["text"])
    assert not gil.modals()
    other: Any = await instant.anna.command("/ticket", "new nowhere", channel=CHANNEL)
    assert f"`/ticket new {ACCOUNT}`" in str(other["text"])
    assert not instant.anna.modals()
