"""What a rebuild makes good: what came while no bridge ran, and threads that the settings of today
do not tell of."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from slackbridge import config
from slackbridge.app import Bridge
from slackbridge.cli import records
from slackbridge.config.errors import ConfigError
from slackbridge.config.settings import Settings
from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, CHANNEL, World, secrets_of
from slackbridge.rooms.recovery import rebuild
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.slack.shapes import Stamps
from slackbridge.slack import archive
from tests.bridge.conftest import Running, configured
from tests.bridge.stage import Stage
from tests.bridge.test_poll import summaries, threads
from tests.bridge.test_rebuild import lose, rebuilt
from tests.serving import serving

HOUR = 3600.0
NOW = {"undo_seconds": 0}
OLD = "C0REFUNDS"
ROUTE = f'\n[[routes]]\nchannel = "{OLD}"\n[routes.when]\ntopic = "battery"\n'


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack is read in many pages, and a failover sees the newest three posts of a channel."""
    monkeypatch.setattr(archive, "PAGE", 3)


@contextlib.contextmanager
def hours_ago(place: World, hours: float) -> Iterator[None]:
    """What is posted in Slack was posted so long ago."""
    now = place.slack.workspace.stamps
    place.slack.workspace.stamps = Stamps(lambda: time.time() - hours * HOUR)
    try:
        yield
    finally:
        place.slack.workspace.stamps = now


def opened_ago(place: World, hours: float) -> int:
    with place.refurbed.clock.pinned(time.time() - hours * HOUR):
        return place.refurbed.customer_opens(html="<p>My phone does not start!</p>")


# -- while no bridge ran ---------------------------------------------------------------------


@pytest.mark.parametrize("blind", [False, True])
async def test_what_came_while_no_bridge_ran_is_shown_and_older_tickets_are_told_of(
    place: World, run: Running, blind: bool
) -> None:
    """`blind`: the marketplace does not answer the rebuild, and the first poll makes it good."""
    stage = Stage(place)
    dormant = [opened_ago(place, 100) for _ in range(2)]
    with hours_ago(place, 60):  # Friday evening
        async with run():
            known = await stage.opened("<p>known</p>")
            await stage.until("the summary", lambda: summaries(stage))
    await lose(place)
    new = opened_ago(place, 30)  # in the night to Sunday
    down = Fault("ListTickets", Phase.COMMIT, Action.STATUS, times=None)
    if blind:
        place.refurbed.faults.add(down)
    lines = await rebuilt(place)  # on Monday
    assert ("taken up as soon as it answers" in lines[-1]) is blind
    down.times = 0
    async with run():
        await threads(place, [new])
        told = await stage.until("a summary", lambda: summaries(stage)[1:])
        assert "2 active tickets have no thread" in views.shown(told[0])
        await stage.quiet()
        assert not any(views.cards(place.slack, ticket) for ticket in dormant)
        assert len(summaries(stage)) == 2
        await stage.anna.click("C0OPS", told[0]["ts"], "account:show")
        await threads(place, dormant)
        for ticket in (known, new, *dormant):
            stage.balanced(ticket)


@pytest.mark.parametrize("blind", [False, True])
async def test_a_ticket_that_ended_while_no_bridge_ran_shows_its_end(
    place: World, run: Running, monkeypatch: pytest.MonkeyPatch, blind: bool
) -> None:
    monkeypatch.setattr(rebuild, "RECENT_SECONDS", 0.0)  # no thread is young enough to be read
    stage = Stage(place)
    async with run():
        ended, answered = await stage.opened(), await stage.opened()
    await lose(place)
    place.refurbed.solve(ended)
    place.refurbed.merchant_writes(answered, "<p>Here you are.</p>")
    place.refurbed.solve(answered)
    down = Fault("ListTickets", Phase.COMMIT, Action.STATUS, times=None)
    if blind:
        place.refurbed.faults.add(down)
    await rebuilt(place)
    down.times = 0
    async with run():
        for ticket in (ended, answered):
            await stage.until("its end", partial(shows_end, stage, ticket))
        await stage.until("the answer", lambda: len(stage.mirrored(answered)) == 2)


def shows_end(stage: Stage, ticket: int) -> bool:
    return "🟢" in stage.card(ticket)


# -- channels that no route names any more -----------------------------------------------------


def routed(place: World, *, old: bool, **more: dict[str, Any]) -> Settings:
    configured(place, {"replies": NOW, **more})
    path = place.folder / "slackbridge.toml"
    path.write_text(path.read_text() + (ROUTE if old else ""))
    return config.load.load(path, secrets_of(place.slack, place.refurbed))


async def rebuilt_by(settings: Settings, place: World) -> list[str]:
    bridge = Bridge(settings, place.redis_url)
    await bridge.chat.client.open()
    try:
        complete, lines = await records.rebuild(bridge, force=False)
    finally:
        await bridge.close()
    assert complete
    return lines


@pytest.fixture
async def moved(place: World) -> int:
    """A ticket whose thread is in a channel that no route names any more; Redis is lost."""
    stage = Stage(place)
    async with serving(routed(place, old=True), place.redis_url, place.slack):
        ticket = place.refurbed.customer_opens(html="<p>Hello</p>")
        await stage.until("its card", lambda: views.mirrored(place.slack, ticket, OLD))
    await lose(place)
    return ticket


def cards_of(place: World, ticket: int) -> list[int]:
    return [len(views.cards(place.slack, ticket, channel)) for channel in (OLD, CHANNEL)]


async def test_a_thread_in_a_channel_that_no_route_names_is_found(place: World, moved: int) -> None:
    stage, settings = Stage(place), routed(place, old=False)
    place.slack.workspace.channels[OLD].kind = "group"
    with pytest.raises(ConfigError, match="run `slackbridge rebuild` first"):
        async with serving(settings, place.redis_url, place.slack):
            pass
    assert (await rebuilt_by(settings, place))[0].startswith("1 threads")
    async with serving(settings, place.redis_url, place.slack):
        root = views.cards(place.slack, moved, OLD)[0]["ts"]
        await stage.anna.say(OLD, "We look into it.", root)
        await stage.replied(moved, "We look into it.")
        place.refurbed.customer_writes(moved, "<p>Thank you</p>")
        shown = partial(views.mirrored, place.slack, moved, OLD)
        await stage.until("the customer's words", lambda: len(shown()) == 2)
    await stage.anna.say(OLD, "You are welcome.", root)
    async with serving(settings, place.redis_url, place.slack):
        await stage.replied(moved, "We look into it.", "You are welcome.")
        assert cards_of(place, moved) == [1, 0]


async def test_a_quiet_thread_there_is_caught_up_with(place: World) -> None:
    """Its ticket was not active lately, so only the channel's history tells of the message."""
    stage = Stage(place)
    async with serving(routed(place, old=True), place.redis_url, place.slack):
        quiet = place.refurbed.customer_opens(html="<p>Hello</p>")
        await stage.until("its card", lambda: views.mirrored(place.slack, quiet, OLD))
        await stage.quiet(0.3)
        await stage.opened(topic="other")
    root = views.cards(place.slack, quiet, OLD)[0]["ts"]
    await stage.anna.say(OLD, "We look into it.", root)
    settings = routed(place, old=False, timing={"catch_up_hours": 0})
    async with serving(settings, place.redis_url, place.slack):
        await stage.replied(quiet, "We look into it.")


@pytest.mark.parametrize(
    ("scope", "what"),
    [("groups:read", "channels besides those configured"), ("groups:history", f"channel {OLD}")],
)
async def test_what_slack_does_not_show_of_other_channels_is_said(
    place: World, moved: int, scope: str, what: str
) -> None:
    place.slack.workspace.channels[OLD].kind = "group"
    place.slack.app.scopes.discard(scope)
    (line,) = (await rebuilt_by(routed(place, old=False), place))[1:]
    assert line.startswith(f"NOT READ: {what}: Slack answered missing_scope")
    assert scope in line
    assert "gets another" in line


# -- accounts that are not configured ----------------------------------------------------------


async def test_accounts_that_are_not_configured_lose_nothing(place: World) -> None:
    """A rebuild opens Redis to all accounts: those of another configuration have threads, too."""
    stage = Stage(place)
    other = await RefurbedSandbox.start(seed=False)
    other.rate_per_second = 0
    more = (
        f'\n[[accounts]]\nname = "refurbed-de"\nprovider = "refurbed"\nbase_url = "{other.url}"\n'
        'token_env = "OTHER"\npoll_seconds = 0.2\nfull_walk_seconds = 1\n'
    )

    def settings(*, both: bool) -> Settings:
        configured(place, {"replies": NOW})
        path = place.folder / "slackbridge.toml"
        path.write_text(path.read_text() + (more if both else ""))
        secrets = {**secrets_of(place.slack, place.refurbed), "OTHER": other.token}
        return config.load.load(path, secrets)

    def rows(effect: str) -> list[dict[str, Any]]:
        return [
            row
            for root in place.slack.workspace.history(CHANNEL)
            for row in place.slack.workspace.thread(CHANNEL, root["ts"])
            if views.effect_of(row).startswith(effect)
            and row["metadata"]["event_payload"]["account"] == "refurbed-de"
        ]

    def replies() -> list[str]:
        return [str(entry.data["text"]) for entry in other.ledger.all("reply")]

    def notices() -> int:
        return sum("refurbed-de" in views.shown(row) for row in summaries(stage))

    try:
        async with serving(settings(both=True), place.redis_url, place.slack):
            tickets = [other.customer_opens(html="<p>Hallo</p>") for _ in range(7)]
            await place.until("the threads", lambda: len(rows("m:")) == 7)
            first = {views.ticket_of(row): row["ts"] for row in rows("card")}[str(tickets[0])]
            sent = await stage.anna.say(CHANNEL, "Guten Tag!", first)
            await place.until("the reply", lambda: replies() == ["Guten Tag!"])
            await stage.reaction(sent, "white_check_mark")
        await lose(place)
        other.customer_writes(tickets[1], "<p>Noch etwas</p>")
        other.solve(tickets[2])
        (line,) = (await rebuilt_by(settings(both=False), place))[1:]
        assert line.startswith("refurbed-de is not configured: its 7 threads are in the map")
        async with serving(settings(both=False), place.redis_url, place.slack):
            await stage.quiet()
        async with serving(settings(both=True), place.redis_url, place.slack):
            await place.until("the news", lambda: len(rows("m:")) == 8)
            await stage.quiet(1.5)
            assert (len(rows("card")), len(rows("m:")), len(rows("w:"))) == (7, 8, 0)
            assert replies() == ["Guten Tag!"]
            assert notices() == 0, "all of its tickets have a thread"
            again = await stage.anna.say(CHANNEL, "Und noch einmal", first)
            await stage.reaction(again, "white_check_mark")
            assert replies() == ["Guten Tag!", "Und noch einmal"]
    finally:
        await other.stop()


# -- settings of then --------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["direct", "confirm", "explicit"])
async def test_talk_of_explicit_mode_stays_talk_whatever_the_mode_is_now(
    place: World, run: Running, mode: str
) -> None:
    stage = Stage(place)
    async with run(replies={**NOW, "mode": "explicit"}):
        ticket = await stage.opened()
        talk = await stage.say(ticket, "this customer is a pain, I would just refuse")
        await stage.quiet(0.2)
        sent = await stage.say(ticket, "!reply We look into it.")
        await stage.reaction(sent, "white_check_mark")
    await lose(place)
    rules: dict[str, Any] = {**NOW, "mode": mode, "note_prefixes": ["hm:"]}
    with_rules = configured(place, {"replies": {**rules, "fresh_minutes": 0.001}})
    lines = await rebuilt_by(with_rules, place)
    assert lines[0].startswith("1 threads, 2 messages, 0 not decidable")
    assert ("1 messages without any sign" in " ".join(lines)) is (mode != "explicit")
    for _ in range(2):  # also when its thread is read once more
        async with run(replies=rules) as bridge:
            for key in await bridge.store.recently_active(ACCOUNT, HOUR):
                await bridge.desk.look_again(key)
            await stage.quiet(1.2)
            assert stage.replies(ticket) == ["We look into it."]
            assert views.receipt(place.slack, ticket, talk) is None
            assert views.reactions(place.slack, CHANNEL, talk) == set()
