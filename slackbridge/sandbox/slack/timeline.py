"""The messages of one channel: order, threads, and what history and a thread show.

It stores messages and counts replies. It checks no rights and announces nothing.
"""

from __future__ import annotations

from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.shapes import Json


class Timeline:
    """Messages by `ts`, oldest first."""

    def __init__(self) -> None:
        self._messages: dict[str, Message] = {}
        self._threads: dict[str, list[str]] = {}

    def get(self, ts: str) -> Message | None:
        """The message with this `ts`, a tombstone too."""
        return self._messages.get(ts)

    def add(self, message: Message) -> None:
        """Append a message whose `ts` is newer than all."""
        self._messages[message.ts] = message
        if message.thread_ts:
            self._threads.setdefault(message.thread_ts, []).append(message.ts)

    def replace(self, message: Message) -> None:
        """Replace the message with the same `ts`."""
        self._messages[message.ts] = message

    def remove(self, message: Message) -> None:
        """Remove a message; with its last reply the tombstone of a thread is removed too."""
        del self._messages[message.ts]
        if not message.thread_ts:
            return
        siblings = self._threads[message.thread_ts]
        siblings.remove(message.ts)
        root = self.get(message.thread_ts)
        if not siblings and root is not None and root.tombstone:
            del self._messages[root.ts]

    def root_of(self, ts: str) -> Message | None:
        """The root of the thread that `ts` starts or belongs to."""
        message = self.get(ts)
        return self.get(message.thread_ts) if message and message.thread_ts else message

    def replies(self, root_ts: str) -> list[Message]:
        """The replies of a thread, oldest first, without the root."""
        return [self._messages[ts] for ts in self._threads.get(root_ts, ())]

    def visible(self) -> list[Message]:
        """What the channel shows, oldest first: roots and broadcast replies."""
        return [each for each in self._messages.values() if not each.thread_ts or each.broadcast]

    def as_json(self, message: Message, *, full_metadata: bool = True) -> Json:
        """A message with the thread fields that roots and replies have."""
        shown = message.as_json(full_metadata=full_metadata)
        if message.thread_ts:
            return shown | self._reply_facts(message)
        return shown | self._root_facts(message.ts)

    def _reply_facts(self, message: Message) -> Json:
        root = self.get(message.thread_ts or "")
        if root is None:
            return {}
        facts: Json = {"parent_user_id": root.user} if root.user else {}
        return facts | ({"root": self.as_json(root)} if message.broadcast else {})

    def _root_facts(self, ts: str) -> Json:
        replies = self.replies(ts)
        if not replies:
            return {}
        users = list(dict.fromkeys(reply.user or reply.bot_id or "" for reply in replies))
        return {
            "thread_ts": ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "latest_reply": replies[-1].ts,
            "reply_users": users[:5],
            "is_locked": False,
            "subscribed": False,
        }
