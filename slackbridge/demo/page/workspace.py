"""The Slack workspace for the page: channels, people, messages, and what one person sees."""

from __future__ import annotations

from functools import cache
from typing import Any

from emoji import EMOJI_DATA

from slackbridge.demo.page import manifest
from slackbridge.demo.page.responses import Problem, unknown
from slackbridge.sandbox.slack.api_reactions import EMOJI
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.files import Shared
from slackbridge.sandbox.slack.roster import Channel, User
from slackbridge.sandbox.slack.shapes import micros

ACT_AS = ("U0ANNA", "U0BEN", "U0GIL")
MOST = 200
Json = dict[str, Any]


class Workspace:
    """Read-only; people act through the sandbox's own routes."""

    def __init__(self, slack: SlackSandbox) -> None:
        self._slack = slack
        self._state = slack.workspace

    def shown(self) -> Json:
        """Everything but messages."""
        app = self._state.app
        bot = {"user": app.bot_user, "bot_id": app.bot_id, "name": app.name}
        channels = self._state.channels.values()
        return {
            "team": {"name": self._state.team_name},
            "users": [_user(user) for user in self._state.users.values()],
            "usergroups": [
                {"id": group.id, "handle": group.handle, "name": group.name}
                for group in self._state.groups.values()
            ],
            "channels": [self._channel(each) for each in channels if each.kind != "im"],
            "bot": bot,
            "commands": manifest.commands(),
            "shortcuts": manifest.shortcuts(),
            "act_as": list(ACT_AS),
            "emoji": emoji_table(),
            "now": self._state.clock(),
        }

    def history(self, channel: str, before: str, limit: int) -> Json:
        """A channel's latest roots and broadcasts before a ts ('' = no bound), oldest first."""
        end = micros(before) if before else None
        if before and end is None:
            raise Problem(f"{before!r} is no timestamp.")
        timeline = self._state.timeline(self._known(channel))
        rows = [row for row in timeline.visible() if end is None or (micros(row.ts) or 0) < end]
        taken = rows[-min(max(limit, 1), MOST) :]
        messages = [timeline.as_json(row) for row in taken]
        return {"messages": messages, "more": len(taken) < len(rows)}

    def thread(self, channel: str, ts: str) -> Json:
        """A root and its replies. Raises Problem (404)."""
        messages = self._state.thread(self._known(channel), ts)
        if not messages:
            raise unknown(f"message {ts} in {channel}")
        return {"messages": messages}

    def person(self, user: str) -> Json:
        """A person's ephemeral messages, open modals and App Home. Raises Problem (404)."""
        try:
            person = self._slack.person(user)
        except KeyError:
            raise unknown(f"person {user}") from None
        whispered = self._state.ephemerals(person.id)
        ephemerals = [each.as_json() | {"channel": each.channel} for each in whispered]
        return {"ephemerals": ephemerals, "modals": person.modals(), "home": person.home()}

    def file(self, id: str) -> Shared:
        """A shared file. Raises Problem (404)."""
        found = self._slack.files.get(id)
        if found is None:
            raise unknown(f"file {id}")
        return found

    def _known(self, channel: str) -> str:
        if channel not in self._state.channels:
            raise unknown(f"channel {channel}")
        return channel

    def _channel(self, channel: Channel) -> Json:
        rows = self._state.timeline(channel.id).visible()
        return {
            "id": channel.id,
            "name": channel.name,
            "kind": channel.kind,
            "archived": channel.archived,
            "members": list(channel.members),
            "latest": rows[-1].ts if rows else "",
        }


@cache
def emoji_table() -> dict[str, str]:
    """Characters by short name, without skin tones."""
    table: dict[str, str] = {}
    for character, about in EMOJI_DATA.items():
        for alias in (about["en"], *about.get("alias", ())):
            name = alias.strip(":").lower()
            if EMOJI.fullmatch(name) and "skin_tone" not in name:
                table.setdefault(name, character)
    return table


def _user(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "is_bot": user.is_bot,
        "guest": user.is_restricted,
        "deleted": user.deleted,
        "stranger": not user.is_member,
    }
