"""One Web API call: its arguments and the workspace it acts on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slackbridge.sandbox.slack.arguments import Arguments
from slackbridge.sandbox.slack.errors import ApiError
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.roster import Channel, Installation
from slackbridge.sandbox.slack.shapes import Json, micros
from slackbridge.sandbox.slack.triggers import Triggers
from slackbridge.sandbox.slack.workspace import Workspace

_SCOPE_PREFIX = {"channel": "channels", "group": "groups", "im": "im"}


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one authorised call, and the lookups that most methods share."""

    args: Arguments
    workspace: Workspace
    triggers: Triggers

    @property
    def app(self) -> Installation:
        """The calling app."""
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
            self.need(f"{_SCOPE_PREFIX[channel.kind]}:{scope}")
        if member and not inside:
            raise ApiError("not_in_channel")
        return channel

    def message(self, channel: Channel, argument: str = "ts") -> Message:
        """The message named by an argument. Raises `message_not_found`."""
        found = self.workspace.timeline(channel.id).get(self.args.text(argument))
        if found is None or found.tombstone:
            raise ApiError("message_not_found")
        return found

    def moment(self, name: str) -> int | None:
        """A `ts` bound in microseconds. Raises `invalid_ts_<name>`."""
        value = self.args.given(name)
        if value is None or value == "now":
            return None
        found = micros(value)
        if found is None:
            raise ApiError(f"invalid_ts_{name}")
        return found


Handler = Callable[[Call], Json]
