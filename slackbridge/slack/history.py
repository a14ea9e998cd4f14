"""Reads channels and threads page by page, and tells which of their posts are ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from typing import Any

from slackbridge.domain.chat import Mark
from slackbridge.domain.errors import Code, Later
from slackbridge.domain.model import TicketKey
from slackbridge.slack.client import SlackClient

EVENT_TYPE = "slackbridge"
TRIES = 10
LISTED = 200  # channels a page; Slack advises no more
TYPES = "public_channel,private_channel"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read and how: a thread, or the channel itself where `thread` is ''.

    `who` has its own turn in the rate bucket ('' = not paced). At most `pages` calls of `page`
    rows are made (None = all). A `patient` reader waits where a call may be tried again.
    """

    channel: str
    thread: str = ""
    oldest: str = "0"
    who: str = ""
    live: bool = True
    metadata: bool = True
    page: int = 200
    pages: int | None = 50
    patient: bool = False


class History:
    """`bot_id` and `bot_user` are our bot's; empty until Slack has answered `auth.test`."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client
        self.bot_id = ""
        self.bot_user = ""

    async def rows(self, reading: Reading) -> AsyncIterator[Row]:
        """The rows after `oldest`. Raises Later (INCOMPLETE) if Slack holds some back."""
        cursor: str | None = None
        for _ in islice(count(), reading.pages):
            answer = await self._in_time(reading, cursor)
            for row in answer.get("messages") or ():
                yield row
            if (cursor := _next(answer)) is None:
                return

    async def page(self, reading: Reading, cursor: str | None = None) -> Row:
        """Slack's answer to one call."""
        answer: Row = await self._client.call(
            "conversations.replies" if reading.thread else "conversations.history",
            who=reading.who,
            live=reading.live,
            channel=reading.channel,
            ts=reading.thread or None,
            oldest=reading.oldest,
            limit=reading.page,
            cursor=cursor,
            include_all_metadata=reading.metadata or None,
        )
        if answer.get("has_more") and _next(answer) is None:  # what is missing proves nothing
            raise Later("Slack shows a part only", 2.0, code=Code.INCOMPLETE)
        return answer

    async def _in_time(self, reading: Reading, cursor: str | None) -> Row:
        if not reading.patient:
            return await self.page(reading, cursor)
        return await in_time(partial(self.page, reading, cursor))

    async def channels(self) -> tuple[str, ...]:
        """The ids of the channels, public and private, that our bot is in, also archived ones."""
        found: list[str] = []
        cursor: str | None = None
        while True:
            answer = await in_time(partial(self._channels, cursor))
            found += [str(channel["id"]) for channel in answer.get("channels") or ()]
            if (cursor := _next(answer)) is None:
                return tuple(found)

    async def _channels(self, cursor: str | None) -> Row:
        answer: Row = await self._client.call(
            "users.conversations",
            who="channels",
            live=False,
            types=TYPES,
            limit=LISTED,
            cursor=cursor,
        )
        return answer

    def mark(self, row: Row) -> Mark | None:
        """The mark of a post of ours, None for any other row.

        Anybody may attach metadata like ours, so the post must be our bot's. Where Slack leaves
        out a bot_id, here or in `auth.test`, the post's user must be our bot's.
        """
        metadata = row.get("metadata") or {}
        if metadata.get("event_type") != EVENT_TYPE or not self._is_ours(row):
            return None
        told = metadata.get("event_payload") or {}
        account, ticket, effect = (str(told.get(n) or "") for n in ("account", "ticket", "effect"))
        return Mark(TicketKey(account, ticket), effect) if account and ticket and effect else None

    def _is_ours(self, row: Row) -> bool:
        if self.bot_id and row.get("bot_id"):
            return bool(row["bot_id"] == self.bot_id)
        return bool(self.bot_user) and row.get("user") == self.bot_user


async def in_time(read: Callable[[], Awaitable[Row]], tries: int = TRIES) -> Row:
    """Wait out rate limits, however long; other short faults fail at the last of `tries`."""
    failed = 0
    while True:
        try:
            return await read()
        except Later as failure:
            failed += failure.code not in (Code.PACED, Code.RATE_LIMITED)
            if failed >= tries:
                raise
            await asyncio.sleep(failure.seconds)


def metadata_of(mark: Mark) -> dict[str, Any]:
    """The metadata of a post: ids only, because anybody in the workspace can read it."""
    payload = {"account": mark.key.account, "ticket": mark.key.id, "effect": mark.effect}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


def _next(answer: Row) -> str | None:
    return (answer.get("response_metadata") or {}).get("next_cursor") or None
