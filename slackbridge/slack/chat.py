"""Slack as the lane uses it: `ports.Chat` on the Web API."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from slackbridge.errors import Later, Rejected, Unknown, unreadable
from slackbridge.model import TicketKey
from slackbridge.ports import THREAD_GONE, Heard, Mark, Member
from slackbridge.slack import cards, hear
from slackbridge.slack.client import SlackClient
from slackbridge.slack.directory import Directory
from slackbridge.view import Item

EVENT_TYPE = "slackbridge"
PAGE = 200
PAGES = 50


class SlackChat:
    """Implements `ports.Chat`. `begin` must be called before anything else."""

    def __init__(
        self, client: SlackClient, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.client = client
        self.directory = Directory(client, monotonic)
        self.bot_id = ""
        self.bot_user = ""
        self.workspace_url = ""

    async def begin(self) -> dict[str, Any]:
        """Learn who we are (`auth.test`). Raises Rejected if the token is refused."""
        answer: dict[str, Any] = await self.client.call("auth.test")
        self.bot_id = str(answer.get("bot_id") or "")
        self.bot_user = str(answer.get("user_id") or "")
        self.directory.team = str(answer.get("team_id") or "")
        self.workspace_url = str(answer.get("url") or "")
        return answer

    async def turn(self, channel: str, who: str, live: bool) -> None:
        await self.client.turn(channel, who, live)

    async def post(self, channel: str, thread: str, item: Item, mark: Mark) -> str:
        drawn = cards.draw(item)
        answer = await self.client.call(
            "chat.postMessage",
            channel=channel,
            thread_ts=thread or None,
            text=drawn.text,
            blocks=drawn.blocks,
            username=drawn.username or None,
            icon_emoji=drawn.icon_emoji or None,
            metadata={"event_type": EVENT_TYPE, "event_payload": payload(mark)},
            unfurl_links=False,
            unfurl_media=False,
        )
        if not answer.get("ts"):
            raise unreadable("Slack's answer has no ts (chat.postMessage)", write=True)
        ts = str(answer["ts"])
        if thread and not (answer.get("message") or {}).get("thread_ts"):
            await self._verify(channel, thread, ts, mark)
        return ts

    async def _verify(self, channel: str, thread: str, ts: str, mark: Mark) -> None:
        """A reply to a root that is gone stands in the channel, for all to see: take it away."""
        since = float(ts) - 1
        try:
            if ts in (await self._in_thread(channel, thread, mark, since) or ()):
                return
            if ts not in await self._marked(channel, "", mark, since):
                raise Unknown("Slack does not show the post yet", code="unseen")
            await self.delete(channel, ts)
        except (Later, Rejected) as failure:
            raise Unknown(failure.reason, code=failure.code) from None
        raise Rejected("its thread is gone: the root was deleted", code=THREAD_GONE)

    async def edit(self, channel: str, ts: str, item: Item) -> None:
        drawn = cards.draw(item)
        await self.client.call(
            "chat.update",
            who=f"{channel}:{ts}",
            channel=channel,
            ts=ts,
            text=drawn.text,
            blocks=drawn.blocks,
        )

    async def delete(self, channel: str, ts: str) -> None:
        try:
            await self.client.call("chat.delete", who=ts, channel=channel, ts=ts)
        except Rejected as failure:
            if failure.code != "message_not_found":
                raise

    async def react(self, channel: str, ts: str, add: str, remove: str) -> None:
        await self._reaction("reactions.add", channel, ts, add, "already_reacted")
        await self._reaction("reactions.remove", channel, ts, remove, "no_reaction")

    async def _reaction(self, method: str, channel: str, ts: str, name: str, fine: str) -> None:
        if not name:
            return
        try:
            await self.client.call(method, who=ts, channel=channel, timestamp=ts, name=name)
        except Rejected as failure:
            if failure.code not in (fine, "message_not_found"):
                raise

    async def find(self, channel: str, thread: str, mark: Mark, since: float) -> tuple[str, ...]:
        if not thread:
            return await self._marked(channel, "", mark, since)
        found = await self._in_thread(channel, thread, mark, since)
        if found is not None:
            return found
        for stray in await self._marked(channel, "", mark, since):
            await self.delete(channel, stray)
        return ()

    async def _in_thread(
        self, channel: str, thread: str, mark: Mark, since: float
    ) -> tuple[str, ...] | None:
        """None where there is no such thread any more."""
        try:
            return await self._marked(channel, thread, mark, since)
        except Rejected as failure:
            if failure.code != "thread_not_found":
                raise
            return None

    async def _marked(self, channel: str, thread: str, mark: Mark, since: float) -> tuple[str, ...]:
        wanted = payload(mark)
        rows = await self._rows(channel, thread, f"{since:.6f}", str(mark.key), True, True)
        found = [str(row["ts"]) for row in rows if self._is_ours(row, wanted)]
        return tuple(sorted(found, key=float))

    def _is_ours(self, row: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
        """Anybody may attach metadata to a message; only our own bot's counts."""
        metadata = row.get("metadata") or {}
        if metadata.get("event_type") != EVENT_TYPE or metadata.get("event_payload") != wanted:
            return False
        return not self.bot_id or row.get("bot_id") in (self.bot_id, None)

    async def standing(
        self, channel: str, thread: str, key: TicketKey
    ) -> tuple[tuple[str, str], ...]:
        rows = await self._rows(channel, thread, "0", str(key), True, True)
        found = {str(row["ts"]): self._effect(row, key) for row in rows}
        return tuple((effect, ts) for ts, effect in found.items() if effect and ts != thread)

    def _effect(self, row: Mapping[str, Any], key: TicketKey) -> str:
        told = (row.get("metadata") or {}).get("event_payload") or {}
        effect = str(told.get("effect", ""))
        return effect if self._is_ours(row, payload(Mark(key, effect))) else ""

    async def heard(self, channel: str, thread: str, since: str, live: bool) -> tuple[Heard, ...]:
        rows = await self._rows(channel, thread, since, thread, False, live)
        spoken = [r for r in rows if hear.spoken(r) and float(r["ts"]) > float(since)]
        heard = []
        for row in spoken:
            names = await self.directory.names(hear.mentioned(row))
            heard.append(hear.heard(row, channel, names))
        return tuple(heard)

    async def roots(self, channel: str, oldest: float) -> tuple[tuple[str, float], ...]:
        rows = await self._rows(channel, "", f"{max(oldest, 0):.6f}", "", False, True)
        # A row that has answers but does not say when may have been answered just now.
        return tuple(
            (str(row["ts"]), float(row.get("latest_reply") or "inf"))
            for row in rows
            if row.get("reply_count")
        )

    async def _rows(
        self, channel: str, thread: str, oldest: str, who: str, metadata: bool, live: bool
    ) -> list[Mapping[str, Any]]:
        """All rows of a thread, or of the channel where there is no thread, after `oldest`."""
        rows: list[Mapping[str, Any]] = []
        cursor: str | None = None
        for _ in range(PAGES):
            answer = await self.client.call(
                "conversations.replies" if thread else "conversations.history",
                who=who,
                live=live,
                channel=channel,
                ts=thread or None,
                oldest=oldest,
                limit=PAGE,
                cursor=cursor,
                include_all_metadata=metadata or None,
            )
            rows += answer.get("messages") or ()
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                if answer.get("has_more"):  # what was not read proves nothing
                    raise Later("Slack shows a part only", 2.0, code="incomplete")
                break
        return rows

    async def tell(self, channel: str, user: str, text: str, thread: str = "") -> None:
        """Say something to one person alone."""
        await self.client.call(
            "chat.postEphemeral", channel=channel, user=user, text=text, thread_ts=thread or None
        )

    async def publish(self, user: str, view: Mapping[str, Any]) -> None:
        """Show somebody's Home tab."""
        await self.client.call("views.publish", who=user, user_id=user, view=view)

    def link(self, channel: str, ts: str) -> str:
        """The address of a message, '' while the workspace's own is unknown."""
        base = self.workspace_url.rstrip("/")
        return f"{base}/archives/{channel}/p{ts.replace('.', '')}" if base else ""

    async def member(self, user: str) -> Member:
        return await self.directory.member(user)

    async def in_group(self, user: str, group: str) -> bool:
        return await self.directory.in_group(user, group)


def payload(mark: Mark) -> dict[str, str]:
    """What a post of ours carries: ids only, anybody in the workspace can read it."""
    return {"account": mark.key.account, "ticket": mark.key.id, "effect": mark.effect}
