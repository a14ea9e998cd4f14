"""A person at the Slack client: the drivers' side of the sandbox.

What a client would not allow raises NotPossible; an app that does not acknowledge within three
seconds raises NotAcknowledged.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slackbridge.sandbox.slack import elements
from slackbridge.sandbox.slack import text as encoding
from slackbridge.sandbox.slack.api_reactions import EMOJI
from slackbridge.sandbox.slack.errors import NotPossible
from slackbridge.sandbox.slack.files import Files
from slackbridge.sandbox.slack.interact import Interactions
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.roster import HOME_TEAM, Channel, User
from slackbridge.sandbox.slack.shapes import Json, new_id
from slackbridge.sandbox.slack.transport import Answer
from slackbridge.sandbox.slack.views import View
from slackbridge.sandbox.slack.workspace import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One account: what it can do and see."""

    user: User
    workspace: Workspace
    interactions: Interactions
    files: Files

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    # Messages.

    async def say(
        self,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        files: Sequence[str | Mapping[str, Any]] = (),
        client_msg_id: str | None = None,
        broadcast: bool = False,
        blocks: Sequence[Json] | None = None,
    ) -> str:
        """Write a message and return its `ts`.

        `text` may hold Slack's `<@U1>`, `<https://host|label>` and `:emoji:`; the rest is
        escaped. Files are names or `{"name", "content", "mimetype"}`.
        """
        found = self._channel(channel, writing=True)
        encoded = encoding.typed(text)
        shared = tuple(self.files.share(self.id, each) for each in files)
        typed_blocks = encoding.rich_text(encoded, new_id("", 5)) if encoded else []
        draft = Message(
            found.id,
            "",
            encoded,
            self.id,
            self.user.team or HOME_TEAM,
            thread_ts=thread_ts,
            subtype=_subtype(bool(shared), broadcast and thread_ts is not None),
            blocks=tuple(typed_blocks if blocks is None else blocks),
            files=shared,
            client_msg_id=client_msg_id or str(uuid.uuid4()),
        )
        return self.workspace.post(draft, act="said").ts

    async def edit(self, channel: str, ts: str, text: str) -> None:
        """Change an own message."""
        old = self._own(channel, ts)
        encoded = encoding.typed(text)
        edited = self.workspace.edited_by(self.id)
        blocks = tuple(encoding.rich_text(encoded, new_id("", 5)))
        new = replace(old, text=encoded, blocks=blocks, edited=edited)
        self.workspace.change(old, new, "edited")

    async def delete(self, channel: str, ts: str) -> None:
        """Delete an own message; an admin may delete any."""
        found = self._message(channel, ts) if self.user.is_admin else self._own(channel, ts)
        self.workspace.remove(found, "deleted")

    async def react(self, channel: str, ts: str, name: str) -> None:
        """Add a reaction, or remove the own one."""
        if not EMOJI.fullmatch(name):
            raise NotPossible(f"{name!r} is not an emoji name")
        message = self._message(channel, ts)
        add = not message.has_reaction(name, self.id)
        self.workspace.react(message, name, self.id, add=add)

    # Buttons and modals.

    async def click(
        self,
        channel: str,
        message_ts: str,
        action_id: str,
        value: str | None = None,
        selected_option: Any = None,
    ) -> None:
        """Use an element of a message: press a button, or choose `selected_option`.

        `selected_option` is the value of an option, user id, date and so on. `value` distinguishes
        elements with the same `action_id`.
        """
        message, ephemeral = self._visible(channel, message_ts)
        pressed = elements.find(message.blocks, action_id, value)
        await self.interactions.press(
            self.user, message, pressed, selected_option, ephemeral=ephemeral
        )

    async def act_in_view(
        self, view_id: str, action_id: str, value: str | None = None, selected_option: Any = None
    ) -> None:
        """Use an element of a modal or of the Home tab."""
        view = self._view(view_id)
        pressed = elements.find(view.spec["blocks"], action_id, value)
        await self.interactions.act(self.user, view, pressed, selected_option)

    async def submit(
        self, view_id: str, entered: Mapping[str, Mapping[str, Any]] | None = None
    ) -> Json | None:
        """Press the submit button of a modal after entering `{block_id: {action_id: value}}`.

        Returns the app's answer (`errors`, `update`, `push`, `clear`), None if it just closed.
        """
        view = self._view(view_id)
        values = elements.fill(view, entered or {})
        return await self.interactions.submit(self.user, view, values)

    async def close_view(self, view_id: str) -> None:
        """Close a modal without submitting."""
        await self.interactions.closed(self.user, self._view(view_id))

    # Commands, shortcuts, Home.

    async def command(self, name: str, text: str = "", *, channel: str) -> Answer:
        """Run a slash command; returns the direct answer."""
        found = self._channel(channel)
        return await self.interactions.command(self.user, name, text, found)

    async def message_shortcut(self, callback_id: str, channel: str, ts: str) -> None:
        message = self._message(channel, ts)
        await self.interactions.shortcut(self.user, callback_id, message)

    async def global_shortcut(self, callback_id: str) -> None:
        await self.interactions.shortcut(self.user, callback_id, None)

    async def open_home(self) -> None:
        channel, _ = self.workspace.direct(self.workspace.app.bot_user, self.id)
        view = self.home()
        facts = {"user": self.id, "channel": channel.id, "tab": "home"}
        shown = {"view": view} if view else {}
        self.workspace.announce_act("app_home_opened", None, **facts, **shown)

    async def invite(self, channel: str, user: str) -> None:
        """Add a user (an id) to a channel."""
        found = self._channel(channel)
        if user not in self.workspace.users or user in found.members:
            raise NotPossible(f"{user!r} cannot be invited")
        self.workspace.join(found, user, inviter=self.id)

    async def archive(self, channel: str, *, archived: bool = True) -> None:
        self.workspace.archive(self._channel(channel), self.id, archived=archived)

    # Seeing.

    def ephemerals(self, channel: str) -> list[Json]:
        """The messages of a channel that only this person sees, oldest first."""
        whispered = self.workspace.ephemerals(self.id)
        return [each.as_json() for each in whispered if each.channel == channel]

    def modals(self) -> list[Json]:
        """The open modals, newest last."""
        views = self.workspace.views
        return [views.as_json(view) for view in views.modals(self.id)]

    def home(self) -> Json | None:
        view = self.workspace.views.home(self.id)
        return self.workspace.views.as_json(view) if view else None

    def _channel(self, channel: str, *, writing: bool = False) -> Channel:
        found = self.workspace.channels.get(channel)
        if found is None or self.id not in found.members or self.user.deleted:
            raise NotPossible(f"{self.name} is not in {channel}")
        if writing and found.archived:
            raise NotPossible(f"{channel} is archived")
        return found

    def _message(self, channel: str, ts: str) -> Message:
        found = self.workspace.timeline(self._channel(channel).id).get(ts)
        if found is None or found.tombstone:
            raise NotPossible(f"there is no message {ts} in {channel}")
        return found

    def _own(self, channel: str, ts: str) -> Message:
        message = self._message(channel, ts)
        if message.user != self.id:
            raise NotPossible(f"{ts} was not written by {self.name}")
        return message

    def _visible(self, channel: str, ts: str) -> tuple[Message, bool]:
        for message in self.workspace.ephemerals(self.id):
            if (message.channel, message.ts) == (channel, ts):
                return message, True
        return self._message(channel, ts), False

    def _view(self, view_id: str) -> View:
        view = self.workspace.views.get(view_id)
        if view is None or view.user != self.id:
            raise NotPossible(f"{self.name} has no view {view_id}")
        return view


def _subtype(files: bool, broadcast: bool) -> str | None:
    if broadcast:
        return "thread_broadcast"
    return "file_share" if files else None
