"""The Home tab: read when it is opened, by those who may, and it changes nothing."""

from __future__ import annotations

from slackbridge.demo import views
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.people import Person
from tests.bridge.stage import Stage


async def home(stage: Stage, person: Person, words: str) -> str:
    """The text of a person's Home tab once it holds these words."""
    await person.open_home()
    await stage.until(words, lambda: words in views.shown(person.home() or {}))
    return views.shown(person.home() or {})


async def test_an_agent_finds_their_tickets(instant: Stage) -> None:
    mine = await instant.opened(name="Marie Huber")
    await instant.opened(name="Juan Perez")
    await instant.anna.click("C0SUPPORT", instant.root(mine), "ticket:claim")
    await instant.until("the claim", lambda: "U0ANNA" in instant.card(mine))
    before = len(instant.slack.ledger.all("post"))
    shown = await home(instant, instant.anna, "Juan Perez")
    yours, _, all = shown.partition("Newest")
    assert "Marie Huber" in yours
    assert "Juan Perez" not in yours
    assert "Marie Huber" in all
    assert len(instant.slack.ledger.all("post")) == before


async def test_a_guest_sees_no_ticket(instant: Stage) -> None:
    await instant.opened(name="Marie Huber")
    assert "Marie" not in await home(instant, instant.slack.person("gil"), "Guests cannot")


async def test_a_marketplace_that_is_down_is_named(instant: Stage) -> None:
    await instant.opened(name="Marie Huber")
    down = Fault("ListTickets", Phase.ARRIVAL, Action.STATUS, status=503, times=None)
    instant.market.faults.add(down)
    await home(instant, instant.anna, "refurbed-at")
