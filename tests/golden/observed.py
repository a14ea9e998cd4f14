"""What is observed of real runs: the values that are recorded, and compared with what was."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from redis import Redis

from slackbridge.demo import views
from slackbridge.demo.markets import SELLAPP_POLL_SECONDS, Markets
from slackbridge.demo.world import CHANNEL, World, world
from slackbridge.sandbox.slack.app import SlackSandbox
from tests.golden.cards import POLLED, Gallery
from tests.golden.forms import Json, Names, blocks_form, differences, metadata_form
from tests.golden.people import PATIENCE_SECONDS
from tests.golden.scene import OPS, SLOW, begun, play
from tests.golden.stored import Watch, ticket_forms

REST_SECONDS = 4.0
LOOK_SECONDS = 0.1
PASSING = ("sb:alive:", "sb:once:", "sb:pace:")
"""Keys that come and go: which of their fields are met is a matter of time."""
YOUNGER = ("sb:rules",)
"""Keys that the recorded version did not have."""
LATER = ("again", "end_at")
"""Fields of tickets that it stored for fewer tickets, or not at all."""
Take = Callable[[], Any]


async def rested(take: Take) -> Any:
    """The value once it stays the same: for recording."""
    value, since = take(), asyncio.get_running_loop().time()
    while asyncio.get_running_loop().time() < since + REST_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        if (now := take()) != value:
            value, since = now, asyncio.get_running_loop().time()
    return value


async def same(take: Take, was: Any) -> list[str]:
    """What differs from what was recorded, once nothing does, or patience has ended."""
    end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while found := differences(take(), was):
        if asyncio.get_running_loop().time() > end:
            return found
        await asyncio.sleep(LOOK_SECONDS)
    return []


def unread_to(tickets: Json) -> Json:
    """The tickets without what differs: which message `caught` names, as a reading stops short of
    what may lag, and LATER.
    """
    return {label: _without(ticket) for label, ticket in tickets.items()}


def _without(ticket: Json) -> Json:
    if "record" not in ticket:
        return ticket
    fields = {name: v for name, v in ticket["record"]["fields"].items() if name not in LATER}
    fields |= {"caught": "<ts>"} if "caught" in fields else {}
    return {**ticket, "record": {**ticket["record"], "fields": fields}}


def passing(seen: Json, was: Json) -> list[str]:
    """What was met of keys that come and go, and is not among what was recorded."""
    now = {name: key for name, key in seen.items() if name.startswith(PASSING)}
    strange = [f"{name}: new" for name in now if name not in was]
    for name in now.keys() & was.keys():
        known = {**was[name]["content"], **now[name]["content"]}
        strange += differences(known, was[name]["content"], name)
        strange += differences(now[name]["type"], was[name]["type"], name)
    return strange


def lasting(seen: Json) -> Json:
    """The keys that stay."""
    return {name: key for name, key in seen.items() if not name.startswith(PASSING + YOUNGER)}


def rows(slack: SlackSandbox) -> list[Json]:
    """Every message of the bridge in its channels, also in threads."""
    found = []
    for channel in (CHANNEL, OPS):
        for root in slack.workspace.history(channel):
            found += slack.workspace.thread(channel, root["ts"])
    return [row for row in found if row.get("bot_id")]


def marks(slack: SlackSandbox, names: Names) -> list[Json]:
    """The forms of the marks of all messages, each once."""
    forms = {str(form): form for form in (metadata_form(row, names) for row in rows(slack))}
    return [form for _, form in sorted(forms.items())]


def receipts(slack: SlackSandbox, names: Names) -> Json:
    """What can be pressed below messages that are no cards, by their marks."""
    found = {}
    for row in rows(slack):
        form = blocks_form(row.get("blocks", ()), names)
        if form and views.effect_of(row) != "card":
            payload = metadata_form(row, names)["event_payload"]
            found[f"{payload['account']}:{payload['ticket']} {payload['effect']}"] = form
    return found


class Run:
    """A scene after its last step."""

    def __init__(self, place: World, names: Names, watch: Watch) -> None:
        self._place = place
        self._names = names
        self.watch = watch

    def tickets(self) -> Json:
        return ticket_forms(self.watch.look(), self._names)

    def marks(self) -> list[Json]:
        return marks(self._place.slack, self._names)

    def receipts(self) -> Json:
        return receipts(self._place.slack, self._names)


@contextlib.asynccontextmanager
async def ran(redis_url: str = "") -> AsyncIterator[Run]:
    """The scene, played to its end; the bridge hangs in calls while the block lasts."""
    async with world(extra=SLOW, seed=False, redis_url=redis_url) as place:
        with Redis.from_url(place.redis_url) as redis:
            scene = await begun(place, redis)
            watch = Watch(redis, scene.names)
            scene.before_deleting = watch.look
            task = asyncio.create_task(watch.run())
            try:
                await play(scene)
            finally:
                task.cancel()
            yield Run(place, scene.names, watch)
        await place.bridge.kill()


@contextlib.asynccontextmanager
async def shown(redis_url: str = "") -> AsyncIterator[Gallery]:
    """A ticket of every kind at all four marketplaces."""
    async with world(extra=POLLED, seed=False, redis_url=redis_url, markets=Markets.ALL) as place:
        config = place.folder / "slackbridge.toml"
        slow, quick = (f"poll_seconds = {s}\n" for s in (SELLAPP_POLL_SECONDS, 0.3))
        config.write_text(config.read_text("utf-8").replace(slow, quick), "utf-8")
        with Redis.from_url(place.redis_url) as redis:
            gallery = Gallery(place, redis)
            await gallery.open()
            yield gallery
        await place.bridge.kill()
