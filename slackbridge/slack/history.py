"""Reads channels and threads page by page, and tells which of their posts are ours."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import structlog

from slackbridge.domain.chat import Mark
from slackbridge.domain.errors import Code, Later, Rejected
from slackbridge.domain.model import TicketKey
from slackbridge.domain.roots import BEGINNING, Place
from slackbridge.slack.client import SlackClient
from slackbridge.slack.pacing import DISTRIBUTED

log = structlog.get_logger(__name__)

EVENT_TYPE = "slackbridge"
TRIES = 10
BEGUN_TRIES = 3
LISTED = 200  # channels a page; Slack advises no more
TYPES = "public_channel,private_channel"
YEAR = 365 * 86_400.0
HISTORY, REPLIES = "conversations.history", "conversations.replies"
FEW = (15, 16)  # rows a page for a distributed app; of a thread perhaps beside its root
Row = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read and how: a thread, or the channel itself where `thread` is ''.

    `who` has its own turn in the rate bucket ('' = not paced). A call asks for `page` rows. A
    `patient` reader waits where a call may be tried again; any other does so only once its first
    page is read, because it would begin anew.
    """

    channel: str
    thread: str = ""
    oldest: str = "0"
    who: str = ""
    live: bool = True
    metadata: bool = True
    page: int = 200
    patient: bool = False


class History:
    """`bot_id` and `bot_user` are our bot's; empty until Slack has answered `auth.test`."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client
        self._few_rows: set[str] = set()
        self.bot_id = ""
        self.bot_user = ""

    async def rows(self, reading: Reading) -> AsyncIterator[Row]:
        """All rows after `oldest`. Raises Later (INCOMPLETE) if Slack holds some back."""
        place: Place | None = BEGINNING
        while place is not None:
            rows, place = await self._in_time(reading, place)
            for row in rows:
                yield row

    async def _in_time(self, reading: Reading, place: Place) -> tuple[Sequence[Row], Place | None]:
        if reading.patient:
            return await in_time(partial(self.step, reading, place))
        if place == BEGINNING:
            return await self.step(reading, place)
        # Whoever waits in the middle holds a lease: those who have not begun wait behind.
        return await in_time(partial(self.step, replace(reading, live=True), place), BEGUN_TRIES)

    async def step(self, reading: Reading, place: Place) -> tuple[Sequence[Row], Place | None]:
        """One page, and where the reading goes on (None = nowhere): a channel's rows newest first,
        a thread's oldest first. Where Slack has forgotten the cursor, the time reached serves.
        """
        try:
            answer = await self.page(reading, place)
        except Rejected as failure:
            if failure.code != Code.FORGOTTEN_CURSOR or not place.cursor:
                raise
            answer = await self.page(reading, replace(place, cursor=""))
        rows: Sequence[Row] = answer.get("messages") or ()
        if reading.thread and place.ts:  # each page shows the root once more
            rows = [row for row in rows if row["ts"] != reading.thread]
        cursor = _next(answer)
        if cursor is None:
            return rows, None
        if cursor == place.cursor:
            raise Later("Slack shows a page over and over", 2.0, code=Code.INCOMPLETE)
        reached = max if reading.thread else min
        return rows, Place(
            cursor, reached((str(r["ts"]) for r in rows), key=float, default=place.ts)
        )

    async def page(self, reading: Reading, place: Place = BEGINNING) -> Row:
        """Slack's answer to one call."""
        method = REPLIES if reading.thread else HISTORY
        try:
            answer: Row = await self._client.call(
                method,
                who=reading.who,
                live=reading.live,
                channel=reading.channel,
                ts=reading.thread or None,
                **_bounds(reading, place),
                limit=reading.page,
                cursor=place.cursor or None,
                include_all_metadata=reading.metadata or None,
            )
        except Later as failure:
            if failure.code == Code.RATE_LIMITED and method in self._few_rows:
                self._slow_down()
            raise
        if answer.get("has_more"):
            if _next(answer) is None:  # what is missing proves nothing
                raise Later("Slack shows a part only", 2.0, code=Code.INCOMPLETE)
            if len(answer.get("messages") or ()) in FEW and reading.page > max(FEW):
                self._few_rows.add(method)
        return answer

    def _slow_down(self) -> None:
        """So few rows, and a refusal: Slack takes the app for one that is distributed."""
        if HISTORY not in self._client.paces:
            log.warning("history.restricted", rows=FEW[0], minutes=1)
        self._client.paces |= {HISTORY: DISTRIBUTED, REPLIES: DISTRIBUTED}

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

    def mark(self, row: Row, event_type: str = EVENT_TYPE) -> Mark | None:
        """The mark of a post of ours, None for any other row.

        Anybody may attach metadata like ours, so the post must be our bot's. Where Slack leaves
        out a bot_id, here or in `auth.test`, the post's user must be our bot's.
        """
        metadata = row.get("metadata") or {}
        if metadata.get("event_type") != event_type or not self._is_ours(row):
            return None
        told = metadata.get("event_payload") or {}
        account, ticket, effect = (str(told.get(n) or "") for n in ("account", "ticket", "effect"))
        return Mark(TicketKey(account, ticket), effect) if account and ticket and effect else None

    def _is_ours(self, row: Row) -> bool:
        if self.bot_id and row.get("bot_id"):
            return bool(row["bot_id"] == self.bot_id)
        return bool(self.bot_user) and row.get("user") == self.bot_user


async def in_time(read: Callable[[], Awaitable[T]], tries: int = TRIES) -> T:
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


def metadata_of(mark: Mark, event_type: str = EVENT_TYPE) -> dict[str, Any]:
    """The metadata of a post: ids only, because anybody in the workspace can read it."""
    payload = {"account": mark.key.account, "ticket": mark.key.id, "effect": mark.effect}
    return {"event_type": event_type, "event_payload": payload}


def _next(answer: Row) -> str | None:
    return (answer.get("response_metadata") or {}).get("next_cursor") or None


def _bounds(reading: Reading, place: Place) -> dict[str, str]:
    """Between which times. Without `latest` Slack may begin at the oldest (slack-api-docs #4)."""
    reached = place.ts if not place.cursor else ""
    if reading.thread:
        return {"oldest": reached or reading.oldest}
    return {"oldest": reading.oldest, "latest": reached or f"{time.time() + YEAR:.6f}"}
