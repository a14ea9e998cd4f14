"""Reads back what the bridge posted, for recovery: rate limits and short faults are waited out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from slackbridge.domain.chat import CARD
from slackbridge.domain.errors import Rejected
from slackbridge.domain.model import TicketKey
from slackbridge.domain.thread import Post, Said, Thread
from slackbridge.domain.view import NOT_CARRIED, REACTIONS
from slackbridge.slack import events
from slackbridge.slack.blocks import cards
from slackbridge.slack.blocks.ids import Target
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.history import Reading, Row, in_time

log = structlog.get_logger(__name__)
PAGE = 999  # Slack's limit for one call
OURS = frozenset(filter(None, (*REACTIONS.values(), NOT_CARRIED)))


class Archive:
    """Implements `ports.archive.Archive`. The chat must have begun."""

    def __init__(self, chat: SlackChat) -> None:
        self._chat = chat
        self._history = chat.history

    async def channels(self) -> tuple[str, ...]:
        """Every channel that the bot is in. Raises Rejected if the app may not ask."""
        return await self._history.channels()

    async def posts(self, channel: str, oldest: float) -> AsyncIterator[Post]:
        """Our posts in a channel itself, newest first: cards, and what belongs to no ticket."""
        reading = _reading(channel, oldest=f"{max(oldest, 0.0):.6f}")
        async for row in self._history.rows(reading):
            if (post := self._post(row)) is not None:
                yield post

    async def thread(self, key: TicketKey, channel: str, root: str) -> Thread:
        """All of a ticket's thread. Raises Rejected if its root is gone."""
        posts: list[Post] = []
        said: list[Said] = []
        async for row in self._history.rows(_reading(channel, root)):
            post = self._post(row)
            if post is not None and post.ts != root and post.mark.key == key:
                posts.append(post)
            elif post is None and events.spoken(row, self._history.bot_user):
                said.append(Said(await self._chat.read(row, channel), self._reactions(row)))
        return Thread(key, channel, root, tuple(posts), tuple(said))

    async def root(self, channel: str, ts: str) -> Post | None:
        """Our post at the root of a thread; None if it is not ours, or gone."""
        first = replace(_reading(channel, ts), page=1)
        try:
            answer = await in_time(partial(self._history.page, first))
        except Rejected as failure:
            log.warning("archive.unreadable", channel=channel, why=failure.code)
            return None
        rows = [row for row in answer.get("messages") or () if row.get("ts") == ts]
        return self._post(rows[0]) if rows else None

    async def latest(self, channel: str) -> tuple[Post, ...]:
        """Our posts among the latest in a channel itself; none where it cannot be read."""
        page = partial(self._history.page, _reading(channel))
        try:
            answer = await in_time(page, tries=1)  # a limit must not start a list of channels anew
        except Rejected as failure:
            log.warning("archive.unreadable", channel=channel, why=failure.code)
            return ()
        return tuple(filter(None, map(self._post, answer.get("messages") or ())))

    def _post(self, row: Row) -> Post | None:
        mark = self._history.mark(row)
        if mark is None:
            return None
        answered = str(row.get("latest_reply") or "")
        ended = mark.effect == CARD and cards.shows_end(_blocks(row), str(row.get("text", "")))
        return Post(str(row["ts"]), mark, _asks(row), _quote(row), answered, ended)

    def _reactions(self, row: Row) -> frozenset[str]:
        """Our own; a person's tick proves nothing."""
        return frozenset(
            str(reaction.get("name"))
            for reaction in row.get("reactions") or ()
            if reaction.get("name") in OURS and self._history.bot_user in reaction.get("users", ())
        )


def _reading(channel: str, thread: str = "", oldest: str = "0") -> Reading:
    who = f"archive:{channel}"
    return Reading(channel, thread, oldest, who, live=False, page=PAGE, patient=True)


def _blocks(row: Row) -> Sequence[Mapping[str, Any]]:
    return row.get("blocks") or ()


def _asks(row: Row) -> bool:
    """Whether an intent's buttons stand below it."""
    elements = (e for block in _blocks(row) for e in block.get("elements") or ())
    prefix = Target.INTENT.action_id("")
    return any(str(element.get("action_id", "")).startswith(prefix) for element in elements)


def _quote(row: Row) -> str:
    """An agent's text in a receipt, its only plain_text section; see `receipts.draw_words`."""
    texts = [block.get("text") or {} for block in _blocks(row) if block.get("type") == "section"]
    quotes = [str(t.get("text", "")) for t in texts if t.get("type") == "plain_text"]
    return quotes[0].removeprefix("“").removesuffix("”") if quotes else ""
