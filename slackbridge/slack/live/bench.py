"""Where the self-test works: one channel, paced calls, and a list of what it has posted there.

Its posts carry a mark of their own kind: `History.mark` knows no ticket in them, so a bridge that
finds one that was left behind takes it for nothing of its own.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slackbridge.domain.chat import Mark
from slackbridge.domain.errors import Code, Later, Unknown
from slackbridge.domain.model import TicketKey
from slackbridge.domain.view import Item
from slackbridge.slack.blocks import cards
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.history import Row, metadata_of
from slackbridge.slack.live.shapes import Shape, shape

EVENT = "slackbridge_selftest"
"""The event type of the self-test's marks."""

WHO = "selftest"
ACCOUNT = "selftest"
TRIES = 5
PATIENCE_SECONDS = 900.0
"""The longest that one call waits for Slack's rate limits."""

SHOWN_SECONDS = 10.0
"""How long Slack may take to show a new post in a reading."""

LOOK_SECONDS = 0.5
READ = 200
Say = Callable[[str], None]


class NotTried(Exception):
    """Why a probe could not be tried; words for a reader."""


@dataclass
class Bench:
    """`mode` is how the bridge listens. `say` takes a line for the person who waits.

    `posted` maps the ts of every post to that of its root ('' = it is one), in their order. In the
    threads `doubtful` there may be one more, whose answer was lost. `latest` is the time of the
    last post, in Unix seconds.
    """

    chat: SlackChat
    channel: str
    mode: str
    app_token: str
    api_url: str
    say: Say
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    posted: dict[str, str] = field(default_factory=dict)
    latest: float = 0.0
    doubtful: set[str] = field(default_factory=set)
    limited: list[tuple[str, float]] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    card: str = ""
    part: str = ""
    answers: dict[str, Row] = field(default_factory=dict)

    def mark(self, effect: str) -> Mark:
        return Mark(TicketKey(ACCOUNT, self.run), effect)

    async def call(self, method: str, **args: Any) -> Row:
        """One call, after as long as rate limits ask. Raises the failures of a call."""
        until, failed = time.monotonic() + PATIENCE_SECONDS, 0
        while True:
            try:
                if method == "chat.postMessage":
                    await self.chat.turn(self.channel, WHO, live=False)
                answer = await self.chat.client.call(method, who=WHO, live=False, **args)
            except Later as failure:
                failed += failure.code not in (Code.PACED, Code.RATE_LIMITED)
                self._note(method, failure)
                if failed >= TRIES or time.monotonic() + failure.seconds > until:
                    raise
                await asyncio.sleep(failure.seconds)
            else:
                self.keep(method, answer)
                return dict(answer)

    def _note(self, method: str, failure: Later) -> None:
        if failure.code == Code.RATE_LIMITED:
            self.limited.append((method, failure.seconds))
            self.say(f"Slack asks to wait {failure.seconds:.0f} s ({method}).")

    def keep(self, name: str, value: Any) -> None:
        """Keep the shape of something that Slack sent, each shape once."""
        found = shape(value)
        if found in self.shapes.values():
            return
        kept = sum(each.partition(" ")[0] == name for each in self.shapes)
        self.shapes[f"{name} {kept + 1}" if kept else name] = found

    async def post(self, effect: str, content: Mapping[str, Any], thread: str = "") -> Row:
        """Post what is drawn already; Slack's answer."""
        about = {
            "channel": self.channel,
            "thread_ts": thread or None,
            "metadata": metadata_of(self.mark(effect), EVENT),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            answer = await self.call("chat.postMessage", **about, **content)
        except (Unknown, asyncio.CancelledError):
            self.doubtful.add(thread)
            raise
        self.posted[str(answer["ts"])] = thread
        self.latest = float(answer["ts"])
        return answer

    async def draw(self, effect: str, item: Item, thread: str = "") -> Row:
        """Post an item as the bridge draws it."""
        drawn = cards.draw(item)
        named = {"username": drawn.username or None, "icon_emoji": drawn.icon_emoji or None}
        return await self.post(effect, {**drawn.content, **named}, thread)

    async def update(self, ts: str, **content: Any) -> Row:
        return await self.call("chat.update", channel=self.channel, ts=ts, **content)

    async def delete(self, ts: str) -> None:
        """Delete a post of ours. Raises the failures of a call."""
        await self.call("chat.delete", channel=self.channel, ts=ts)
        self.posted.pop(ts, None)

    async def rows(self, thread: str = "", limit: int = READ, metadata: bool = True) -> list[Row]:
        """The latest rows of the channel, newest first, or a thread's, oldest first."""
        answer = await self.call(
            "conversations.replies" if thread else "conversations.history",
            channel=self.channel,
            ts=thread or None,
            limit=limit,
            include_all_metadata=metadata or None,
        )
        return list(answer.get("messages") or ())

    async def row(self, ts: str, thread: str = "") -> Row | None:
        """One post as a reading shows it; None if it does not show within some seconds."""
        until = time.monotonic() + SHOWN_SECONDS
        while True:
            found = [row for row in await self.rows(thread) if row.get("ts") == ts]
            if found or time.monotonic() > until:
                return found[0] if found else None
            await asyncio.sleep(LOOK_SECONDS)

    def the_card(self) -> str:
        """The ts of the card. Raises NotTried if there is none."""
        if not self.card:
            raise NotTried("there is no card")
        return self.card

    def the_part(self) -> str:
        """The ts of the customer's message. Raises NotTried if there is none."""
        if not self.part:
            raise NotTried("there is no message below the card")
        return self.part
