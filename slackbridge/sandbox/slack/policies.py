"""What a workspace's admins allow: edits, deletions, posts in a channel, replies in a thread.

All are off at first. Sources: docs.slack.dev, the errors of chat.postMessage, chat.update,
chat.delete, reactions.add and reactions.remove; python-slack-sdk issue 1717 (an app's own message
that it may not delete).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from slackbridge.sandbox.slack.errors import ApiError
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.shapes import micros

COMPLIANCE = "compliance_exports_prevent_deletion"
BANNED = "cant_delete_message"


@dataclass(slots=True)
class Policies:
    """May be changed at any time.

    `edit_seconds`: how long after its post a message may be edited (None = always). `no_deletion`:
    Slack's error for every deletion ('' = allowed). `read_only` are channels, `locked` the `ts` of
    roots. `gone_root`: Slack's error for a reply to a root that was deleted; where it is '', the
    reply becomes a root itself (slack-go issue 1571).
    """

    edit_seconds: float | None = None
    no_deletion: str = ""
    read_only: set[str] = field(default_factory=set)
    locked: set[str] = field(default_factory=set)
    gone_root: str = ""

    def post(self, channel: str, thread: str | None, *, stands: bool) -> None:
        """Whether a message may be posted; `stands` says that its root is there."""
        if channel in self.read_only:
            raise ApiError("restricted_action_read_only_channel")
        if thread in self.locked:
            raise ApiError("restricted_action_thread_locked")
        if thread and not stands and self.gone_root:
            raise ApiError(self.gone_root)

    def update(self, message: Message, now: float) -> None:
        """Whether a message may be edited at `now` (Unix seconds)."""
        if self.edit_seconds is not None and now > _at(message) + self.edit_seconds:
            raise ApiError("edit_window_closed")

    def delete(self) -> None:
        """Whether a message may be deleted."""
        if self.no_deletion:
            raise ApiError(self.no_deletion)

    def react(self, message: Message) -> None:
        """Whether a reaction may be added to a message, or removed."""
        if (message.thread_ts or message.ts) in self.locked:
            raise ApiError("thread_locked")


def _at(message: Message) -> float:
    return (micros(message.ts) or 0) / 1e6
