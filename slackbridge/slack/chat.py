"""`ports.chat.Chat` on Slack's Web API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog

from slackbridge.domain.about import About, about, stays
from slackbridge.domain.chat import Heard, Mark, Member
from slackbridge.domain.errors import Code, Failure, Later, Rejected, Unknown, unreadable
from slackbridge.domain.model import TicketKey
from slackbridge.domain.refusal import Cause, cause, refusal
from slackbridge.domain.roots import Place, RootsPage
from slackbridge.domain.view import Form, Item
from slackbridge.slack import events
from slackbridge.slack.blocks import cards
from slackbridge.slack.blocks.drawn import POST_LIMIT
from slackbridge.slack.blocks.plain_views import plain_view
from slackbridge.slack.client import SlackClient, org_wide
from slackbridge.slack.directory import Directory, Home
from slackbridge.slack.history import History, Reading, metadata_of
from slackbridge.slack.pacing import in_turn
from slackbridge.slack.shared_files import SlackSharedFiles
from slackbridge.slack.thread_files import SlackThreadFiles

log = structlog.get_logger(__name__)
OnKept = Callable[[TicketKey, str, str, str, str], Awaitable[None]]
"""Slack refuses to delete a message: ticket, channel, ts, Slack's error, link ('' = unknown)."""


class SlackChat:
    """Implements `Chat`. `begin` must be called before anything else."""

    def __init__(self, client: SlackClient) -> None:
        self.client = client
        self.directory = Directory(client)
        self.history = History(client)
        self.files = SlackSharedFiles(client)
        self.thread_files = SlackThreadFiles(client, self.history)
        self.workspace_url = ""
        self.on_kept: OnKept | None = None

    async def begin(self) -> dict[str, Any]:
        """Learn who we are (`auth.test`).

        Raises Rejected if the token is refused, Unauthorized also for that of a whole organisation:
        who belongs to a workspace cannot be asked with it.
        """
        answer: dict[str, Any] = await self.client.call("auth.test")
        if answer.get("is_enterprise_install"):
            raise org_wide()
        self.history.bot_id = str(answer.get("bot_id") or "")
        self.history.bot_user = str(answer.get("user_id") or "")
        self.directory.home = Home(
            str(answer.get("team_id") or ""), str(answer.get("enterprise_id") or "")
        )
        self.workspace_url = str(answer.get("url") or "")
        return answer

    async def turn(self, channel: str, who: str, live: bool) -> None:
        await self.client.turn(channel, who, live)

    async def post(self, channel: str, thread: str, item: Item, mark: Mark, form: Form) -> str:
        drawn = cards.draw(item, form, POST_LIMIT)
        try:
            answer = await self.client.call(
                "chat.postMessage",
                channel=channel,
                thread_ts=thread or None,
                **drawn.content,
                username=drawn.username or None,
                icon_emoji=drawn.icon_emoji or None,
                metadata=metadata_of(mark),
                unfurl_links=False,
                unfurl_media=False,
            )
        except Rejected as failure:
            if thread and cause(failure.code) is Cause.THREAD_GONE:
                await self._believe(channel, thread, failure)
            raise
        if not answer.get("ts"):
            raise unreadable("Slack's answer has no ts (chat.postMessage)", write=True)
        ts = str(answer["ts"])
        if thread and not (answer.get("message") or {}).get("thread_ts"):
            await self._verify(channel, thread, ts, mark)
        return ts

    async def _verify(self, channel: str, thread: str, ts: str, mark: Mark) -> None:
        """A reply whose root was deleted stands in the channel, where all see it: delete it.

        Each call waits its turn: to begin anew would cost a post, and more calls than were saved.
        """
        since = float(ts) - 1
        try:
            if ts in (await in_turn(lambda: self._in_thread(channel, thread, mark, since)) or ()):
                return
            if ts not in await in_turn(lambda: self._marked(channel, "", mark, since)):
                raise Unknown("Slack does not show the post yet", code=Code.UNSEEN)
            await in_turn(lambda: self.delete(channel, ts, mark.key))
        except (Later, Rejected) as failure:
            raise Unknown(failure.reason, code=failure.code) from None
        raise _gone()

    async def _believe(self, channel: str, thread: str, failure: Rejected) -> None:
        """Slack takes no reply to a root. Raises THREAD_GONE if it was deleted.

        A root that stands is in a place without threads: a new one would be refused as well.
        """
        reading = Reading(channel, thread, who=thread, metadata=False, page=1)
        try:
            answer = await in_turn(lambda: self.history.page(reading))
            rows = answer.get("messages") or ()
        except Rejected as unread:
            if cause(unread.code) is not Cause.THREAD_GONE:
                raise
            rows = ()
        if any(row.get("ts") == thread and row.get("subtype") != "tombstone" for row in rows):
            failure.refusal = refusal("restricted_action_non_threadable_channel")
        else:
            raise _gone() from None

    async def edit(self, channel: str, ts: str, item: Item, form: Form) -> None:
        content = cards.draw(item, form).content
        who = f"{channel}:{ts}"
        await self.client.call("chat.update", who=who, channel=channel, ts=ts, **content)

    async def delete(self, channel: str, ts: str, key: TicketKey) -> bool:
        try:
            await self.client.call("chat.delete", who=ts, channel=channel, ts=ts)
        except Rejected as failure:
            if failure.code == Code.NO_MESSAGE:
                return True
            if self.on_kept is None or not stays(failure):
                raise
            await self.on_kept(key, channel, ts, failure.code, self.link(channel, ts))
            return False
        return True

    async def react(self, channel: str, ts: str, add: str, remove: str) -> None:
        await self._reaction("reactions.add", channel, ts, add, Code.ALREADY_REACTED)
        await self._reaction("reactions.remove", channel, ts, remove, Code.NO_REACTION)

    async def _reaction(self, method: str, channel: str, ts: str, name: str, fine: str) -> None:
        if not name:
            return
        try:
            await self.client.call(method, who=ts, channel=channel, timestamp=ts, name=name)
        except Rejected as failure:
            if failure.code not in (fine, Code.NO_MESSAGE):
                raise

    async def find(self, channel: str, thread: str, mark: Mark, since: float) -> tuple[str, ...]:
        if not thread:
            return await self._marked(channel, "", mark, since)
        found = await self._in_thread(channel, thread, mark, since)
        if found is not None:
            return found
        for stray in await in_turn(lambda: self._marked(channel, "", mark, since)):
            await in_turn(partial(self.delete, channel, stray, mark.key))
        return ()

    async def _in_thread(
        self, channel: str, thread: str, mark: Mark, since: float
    ) -> tuple[str, ...] | None:
        """None if the thread is gone."""
        try:
            return await self._marked(channel, thread, mark, since)
        except Rejected as failure:
            if failure.code != Code.NO_THREAD:
                raise
            return None

    async def _marked(self, channel: str, thread: str, mark: Mark, since: float) -> tuple[str, ...]:
        reading = Reading(channel, thread, f"{since:.6f}", who=str(mark.key))
        rows = [row async for row in self.history.rows(reading)]
        found = [str(row["ts"]) for row in rows if self.history.mark(row) == mark]
        return tuple(sorted(found, key=float))

    async def standing(
        self, channel: str, thread: str, key: TicketKey
    ) -> tuple[tuple[str, str], ...]:
        rows = self.history.rows(Reading(channel, thread, who=str(key)))
        found = {str(row["ts"]): self.history.mark(row) async for row in rows}
        return tuple(
            (m.effect, ts) for ts, m in found.items() if m and m.key == key and ts != thread
        )

    async def heard(self, channel: str, thread: str, since: str, live: bool) -> tuple[Heard, ...]:
        reading = Reading(channel, thread, since, who=thread, live=live, metadata=False)
        us = self.history.bot_user
        rows = [r async for r in self.history.rows(reading) if events.spoken(r, us)]
        new = [row for row in rows if float(row["ts"]) > float(since)]
        return tuple([await self.read(row, channel) for row in new])

    async def read(self, event: Mapping[str, Any], channel: str, changed: str = "") -> Heard:
        """What a person said, with the names of those mentioned; see `events.heard`."""
        names = await self.directory.names(events.mentioned(event))
        return events.heard(event, channel, names, changed)

    async def roots(self, channel: str, oldest: float, place: Place) -> RootsPage:
        since, turn = f"{max(oldest, 0):.6f}", f"roots:{channel}"
        reading = Reading(channel, oldest=since, who=turn, live=False, metadata=False)
        rows, following = await self.history.step(reading, place)
        # A row with replies but without latest_reply may have been answered just now.
        threads = tuple(
            (str(row["ts"]), float(row.get("latest_reply") or "inf"))
            for row in rows
            if row.get("reply_count")
        )
        return RootsPage(threads, len(rows), following)

    async def tell(self, channel: str, user: str, text: str, thread: str = "") -> None:
        """Say something to one person alone; a failure is only logged."""
        said: dict[str, Any] = {"user": user, "text": text, "thread_ts": thread or None}
        try:
            await self.client.call("chat.postEphemeral", channel=channel, **said)
        except Failure as failure:
            log.warning("person.not_told", channel=channel, why=failure.code)

    async def say(self, channels: Sequence[str], text: str) -> None:
        """Say something in the first channel that takes it, without a mark.

        Raises the failures of a call; of Rejected that of the last channel.
        """
        for channel in channels[:-1]:
            try:
                return await self._say(channel, text)
            except Rejected as failure:
                log.warning("channel.not_told", channel=channel, why=failure.code)
        await self._say(channels[-1], text)

    async def _say(self, channel: str, text: str) -> None:
        await self.client.call("chat.postMessage", channel=channel, text=text)

    async def open(self, trigger: str, view: Mapping[str, Any]) -> str:
        """Open a modal; its id."""
        answer = await self.show("views.open", view, trigger_id=trigger)
        return str((answer.get("view") or {}).get("id", ""))

    async def show(self, method: str, view: Mapping[str, Any], **args: Any) -> Any:
        """Open, update or publish a view; once more in a plainer form if Slack refuses the first.

        Raises the failures of a call.
        """
        try:
            return await self.client.call(method, view=view, **args)
        except Rejected as failure:
            if about(failure) is About.PLACE:
                raise
            log.warning("view.refused", method=method, why=failure.code)
        return await self.client.call(method, view=plain_view(dict(view)), **args)

    def link(self, channel: str, ts: str) -> str:
        """The address of a message; '' while the workspace's is unknown."""
        base = self.workspace_url.rstrip("/")
        return f"{base}/archives/{channel}/p{ts.replace('.', '')}" if base else ""

    async def member(self, user: str) -> Member:
        return await self.directory.member(user)

    async def in_group(self, user: str, group: str) -> bool:
        return await self.directory.in_group(user, group)


def _gone() -> Rejected:
    return Rejected("its thread is gone: the root was deleted", code=Code.THREAD_GONE)
