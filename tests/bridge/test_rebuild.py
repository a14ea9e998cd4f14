"""Redis is lost: no second card, no second message, nothing sent again, nothing lost silently."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from slackbridge.app import Bridge
from slackbridge.cli import doctor, records
from slackbridge.config.errors import ConfigError
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.ops import service
from slackbridge.rooms.recovery import rebuild
from slackbridge.slack import archive
from tests.bridge.conftest import Running, configured
from tests.bridge.stage import Stage
from tests.bridge.test_modals import filled, modal_receipt, opens
from tests.bridge.test_poll import old, summaries

NOW = {"undo_seconds": 0}
LATER = {"undo_seconds": 60}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack is read in many pages."""
    monkeypatch.setattr(archive, "PAGE", 3)


async def lose(place: World) -> None:
    async with Redis.from_url(place.redis_url) as redis:
        await redis.flushall()


@contextlib.asynccontextmanager
async def resting(place: World) -> AsyncIterator[Bridge]:
    """A bridge that does not run."""
    bridge = Bridge(configured(place, {}), place.redis_url)
    await bridge.chat.client.open()
    try:
        yield bridge
    finally:
        await bridge.close()


async def rebuilt(place: World, *, force: bool = False) -> list[str]:
    async with resting(place) as bridge:
        complete, lines = await records.rebuild(bridge, force=force)
    assert complete
    return lines


async def test_what_was_done_stays_done_and_what_is_open_is_asked(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run(replies=NOW):
        ticket = await stage.opened("<p>" + "long words " * 700 + "</p>")
        sent = await stage.say(ticket, "The parcel is on its way.")
        await stage.reaction(sent, "white_check_mark")
        corrected = await stage.say(ticket, "You get the money back.")
        await stage.reaction(corrected, "white_check_mark")
        await stage.anna.edit(CHANNEL, corrected, "You get all of it back.")
        await stage.receipt(ticket, corrected, "edited afterwards")
        note = await stage.say(ticket, "// a note")
        await stage.reaction(note, "lock")
        kept = await stage.say(ticket, "/ hm")
        await stage.press(ticket, kept, "keep")
        await stage.reaction(kept, "lock")
        held = await stage.say(ticket, "Log in with password: hunter2")
        await stage.receipt(ticket, held, "holds a password")
    async with run(replies=LATER):
        undone = await stage.say(ticket, "never mind")
        await stage.press(ticket, undone, "undo")
        await stage.receipt(ticket, undone, "undone by")
        queued = await stage.say(ticket, "Anything else?")
        await stage.receipt(ticket, queued, "goes out")
    count = len(views.thread(place.slack, ticket))
    await lose(place)
    late = place.refurbed.customer_writes(ticket, "<p>It has come!</p>")
    fresh = place.refurbed.customer_opens(html="<p>another</p>")
    lines = await rebuilt(place)
    assert lines[0].startswith("1 threads, 3 messages, 2 not decidable")
    assert len(views.thread(place.slack, ticket)) == count, "a rebuild posts nothing"
    assert await rebuilt(place) == ["1 threads, 0 messages, 0 not decidable"]
    async with run(replies=NOW):
        await stage.receipt(ticket, queued, "lost its memory")
        await stage.until("the news", lambda: len(stage.mirrored(fresh)) == 1)
        await stage.until("the news", lambda: stage.mirrored(ticket)[-1])
        await stage.quiet(1.5)
        assert len(stage.replies(ticket)) == 2, "nothing is sent again, nothing by itself"
        shown = [views.effect_of(row).split(":")[1] for row in stage.mirrored(ticket)]
        assert shown.count(str(late)) == 1
        stage.balanced(ticket)
        stage.balanced(fresh)
        await stage.receipt(ticket, undone, "Not sent")
        await stage.reaction(kept, "lock")
        await stage.receipt(ticket, held, "holds a password")
        await stage.press(ticket, queued, "send")
        await stage.until("it", lambda: len(stage.replies(ticket)) == 3)
        await stage.reaction(queued, "white_check_mark")
        await stage.say(ticket, "Glad to hear.")
        await stage.until("it", lambda: stage.replies(ticket)[-1] == "Glad to hear.")
        await stage.quiet()
        assert len(stage.replies(ticket)) == 4
        stage.balanced(ticket)


async def test_the_marketplace_tells_what_slack_does_not(place: World, run: Running) -> None:
    """A reply was sent, and Redis was lost before its outcome was stored."""
    stage = Stage(place)
    async with run(replies=NOW):
        ticket = await stage.opened()
    ts = await stage.say(ticket, "It is on its way.")
    vague = await stage.say(ticket, "It should arrive at your door on Monday, I think.")
    place.refurbed.merchant_writes(ticket, "<p>It is  on its way.</p>")
    place.refurbed.merchant_writes(ticket, "<p>It should arrive at your door on Monday.</p>")
    await lose(place)
    assert (await rebuilt(place))[0].startswith("1 threads, 2 messages, 1 not decidable")
    async with run(replies=NOW):
        await stage.reaction(ts, "white_check_mark")
        row = await stage.receipt(ticket, vague, "may not have been sent")
        assert {"intent:check", "intent:was_sent"} <= set(views.buttons(row))
        await stage.press(ticket, vague, "was_sent")
        await stage.reaction(vague, "white_check_mark")
        await stage.quiet()
        assert stage.replies(ticket) == []
        assert len(stage.mirrored(ticket)) == 2, "the similar one, not the sent one"


async def test_what_a_modal_held_is_not_thrown_away(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run(replies=LATER):
        ticket = await stage.opened()
        modal = await opens(stage, stage.anna, ticket)
        await stage.anna.submit(modal["id"], filled("Written in a modal"))
        await modal_receipt(stage, ticket, "goes out")
    await lose(place)
    assert "1 not decidable" in (await rebuilt(place))[0]
    async with run(replies=NOW):
        row = await modal_receipt(stage, ticket, "lost its memory")
        assert "Written in a modal" in views.shown(row)
        assert views.buttons(row) == []
        await stage.quiet()
        assert stage.replies(ticket) == []
        stage.balanced(ticket)


async def test_it_may_be_interrupted_and_until_its_end_nothing_starts(
    place: World, run: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(place)
    async with run(replies=NOW):
        tickets = [await stage.opened() for _ in range(3)]
        await stage.say(tickets[0], "Hello")
        await stage.replied(tickets[0], "Hello")
    await lose(place)
    with pytest.raises(ConfigError, match="run `slackbridge rebuild` first"):
        async with run(replies=NOW):
            pass
    real, threads = archive.Archive.thread, []

    async def thread(self: archive.Archive, *place: Any) -> Any:
        threads.append(place)
        if len(threads) == 2:
            raise asyncio.CancelledError
        return await real(self, *place)

    with monkeypatch.context() as patch:
        patch.setattr(archive.Archive, "thread", thread)
        with pytest.raises(asyncio.CancelledError):
            await rebuilt(place)
    async with resting(place) as bridge:
        found = {f.what: f for f in await doctor.examine(bridge)}
    assert not found["map of threads"].ok
    with pytest.raises(ConfigError, match="has not come to its end"):
        async with run(replies=NOW):
            pass
    assert (await rebuilt(place))[0].startswith("3 threads")
    async with run(replies=NOW):
        place.refurbed.customer_writes(tickets[2], "<p>more</p>")
        await stage.until("it", lambda: len(stage.mirrored(tickets[2])) == 2)
        await stage.quiet()
        for ticket in tickets:
            stage.balanced(ticket)
        assert stage.replies(tickets[0]) == ["Hello"]


async def test_only_our_own_marks_count(place: World, run: Running) -> None:
    """Any app can post metadata like ours, and anybody can add a reaction."""
    stage = Stage(place)
    async with run(replies=NOW):
        ticket = await stage.opened()
    (card,) = views.cards(place.slack, ticket)
    root = place.slack.workspace.timeline(CHANNEL).get(card["ts"])
    assert root is not None
    mark = {"account": "refurbed-at", "ticket": str(ticket), "effect": "m:4711:1/1"}
    metadata = {"event_type": "slackbridge", "event_payload": mark}
    place.slack.workspace.post(
        replace(root, ts="", thread_ts=root.ts, bot_id="B0OTHER", blocks=(), metadata=metadata)
    )
    place.slack.workspace.post(replace(root, ts="", bot_id="B0OTHER", blocks=()))
    ts = await stage.say(ticket, "Hello")
    await stage.ben.react(CHANNEL, ts, "white_check_mark")
    await lose(place)
    assert await rebuilt(place) == [
        "1 threads, 1 messages, 1 not decidable: the bridge asks about them in their threads"
    ]
    async with resting(place) as bridge:
        key = await anext(records.export(bridge, 0.0))
    assert card["ts"] in key
    assert '"state": "held"' in key


async def test_emptied_while_it_runs_it_ends_and_posts_no_second_card(
    place: World, run: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BEAT_SECONDS", 0.2)
    stage = Stage(place)
    running = run(replies=NOW)
    await running.__aenter__()
    ticket = await stage.opened()
    with pytest.raises(ConfigError, match="A bridge runs on this Redis"):
        await rebuilt(place)
    await lose(place)
    await stage.quiet(1.5)
    with pytest.raises(ConfigError, match="emptied while the bridge ran"):
        await running.__aexit__(None, None, None)
    await rebuilt(place)
    async with run(replies=NOW):
        await stage.say(ticket, "Hello")
        await stage.replied(ticket, "Hello")
        stage.balanced(ticket)


@pytest.mark.parametrize("recent", [rebuild.RECENT_SECONDS, 0.0])
async def test_old_tickets_rest_as_they_did(
    place: World, run: Running, monkeypatch: pytest.MonkeyPatch, recent: float
) -> None:
    """One notice as of a first start, no flood of threads, no reading of what ended long ago."""
    monkeypatch.setattr(rebuild, "RECENT_SECONDS", recent)
    stage = Stage(place)
    old(place, 3)
    async with run(replies=NOW):
        ended = await stage.opened()
        await stage.say(ended, "Hello")
        await stage.replied(ended, "Hello")
        place.refurbed.solve(ended)
        await stage.until("its end", lambda: "🟢" in stage.card(ended))
    posts = len(place.slack.ledger.all("post"))
    await lose(place)
    assert (await rebuilt(place))[0] == "1 threads, 2 messages, 0 not decidable"
    gets = place.refurbed.calls["GetTicket"]
    async with run(replies=NOW):
        await stage.until("the summary", lambda: len(summaries(stage)) == 2)
        await stage.quiet(1.5)
        assert len(place.slack.ledger.all("post")) == posts + 1
        read = place.refurbed.calls["GetTicket"] - gets
        assert recent or read <= 1, "only what ended lately is looked at once"
        place.refurbed.customer_writes(ended, "<p>again</p>")
        await stage.until("it", lambda: len(stage.mirrored(ended)) == 2)
        stage.balanced(ended)
