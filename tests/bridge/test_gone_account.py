"""An account that is not in the settings any more: nothing of its threads is swallowed."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest

from slackbridge.config import load
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World, secrets_of
from slackbridge.domain.intent import State
from slackbridge.domain.model import Kind, TicketKey
from slackbridge.domain.record import Change
from slackbridge.store.redis import RedisStore, connect
from tests.bridge.conftest import Running, configured
from tests.bridge.stage import Stage
from tests.serving import serving

AT_ONCE = {"undo_seconds": 0}
GONE = "does not carry the account `refurbed-at`"
WEEK = 7 * 86_400.0


@contextlib.asynccontextmanager
async def renamed(place: World) -> AsyncIterator[None]:
    """A bridge with the account under another name."""
    configured(place, {"replies": AT_ONCE})
    path = place.folder / "slackbridge.toml"
    path.write_text(path.read_text().replace('name = "refurbed-at"', 'name = "refurbed-main"'))
    settings = load.load(path, secrets_of(place.slack, place.refurbed))
    async with serving(settings, place.redis_url, place.slack):
        yield


def told(stage: Stage) -> list[str]:
    return [row["text"] for row in stage.anna.ephemerals(CHANNEL)]


async def test_whoever_writes_or_presses_in_its_threads_is_told_at_once(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run(replies=AT_ONCE):
        ticket = await stage.opened()
        root = stage.root(ticket)
        held = await stage.say(ticket, "/ hm")
        row = await stage.receipt(ticket, held, "looks like a note")
        await stage.anna.click(CHANNEL, root, "ticket:reply")
        modal = (await stage.until("a modal", stage.anna.modals))[0]
    async with renamed(place):
        stage.slack.delivery.duplicate("message", copies=2)
        ts = await stage.anna.say(CHANNEL, "Your parcel is on its way.", root)
        await stage.until("told", lambda: told(stage))
        stage.slack.delivery.clear()
        await stage.reaction(ts, "no_entry_sign")
        await stage.anna.edit(CHANNEL, ts, "Your parcel is on its way!")
        await stage.anna.say(CHANNEL, "// a note is for colleagues", root)
        for press in (f"{root} ticket:solve", f"{root} ticket:claim", f"{row['ts']} intent:send"):
            await stage.anna.click(CHANNEL, *press.split())
        await stage.until("the answers", lambda: len(told(stage)) == 4)
        assert all(GONE in text for text in told(stage))
        answer = await stage.anna.submit(modal["id"], {"text": {"text": "Hello"}})
        assert "does not carry" in str(answer)
    async with run(replies=AT_ONCE) as bridge:
        await stage.read_again(bridge, TicketKey("refurbed-at", str(ticket)))
        await stage.say(ticket, "Good morning")
        await stage.replied(ticket, "Good morning")
        await stage.anna.edit(CHANNEL, ts, "!reply It is on its way.")
        await stage.press(ticket, ts, "send")
        await stage.replied(ticket, "Good morning", "It is on its way.")
        await stage.reaction(ts, "white_check_mark")
        assert "no_entry_sign" not in views.reactions(stage.slack, CHANNEL, ts)


@pytest.mark.long
async def test_what_waited_for_its_return_is_asked_about(place: World, run: Running) -> None:
    """Stored by a version, or in a moment, that did not know better."""
    stage = Stage(place)
    async with run(replies={"undo_seconds": 300}) as bridge:
        ticket = await stage.opened()
        key = TicketKey("refurbed-at", str(ticket))
        ts = await stage.say(ticket, "Your parcel is on its way.")
        await stage.receipt(ticket, ts, "goes out")
        await bridge.desk.submit(key, stage.anna.id, "V1", *_modal("We refund you."))
    await _grow_old(place, key)
    async with run(replies=AT_ONCE):
        await stage.receipt(ticket, ts, "waited too long")
        row = await stage.receipt(ticket, "v:V1", "waited too long")
        assert "We refund you." in views.shown(row)
        assert stage.replies(ticket) == []
        await stage.press(ticket, ts, "send")
        await stage.press(ticket, "v:V1", "send")
        await stage.replied(ticket, "Your parcel is on its way.", "We refund you.")


def _modal(text: str) -> tuple[Kind, str, None]:
    return Kind.REPLY, text, None


async def _grow_old(place: World, key: TicketKey) -> None:
    store = RedisStore(connect(place.redis_url))
    await store.sync()
    for intent in (await store.load(key)).intents:
        assert intent.state is State.QUEUED
        old = intent.but(created=intent.created - WEEK, due=intent.due - WEEK)
        assert await store.write(key, Change(swaps=((intent, old),), due=0))
    await store.close()
