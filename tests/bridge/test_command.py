"""The slash command: seen by the asker alone, answered in time, and it changes nothing."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, CHANNEL
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.people import Person
from tests.bridge.stage import Stage


async def ask(person: Person, text: str) -> str:
    """What the command answers at once."""
    answer: Any = await person.command("/ticket", text, channel=CHANNEL)
    assert answer["response_type"] == "ephemeral"
    return f"{answer['text']} {views.shown(answer)}"


async def test_a_ticket_is_found_by_key_order_and_address(instant: Stage) -> None:
    ticket = await instant.opened(name="Marie Huber", email="marie@example.com")
    other = await instant.opened(name="Juan Perez", email="juan@example.com")
    order = instant.market.ticket(ticket).item.order_id
    before = len(instant.slack.workspace.history(CHANNEL))
    asked = (f"{ACCOUNT}:{ticket}", str(ticket), str(order), "marie@example.com")
    for text in (*asked, f"  {order} ", "<mailto:marie@example.com|marie@example.com>"):
        answer = await ask(instant.anna, text)
        assert "Marie Huber" in answer, text
        assert "Juan" not in answer, text
        assert instant.root(ticket).replace(".", "") in answer, "with a link to its thread"
    assert str(other) in await ask(instant.ben, "juan@example.com")
    assert len(instant.slack.workspace.history(CHANNEL)) == before
    assert instant.market.calls["UpdateTicket"] == 0


async def test_tickets_are_searched_by_what_is_known_of_them(instant: Stage) -> None:
    marie = await instant.opened(name="Marie Huber", country="AT", topic="delivery")
    instant.market.set_urgency(marie, "URGENT")
    await instant.opened(name="Marie Dubois", country="FR")
    item = instant.market.ticket(marie).item
    for text in (
        "find Huber",
        "find name:marie country:at,de",
        "FIND urgency:urgent topic:delivery",
        f"find item:{item.id}",
        f"find order:{item.order_id} name:Marie",
    ):
        answer = await ask(instant.anna, text)
        assert "Marie Huber" in answer, text
        assert "Dubois" not in answer, text


ANSWERS = {
    f"{ACCOUNT}:99999999": "No ticket found",
    "99999999": "No ticket found",
    f"{ACCOUNT}:": "No ticket found",
    f"{ACCOUNT}:not a number": "No ticket found",
    "1" * 400: "No ticket found",
    "refurbed-xx:4711": f"there are {ACCOUNT}",
    "nobody@example.com": "No ticket found",
    "what is this?": "No ticket found",
    "<!channel> *hi* `": "No ticket found",
    "": "list [open|mine|overdue|ended]",
    "HELP me": "list [open|mine|overdue|ended]",
    "list nonsense": "there are open, mine, overdue, ended",
    "find": "Say what to look for",
    "find name:Nobody": "No ticket found",
    "find colour:red": "There is no field `colour`; there are order,",
    "find created:yesterday": "`yesterday` is not a day",
    "find Anna account:nowhere": f"there are {ACCOUNT}",
    "help find": "`yes` or `no`: the marketplace was asked for help",
    "list open item:4": "cannot be narrowed by item",
    "list ended nowhere": f"there are {ACCOUNT}",
    "why": "why KEY",
    f"why {ACCOUNT}:99999999": "No ticket found",
}


async def test_what_cannot_be_found_gets_a_helpful_answer(instant: Stage) -> None:
    for text, words in ANSWERS.items():
        answer = await ask(instant.anna, text)
        assert words in answer, text
        assert "<!channel>" not in answer
    assert "/ticket help" in await ask(instant.anna, "4712")


async def test_lists(instant: Stage) -> None:
    instant.market.add_agent("anna@sandbox.example", "Anna Auer")
    with instant.market.clock.pinned(time.time() - 200 * 3600):
        instant.market.customer_opens(name="Late Larry", email="l@example.com")
    instant.market.bulk(30)
    await instant.opened(name="My Mary", email="m@example.com")
    held = await instant.opened(name="Held Harry", email="h@example.com")
    await instant.anna.click(CHANNEL, instant.root(held), "ticket:claim")
    await instant.until("it", lambda: instant.market.ticket(held).assignee)
    assert "Held Harry" in await ask(instant.anna, "list mine")
    assert "My Mary" not in await ask(instant.anna, "list mine")
    assert "Held Harry" not in await ask(instant.ben, "list mine")
    assert "more" in await ask(instant.anna, "list")
    assert "My Mary" in await ask(instant.anna, "LIST OPEN")
    assert "Late Larry" in await ask(instant.anna, "list overdue")


async def test_a_slow_marketplace_is_answered_in_time_and_later_in_full(instant: Stage) -> None:
    ticket = await instant.opened(name="Marie Huber")
    slow = Fault("ListTickets", Phase.ARRIVAL, Action.DELAY, seconds=2.6, times=None)
    instant.market.faults.add(slow)
    start = asyncio.get_running_loop().time()
    answer = await ask(instant.anna, f"{ACCOUNT}:{ticket}")
    assert asyncio.get_running_loop().time() - start < 2.9
    assert "one moment" in answer

    def follows() -> bool:
        rows = instant.anna.ephemerals(CHANNEL)
        return any("Marie Huber" in views.shown(row) for row in rows)

    await instant.until("the rest", follows)


async def test_a_marketplace_that_is_down_is_named(instant: Stage) -> None:
    ticket = await instant.opened()
    down = Fault("ListTickets", Phase.ARRIVAL, Action.STATUS, status=503, times=None)
    instant.market.faults.add(down)
    assert ACCOUNT in await ask(instant.anna, str(ticket))
    assert f"{ACCOUNT}:" in await ask(instant.anna, "list")


async def test_a_guest_is_told_nothing(instant: Stage) -> None:
    ticket = await instant.opened(name="Marie Huber")
    gil = instant.slack.person("gil")
    answer = await gil.command("/ticket", str(ticket), channel=CHANNEL)
    assert "Guests cannot" in str(answer)
    assert "Marie" not in str(answer)
