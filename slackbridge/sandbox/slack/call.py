"""One Web API call: its arguments, the workspace it acts on, and cursor paging."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from slackbridge.sandbox.slack.arguments import Arguments
from slackbridge.sandbox.slack.errors import ApiError
from slackbridge.sandbox.slack.files import Files
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.roster import Channel, Installation
from slackbridge.sandbox.slack.shapes import Json, micros
from slackbridge.sandbox.slack.triggers import Triggers
from slackbridge.sandbox.slack.workspace import Workspace

T = TypeVar("T")
MAX_LIMIT = 1000
SCOPE_PREFIX = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one authorised call, and the lookups that most methods share."""

    args: Arguments
    workspace: Workspace
    triggers: Triggers
    connect: Callable[[], str]
    files: Files

    @property
    def app(self) -> Installation:
        return self.workspace.app

    def need(self, scope: str) -> None:
        """Raise `missing_scope` unless the app has the scope."""
        if scope not in self.app.scopes:
            provided = ",".join(sorted(self.app.scopes))
            raise ApiError("missing_scope", needed=scope, provided=provided)

    def channel(self, *, member: bool = True, scope: str = "") -> Channel:
        """The channel named by `channel`.

        Raises `channel_not_found`, also for a private channel without the bot, and with `member`
        `not_in_channel`. `scope` (history, read) is required for the channel's kind.
        """
        channel = self.workspace.channels.get(self.args.text("channel"))
        inside = channel is not None and self.app.bot_user in channel.members
        if channel is None or (channel.kind != "channel" and not inside):
            raise ApiError("channel_not_found")
        if scope:
            self.need(f"{SCOPE_PREFIX[channel.kind]}:{scope}")
        if member and not inside:
            raise ApiError("not_in_channel")
        return channel

    def message(self, channel: Channel, argument: str = "ts") -> Message:
        """The message named by an argument. Raises `message_not_found`."""
        found = self.workspace.timeline(channel.id).get(self.args.text(argument))
        if found is None or found.tombstone:
            raise ApiError("message_not_found")
        return found

    def page(
        self, items: Sequence[T], default: int, key: Callable[[T], str]
    ) -> tuple[list[T], Json]:
        """One page and the `response_metadata`; `default` is the usual page size.

        A cursor names the item that comes next, so items added before it do not shift the pages. It
        may be "no longer valid" later (docs.slack.dev/reference/methods/conversations.history).
        Raises `invalid_limit` outside 1 to 1000 (0 = the default) and `invalid_cursor`.
        """
        limit = self.args.integer("limit", default) or default
        if not 1 <= limit <= MAX_LIMIT:
            raise ApiError("invalid_limit")
        keys = [key(item) for item in items]
        start = self._start(keys)
        end = start + limit
        named = [f"next:{self.workspace.cursors}:{name}" for name in keys[end : end + 1]]
        following = base64.b64encode("".join(named).encode()).decode()
        return list(items[start:end]), {"response_metadata": {"next_cursor": following}}

    def _start(self, keys: list[str]) -> int:
        cursor = self.args.given("cursor")
        if cursor is None:
            return 0
        try:
            told = base64.b64decode(cursor, validate=True).decode()
            return keys.index(told.removeprefix(f"next:{self.workspace.cursors}:"))
        except ValueError:  # not base64, not UTF-8, of no item, or forgotten
            raise ApiError("invalid_cursor") from None

    def moment(self, name: str) -> int | None:
        """A `ts` bound in microseconds. Raises `invalid_ts_<name>`."""
        value = self.args.given(name)
        if value is None or value == "now":
            return None
        found = micros(value)
        if found is None:
            raise ApiError(f"invalid_ts_{name}")
        return found
