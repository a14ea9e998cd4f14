"""Who may act. Everybody else changes nothing, by no way in, and is told so once and alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbridge.config.errors import ConfigError
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.domain.view import NOT_CARRIED
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.vocabulary import Status
from slackbridge.sandbox.slack.people import Person
from slackbridge.sandbox.slack.roster import ENTERPRISE, grid_users
from tests.bridge.conftest import UNDO_SECONDS, Running
from tests.bridge.stage import Stage


async def tries_everything(stage: Stage, ticket: int, who: Person) -> None:
    """A reply, a note, an edit, and every button."""
    root = stage.root(ticket)
    held = await stage.say(ticket, "/ hm")
    row = await stage.receipt(ticket, held, "looks like a note")
    stage.slack.delivery.duplicate("message", copies=3)
    ts = await who.say(CHANNEL, "I answer", root)
    stage.slack.delivery.clear()
    await who.edit(CHANNEL, ts, "I answer otherwise")
    await who.say(CHANNEL, "// my note", root)
    for name in ("reply", "solve", "claim"):
        await who.click(CHANNEL, root, f"ticket:{name}")
    for name in ("pending", "internal", "private"):
        await who.click(CHANNEL, root, "ticket:more", selected_option=name)
    await who.click(CHANNEL, row["ts"], "intent:send")
    await who.click(CHANNEL, row["ts"], "intent:discard")
    last = await stage.say(ticket, "Hello")
    await stage.reaction(last, "white_check_mark")
    await stage.quiet(0.3)


def nothing_came_of_it(stage: Stage, ticket: int, who: Person, why: str) -> None:
    assert stage.replies(ticket) == ["Hello"]
    assert stage.market.calls["UpdateTicket"] == 1
    assert stage.market.ticket(ticket).status != Status.SOLVED
    assert "Held by" not in stage.card(ticket)
    assert not who.modals()
    told = [row for row in who.ephemerals(CHANNEL) if why in row["text"]]
    presses = 8
    assert len(told) == 1 + presses, "once for the message, and for each button"
    assert all(row["thread_ts"] == stage.root(ticket) for row in told)
    rows = [row for row in views.thread(stage.slack, ticket) if row.get("user") == who.id]
    assert {row["text"]: views.reactions(stage.slack, CHANNEL, row["ts"]) for row in rows} == {
        "I answer otherwise": {NOT_CARRIED},
        "// my note": set(),
    }
    marks = stage.slack.ledger.all("reaction_add")
    assert sum(mark.data["name"] == NOT_CARRIED for mark in marks) == 1


@pytest.mark.parametrize(
    ("name", "why"),
    [("gil", "Guests cannot"), ("ext", "other organisations")],
)
async def test_guests_and_strangers_change_nothing(instant: Stage, name: str, why: str) -> None:
    ticket = await instant.opened()
    who = instant.slack.person(name)
    await tries_everything(instant, ticket, who)
    nothing_came_of_it(instant, ticket, who, why)


async def test_someone_not_on_the_list_changes_nothing(place: World, run: Running) -> None:
    async with run(agents={"allow": ["U0ANNA"]}, replies={"undo_seconds": 0}):
        stage = Stage(place)
        ticket = await stage.opened()
        await tries_everything(stage, ticket, stage.ben)
        nothing_came_of_it(stage, ticket, stage.ben, "not on the list of agents")


async def test_a_user_group_may_and_a_guest_in_it_may_not(place: World, run: Running) -> None:
    groups = place.slack.workspace.groups
    groups["S0AGENTS"] = replace(groups["S0AGENTS"], users=("U0ANNA", "U0GIL"))
    async with run(agents={"allow": ["S0AGENTS"]}, replies={"undo_seconds": 0}):
        stage = Stage(place)
        ticket = await stage.opened()
        root = stage.root(ticket)
        for name in ("ben", "gil"):
            await place.slack.person(name).say(CHANNEL, "not me", root)
        await stage.say(ticket, "Hello")
        await stage.replied(ticket, "Hello")
        await stage.until("told", lambda: stage.ben.ephemerals(CHANNEL))
        assert "not on the list" in stage.ben.ephemerals(CHANNEL)[0]["text"]
        await stage.until("told", lambda: place.slack.person("gil").ephemerals(CHANNEL))
        assert stage.replies(ticket) == ["Hello"]


async def test_an_account_that_was_deactivated_changes_nothing(instant: Stage) -> None:
    ticket = await instant.opened()
    users = instant.slack.workspace.users
    users["U0BEN"] = replace(users["U0BEN"], deleted=True)
    await instant.ben.say(CHANNEL, "one more thing", instant.root(ticket))
    await instant.ben.click(CHANNEL, instant.root(ticket), "ticket:solve")
    await instant.say(ticket, "Hello")
    await instant.replied(ticket, "Hello")
    await instant.quiet(0.3)
    assert instant.market.ticket(ticket).status != Status.SOLVED


async def test_who_somebody_is_may_be_unknown_for_a_while(stage: Stage) -> None:
    """users.info fails: the reply is stored, and permission is checked before sending."""
    ticket = await stage.opened()
    gil = stage.slack.person("gil")
    fault = Fault("users.info", Phase.ARRIVAL, Action.STATUS, status=503, times=None)
    stage.slack.faults.add(fault)
    refused = await gil.say(CHANNEL, "not me", stage.root(ticket))
    await stage.say(ticket, "Hello")
    await stage.quiet(UNDO_SECONDS + 0.5)
    assert stage.replies(ticket) == []
    stage.slack.faults.clear()
    await stage.receipt(ticket, refused, "Guests cannot")
    await stage.replied(ticket, "Hello")


async def test_on_enterprise_grid(place: World, run: Running) -> None:
    """Colleagues of another workspace who belong to ours too act; others of it, and strangers from
    Slack Connect, do not. Ids that begin with W count everywhere.
    """
    place.slack.app.enterprise = ENTERPRISE
    for user in grid_users():
        place.slack.workspace.users[user.id] = user
        place.slack.workspace.channels[CHANNEL].members.append(user.id)
    greta, gustav, gwen, ext = map(place.slack.person, ("greta", "gustav", "gwen", "ext"))
    allow = [greta.id, gustav.id, gwen.id, ext.id]
    agents = {"allow": allow, "money": [greta.id]}
    async with run(agents=agents, replies={"undo_seconds": 0}):
        stage = Stage(place)
        ticket = await stage.opened()
        root = stage.root(ticket)
        for who, text in ((gwen, "not me"), (ext, "nor me"), (greta, "Hello"), (gustav, "And I")):
            ts = await who.say(CHANNEL, text, root)
            acts = who in (greta, gustav)
            await stage.reaction(ts, "white_check_mark" if acts else NOT_CARRIED)
        assert stage.replies(ticket) == ["Hello", "And I"]
        await stage.until("told", lambda: gwen.ephemerals(CHANNEL) and ext.ephemerals(CHANNEL))
        held = await greta.say(CHANNEL, f"Ask <@{gustav.id}> about it", root)
        await stage.receipt(ticket, held, "mentions a colleague")


def marks(stage: Stage, ts: str) -> int:
    """How often a message was marked as refused."""
    added = stage.slack.ledger.all("reaction_add")
    return sum(a.data["ts"] == ts and a.data["name"] == NOT_CARRIED for a in added)


async def test_who_is_refused_is_marked_once_whatever_happens(place: World, run: Running) -> None:
    """While Slack takes no reaction, after a restart, with two processes, and after a gap."""
    stage, gil = Stage(place), place.slack.person("gil")
    fault = Fault("reactions.add", Phase.ARRIVAL, Action.STATUS, status=503, times=None)
    async with run():
        ticket = await stage.opened()
        root = stage.root(ticket)
        place.slack.faults.add(fault)
        heard = await gil.say(CHANNEL, "My answer", root)
        await stage.until("told", lambda: gil.ephemerals(CHANNEL))
    missed = await gil.say(CHANNEL, "And nobody listens", root)
    place.slack.faults.clear()
    async with run(), run():
        for ts in (heard, missed):
            await stage.reaction(ts, NOT_CARRIED)
        place.slack.delivery.duplicate("message", copies=3)
        last = await gil.say(CHANNEL, "Hello?", root)
        await stage.reaction(last, NOT_CARRIED)
        await stage.quiet()
    assert [marks(stage, ts) for ts in (heard, missed, last)] == [1, 1, 1]
    assert len(gil.ephemerals(CHANNEL)) == 2
    assert stage.replies(ticket) == []


async def test_who_is_refused_and_then_allowed_may_ask_once_more(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run(agents={"allow": ["U0ANNA"]}, replies={"undo_seconds": 0}):
        ticket = await stage.opened()
        ts = await stage.ben.say(CHANNEL, "Hello", stage.root(ticket))
        await stage.reaction(ts, NOT_CARRIED)
    async with run(replies={"undo_seconds": 0}):
        await stage.ben.edit(CHANNEL, ts, "!reply Hello")
        await stage.press(ticket, ts, "send")
        await stage.replied(ticket, "Hello")
        await stage.reaction(ts, "white_check_mark")
    assert views.reactions(stage.slack, CHANNEL, ts) == {"white_check_mark"}


async def test_an_app_of_a_whole_organisation_does_not_run(place: World, run: Running) -> None:
    place.slack.app.enterprise, place.slack.app.org_wide = ENTERPRISE, True
    with pytest.raises(ConfigError, match="Install the app to one workspace"):
        async with run():
            pass
