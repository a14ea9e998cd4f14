"""A notice that cannot be posted where it belongs goes to the next place; none is dropped."""

from __future__ import annotations

from functools import partial

import pytest

from slackbridge.app import Bridge
from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, CHANNEL, World
from slackbridge.domain.errors import Rejected
from slackbridge.domain.intent import State
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import Change
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.people import Person
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage
from tests.values import intent

pytestmark = pytest.mark.long

FAST = {"quarantine_after": 3, "retry_seconds": 0.1, "retry_max_seconds": 0.3}
OPS = "C0OPS"
BROKEN = Fault("*", Phase.ARRIVAL, Action.STATUS, times=None, status=500)
UNREADABLE = Fault("GetTicket", Phase.ARRIVAL, Action.STATUS, times=None, status=500)
REFUSED = Fault("*", Phase.ARRIVAL, Action.STATUS, times=None, status=401)


def told(place: World, channel: str) -> list[str]:
    rows = [views.shown(row) for row in place.slack.workspace.history(channel)]
    return [text for text in rows if "refuses the token" in text]


async def test_bad_news_finds_another_channel(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run(timing=FAST):
        await stage.opened()
        await stage.anna.archive(OPS)
        place.refurbed.faults.add(REFUSED)
        await stage.until("the main channel says it", lambda: told(place, CHANNEL))
        await stage.quiet(1)
    assert (len(told(place, OPS)), len(told(place, CHANNEL))) == (0, 1)


async def test_what_no_channel_takes_is_on_the_home_tab_until_one_does(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run(timing=FAST) as bridge:
        await stage.opened()
        for channel in (OPS, CHANNEL):
            await stage.anna.archive(channel)
        place.refurbed.faults.add(REFUSED)

        async def at_home() -> bool:
            await stage.anna.open_home()
            return "refuses the token" in views.shown(stage.anna.home() or {})

        await stage.until("the Home tab says it", at_home)
        assert "refuses the token" in "".join(await bridge.pulse.notices())
        assert not told(place, OPS) + told(place, CHANNEL)
        await stage.anna.archive(CHANNEL, archived=False)
        await stage.until("the main channel says it", lambda: told(place, CHANNEL))

        async def nothing_left() -> bool:
            return await bridge.pulse.notices() == []

        await stage.until("nothing is left", nothing_left)


NO_OPS = {"ops_channel": ""}
STUCK = "brought up to date"


def listed(place: World, channel: str, words: str = STUCK) -> list[str]:
    """What stands in a channel itself with these words."""
    rows = [views.shown(row) for row in place.slack.workspace.history(channel)]
    return [text for text in rows if words in text]


def at_home(person: Person) -> str:
    return views.shown(person.home() or {})


def _gone(person: Person) -> bool:
    return STUCK not in at_home(person)


async def opens(stage: Stage, person: Person, words: str) -> None:
    """They open their Home tab, and find these words."""
    await person.open_home()
    await stage.until(words, lambda: words in at_home(person))


async def rid(stage: Stage, bridge: Bridge) -> None:
    """Wait until nothing is left to be said."""

    async def nothing() -> bool:
        return await bridge.pulse.notices() == []

    await stage.until("nothing is left", nothing)


async def test_a_notice_about_the_only_channel_is_at_home_and_nowhere_else(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run(timing=FAST, slack=NO_OPS) as bridge:
        ticket = await stage.opened()
        await opens(stage, stage.anna, "Yours")  # before anything is wrong
        await stage.anna.archive(CHANNEL)
        place.refurbed.customer_writes(ticket, "<p>again</p>")
        await stage.until("it is at home already", lambda: STUCK in at_home(stage.anna))
        assert "unarchive" in at_home(stage.anna).casefold()
        await opens(stage, stage.ben, STUCK)
        assert STUCK in "".join(await bridge.pulse.notices())
        await stage.anna.archive(CHANNEL, archived=False)
        await rid(stage, bridge)
        for person in (stage.anna, stage.ben):
            await stage.until("it has ended", partial(_gone, person))
            assert "Yours" in at_home(person)
        assert len(stage.mirrored(ticket)) == 2
        await stage.quiet(1)
    assert not listed(place, CHANNEL) + listed(place, CHANNEL, "up to date")


async def test_where_money_is_moved_notices_are_for_those_who_move_it(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    agents = {"allow": ["S0AGENTS"], "money": ["S0LEADS"]}  # Ben is no lead
    async with run(timing=FAST, slack=NO_OPS, agents=agents):
        ticket = await stage.opened()
        await stage.anna.archive(CHANNEL)
        place.refurbed.customer_writes(ticket, "<p>again</p>")
        await opens(stage, stage.ben, "Yours")
        await opens(stage, stage.anna, "Yours")
        await stage.until("a lead reads it", lambda: STUCK in at_home(stage.anna))
        await opens(stage, place.slack.person("gil"), "Guests cannot")
        await stage.quiet(1)
        await opens(stage, stage.ben, "Yours")
        assert STUCK not in at_home(stage.ben)


async def test_a_list_in_a_channel_that_is_archived_goes_on_in_the_next(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    place.refurbed.faults.add(UNREADABLE)
    async with run(timing=FAST):
        one = place.refurbed.customer_opens(html="<p>first</p>")
        await stage.until("a list", lambda: f":{one}`" in "".join(listed(place, OPS)))
        await stage.anna.archive(OPS)
        two = place.refurbed.customer_opens(html="<p>second</p>")
        await stage.until("the main channel", lambda: f":{two}`" in "".join(listed(place, CHANNEL)))
        assert f":{one}`" in listed(place, CHANNEL)[0]
        await stage.anna.archive(OPS, archived=False)
        await stage.until("no list stands twice", lambda: not listed(place, OPS))
        place.refurbed.faults.remove(UNREADABLE)
        await stage.until("it is over", lambda: listed(place, CHANNEL, "up to date again"))
        assert not listed(place, CHANNEL)


async def test_the_channel_of_notices_is_itself_the_one_that_takes_nothing(
    place: World, run: Running
) -> None:
    """A list stood in it before."""
    stage = Stage(place)
    async with run(timing=FAST, slack=NO_OPS) as bridge:
        ticket = await stage.opened()
        place.refurbed.faults.add(UNREADABLE)
        bad = place.refurbed.customer_opens(html="<p>first</p>")
        await stage.until("a list", lambda: f":{bad}`" in "".join(listed(place, CHANNEL)))
        place.refurbed.faults.remove(UNREADABLE)
        await stage.until("it is over", lambda: listed(place, CHANNEL, "up to date again"))
        place.refurbed.faults.add(UNREADABLE)
        place.refurbed.customer_writes(bad, "<p>again</p>")
        await stage.until("a new list", lambda: listed(place, CHANNEL))
        await stage.anna.archive(CHANNEL)
        place.refurbed.faults.remove(UNREADABLE)
        place.refurbed.customer_writes(ticket, "<p>again</p>")
        await opens(stage, stage.anna, "Yours")
        await stage.until("home", lambda: f":{ticket}`" in at_home(stage.anna))
        await stage.anna.archive(CHANNEL, archived=False)
        await rid(stage, bridge)
        await stage.until("the old list is gone", lambda: not listed(place, CHANNEL))
        await stage.until("home is clear", lambda: STUCK not in at_home(stage.anna))


async def test_bad_news_that_is_over_before_a_channel_takes_it_is_told_nowhere(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run(timing=FAST) as bridge:
        await stage.opened()
        for channel in (OPS, CHANNEL):
            await stage.anna.archive(channel)
        place.refurbed.faults.add(BROKEN)
        await opens(stage, stage.anna, "Yours")
        await stage.until("home", lambda: "does not answer" in at_home(stage.anna))
        place.refurbed.faults.remove(BROKEN)
        await rid(stage, bridge)
        await stage.until("home", lambda: "does not answer" not in at_home(stage.anna))
        for channel in (OPS, CHANNEL):
            await stage.anna.archive(channel, archived=False)
        await bridge.desk.announce(ACCOUNT, "later", "Something else.")
        await stage.until("what is true", lambda: listed(place, OPS, "Something else."))
    said = [views.shown(row) for row in place.slack.workspace.history(OPS)]
    assert not [text for text in said if "does not answer" in text or "works again" in text]


async def test_what_only_the_main_channel_refuses_keeps_no_notice_from_its_own(
    place: World, run: Running
) -> None:
    """The receipt of what belongs to no ticket goes to the main channel."""
    stage = Stage(place)
    async with run(timing=FAST) as bridge:
        await stage.opened()
        await stage.anna.archive(CHANNEL)
        key = TicketKey.of_account(ACCOUNT)
        lost = intent(State.FAILED, id="new", ts="", channel="", reason="it is closed")
        await bridge.store.write(key, Change(swaps=((None, lost),), due=bridge.store.now()))
        await bridge.desk.announce(ACCOUNT, "1", "Something else.")
        await stage.until("it is said", lambda: listed(place, OPS, "Something else."))


async def test_an_outage_is_told_in_the_next_channel_too(place: World, run: Running) -> None:
    async with run() as bridge:
        await Stage(place).anna.archive(OPS)
        await bridge.chat.say((OPS, CHANNEL), "Redis is full")
        assert listed(place, CHANNEL, "Redis is full")
        await Stage(place).anna.archive(CHANNEL)
        with pytest.raises(Rejected):
            await bridge.chat.say((OPS, CHANNEL), "Redis is full")
