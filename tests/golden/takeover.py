"""A world in which a bridge was killed in mid-work, as it was recorded, and a new bridge in it."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator

from redis import Redis

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, Table, World, world
from tests.golden.forms import RECORDED, Json
from tests.golden.midwork import BUSY
from tests.golden.people import People
from tests.golden.snapshot import laid, moved

TICKET = "sb:{{refurbed-at}}:t:{}"
INTENTS = "sb:{{refurbed-at}}:i:{}"
OVER: Table = {
    **BUSY,
    "timing": {**BUSY["timing"], "lease_seconds": 10, "call_timeout_seconds": 9},
}
"""The new bridge is more patient: the machine may be busy."""


class TakeOver:
    """What has become of the tickets that were under way, by their names."""

    def __init__(self, place: World, redis: Redis, shot: Json) -> None:
        self.place = place
        self.stage = People(place, redis)
        self.tickets: dict[str, int] = shot["tickets"]
        self.said: dict[str, str] = shot["said"]
        self._redis = redis

    # -- what shows ----------------------------------------------------------------------------

    def replies(self, name: str) -> list[str]:
        """What the customer got, by the marketplace's ledger."""
        return self.stage.replies(self.tickets[name])

    def reactions(self, name: str) -> set[str]:
        """The reactions on what Anna said there."""
        return views.reactions(self.place.slack, CHANNEL, self.said[name])

    async def reacted(self, name: str, reaction: str) -> None:
        """Until that is the one reaction on it."""
        what = f":{reaction}: on {name}"
        await self.stage.until(what, lambda: self.reactions(name) == {reaction})

    def receipt(self, name: str) -> Json:
        """The receipt of what Anna said there."""
        return views.receipt(self.place.slack, self.tickets[name], self.said[name]) or {}

    def says(self, name: str) -> str:
        return views.shown(self.receipt(name))

    def buttons(self, name: str) -> list[str]:
        return [action.removeprefix("intent:") for action in views.buttons(self.receipt(name))]

    async def press(self, name: str, button: str) -> None:
        await self.stage.press(self.tickets[name], self.said[name], button)

    def notices(self) -> list[Json]:
        rows = self.place.slack.workspace.history("C0OPS")
        return [row for row in rows if views.effect_of(row).startswith("w:")]

    # -- what is stored ------------------------------------------------------------------------

    def fields(self, name: str) -> dict[str, str]:
        return self.stage.fields(self.tickets[name])

    def intent(self, name: str) -> Json:
        return self.stage.intent(self.tickets[name], self.said[name])

    def settled(self, name: str) -> bool:
        """Whether no post of it is open, and all of it is shown."""
        fields = self.fields(name)
        shown = [value for field, value in fields.items() if field.startswith("m:")]
        messages = self.place.refurbed.messages(self.tickets[name])
        whole = len(shown) == len(messages) and not any(value.endswith("+") for value in shown)
        return whole and "post" not in fields and "rev" in fields

    def expires(self, name: str) -> bool:
        """Whether its record ends one day."""
        keys = (form.format(self.tickets[name]) for form in (TICKET, INTENTS))
        return all(int(str(self._redis.ttl(key))) > 0 for key in keys)

    # -- what must hold ------------------------------------------------------------------------

    def wrong(self) -> list[str]:
        """What does not add up: every message stands once and in order, no mark stands twice."""
        found = []
        for name, ticket in self.tickets.items():
            found += [f"{name}: {what}" for what in self._wrong(ticket)]
        marks = Counter(views.effect_of(row) for row in self.notices())
        return found + [f"notice {mark} stands {n} times" for mark, n in marks.items() if n > 1]

    def _wrong(self, ticket: int) -> list[str]:
        cards = len(views.cards(self.place.slack, ticket))
        if cards != 1:
            return [f"{cards} cards"]
        marks = [views.effect_of(row) for row in views.thread(self.place.slack, ticket)]
        twice = [f"{mark} stands {n} times" for mark, n in Counter(marks).items() if mark and n > 1]
        shown = [mark.split(":")[1] for mark in marks if mark.startswith("m:")]
        sent = {str(e.data["message_id"]) for e in self.place.refurbed.ledger.all("reply")}
        must = [str(m.id) for m in self.place.refurbed.messages(ticket) if str(m.id) not in sent]
        ordered = list(dict.fromkeys(shown)) == must
        return twice if ordered else [*twice, f"it shows {shown} and must show {must}"]


@contextlib.asynccontextmanager
async def taken_over(redis_url: str) -> AsyncIterator[TakeOver]:
    """The recorded world as if it had been left just now; the new bridge has begun to start."""
    text = (RECORDED / "midwork.json").read_text("utf-8")
    async with world(extra=OVER, seed=False, redis_url=redis_url) as place:
        with Redis.from_url(redis_url) as redis:
            shot = moved(text, time.time())
            laid(place, redis, shot)
            over = TakeOver(place, redis, shot)
            await place.bridge.start()
            yield over
