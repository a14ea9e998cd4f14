"""Reading back what the bridge wrote: our own marks in the channels and threads of a workspace.

Anybody may attach metadata to a message; only what our own bot posted counts. Whoever reads an
archive has time: a call that must wait, waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import structlog

from slackbridge import receipt
from slackbridge.errors import Later, Rejected
from slackbridge.model import TicketKey
from slackbridge.ports import Mark
from slackbridge.recall import Post, Said, Thread
from slackbridge.slack import hear
from slackbridge.slack.chat import EVENT_TYPE, SlackChat

log = structlog.get_logger(__name__)
PAGE = 999  # the most that one call gives
TRIES = 10
OURS = frozenset(name for name in receipt.REACTIONS.values() if name)
Row = Mapping[str, Any]


class Archive:
    """Implements `rebuild.Archive`. The chat must know who we are."""

    def __init__(self, chat: SlackChat) -> None:
        self._chat = chat

    async def posts(self, channel: str, oldest: float) -> AsyncIterator[Post]:
        """Our posts in a channel itself, newest first: cards, and what belongs to no ticket."""
        async for row in self._rows(channel, "", f"{max(oldest, 0.0):.6f}"):
            if (post := self._post(row)) is not None:
                yield post

    async def thread(self, key: TicketKey, channel: str, root: str) -> Thread:
        """All of a ticket's thread. Raises Rejected if its root is there no more."""
        posts: list[Post] = []
        said: list[Said] = []
        async for row in self._rows(channel, root, "0"):
            post = self._post(row)
            if post is not None and post.ts != root and post.mark.key == key:
                posts.append(post)
            elif post is None and hear.spoken(row):
                names = await self._chat.directory.names(hear.mentioned(row))
                said.append(Said(hear.heard(row, channel, names), self._reactions(row)))
        return Thread(key, channel, root, tuple(posts), tuple(said))

    async def latest(self, channel: str) -> tuple[Post, ...]:
        """Our posts among the latest in a channel itself; none where it cannot be read."""
        try:
            answer = await self._call(channel, "", "0", None)
        except Rejected as failure:
            log.warning("cannot read a channel", channel=channel, why=failure.code)
            return ()
        found = (self._post(row) for row in answer.get("messages") or ())
        return tuple(post for post in found if post is not None)

    async def _rows(self, channel: str, thread: str, oldest: str) -> AsyncIterator[Row]:
        cursor: str | None = None
        while True:
            answer = await self._patiently(channel, thread, oldest, cursor)
            for row in answer.get("messages") or ():
                yield row
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return

    async def _patiently(self, channel: str, thread: str, oldest: str, cursor: str | None) -> Row:
        tries = 0
        while True:
            try:
                return await self._call(channel, thread, oldest, cursor)
            except Later as failure:
                tries += failure.code not in ("pace", "ratelimited")
                if tries >= TRIES:
                    raise
                await asyncio.sleep(failure.seconds)

    async def _call(self, channel: str, thread: str, oldest: str, cursor: str | None) -> Row:
        answer: Row = await self._chat.client.call(
            "conversations.replies" if thread else "conversations.history",
            who=f"archive:{channel}",
            live=False,
            channel=channel,
            ts=thread or None,
            oldest=oldest,
            limit=PAGE,
            cursor=cursor,
            include_all_metadata=True,
        )
        return answer

    def _post(self, row: Row) -> Post | None:
        metadata = row.get("metadata") or {}
        told = metadata.get("event_payload") or {}
        if metadata.get("event_type") != EVENT_TYPE or not self._ours(row):
            return None
        account, ticket, effect = (told.get(n) for n in ("account", "ticket", "effect"))
        if not (account and ticket and effect):
            return None
        mark = Mark(TicketKey(str(account), str(ticket)), str(effect))
        answered = str(row.get("latest_reply") or "")
        return Post(str(row["ts"]), mark, _asks(row), _quote(row), answered)

    def _ours(self, row: Row) -> bool:
        return bool(self._chat.bot_id) and row.get("bot_id") == self._chat.bot_id

    def _reactions(self, row: Row) -> frozenset[str]:
        """Those that we put there; a person's own tick proves nothing."""
        return frozenset(
            str(reaction.get("name"))
            for reaction in row.get("reactions") or ()
            if reaction.get("name") in OURS and self._chat.bot_user in reaction.get("users", ())
        )


def _blocks(row: Row) -> Sequence[Mapping[str, Any]]:
    return row.get("blocks") or ()


def _asks(row: Row) -> bool:
    """Whether an intent's buttons stand below it."""
    elements = (e for block in _blocks(row) for e in block.get("elements") or ())
    return any(str(e.get("action_id", "")).startswith("intent:") for e in elements)


def _quote(row: Row) -> str:
    """An agent's text in a receipt: its only literal section; see `receipts.draw_words`."""
    texts = [block.get("text") or {} for block in _blocks(row) if block.get("type") == "section"]
    quotes = [str(t.get("text", "")) for t in texts if t.get("type") == "plain_text"]
    return quotes[0].removeprefix("“").removesuffix("”") if quotes else ""
