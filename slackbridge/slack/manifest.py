"""What the bridge uses of Slack; the app manifest asks for exactly these scopes and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from slackbridge.slack.pacing import TIER_2, TIER_3, TIER_4, Pace

HISTORY = ("channels:history", "groups:history")


@dataclass(frozen=True, slots=True)
class Method:
    """A Web API method: the bot scopes it needs, and whether it only reads."""

    scopes: tuple[str, ...] = ()
    pace: Pace | None = None
    read: bool = False


METHODS: Mapping[str, Method] = {
    "apps.connections.open": Method(),
    "auth.test": Method(read=True),
    "chat.postMessage": Method(("chat:write", "chat:write.customize")),
    "chat.update": Method(("chat:write",), TIER_3),
    "chat.delete": Method(("chat:write",), TIER_3),
    "chat.postEphemeral": Method(("chat:write",)),
    "conversations.history": Method(HISTORY, TIER_3, read=True),
    "conversations.replies": Method(HISTORY, TIER_3, read=True),
    "conversations.info": Method(("channels:read", "groups:read"), read=True),
    "files.completeUploadExternal": Method(("files:write",), TIER_4),
    "files.getUploadURLExternal": Method(("files:write",), TIER_4),
    "files.info": Method(("files:read",), TIER_4, read=True),
    "reactions.add": Method(("reactions:write",), TIER_3),
    "reactions.remove": Method(("reactions:write",), TIER_2),
    "users.conversations": Method(("channels:read", "groups:read"), TIER_2, read=True),
    "users.info": Method(("users:read", "users:read.email"), TIER_4, read=True),
    "usergroups.users.list": Method(("usergroups:read",), TIER_2, read=True),
    "views.open": Method(),
    "views.publish": Method(),
    "views.update": Method(),
}
EVENTS: Mapping[str, str] = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "app_home_opened": "",
}
"""Every event the app subscribes to, and the scope it needs ('' = none)."""

COMMAND_SCOPE = "commands"


class Use(StrEnum):
    """What only some settings use of Slack."""

    GROUPS = "user groups"
    EMAILS = "e-mail addresses"
    FILES_OUT = "files to marketplaces"
    FILES_IN = "customers' files in threads"


EVERYTHING = frozenset(Use)
USUAL = EVERYTHING - {Use.FILES_OUT, Use.FILES_IN}
"""What is asked for where there are no settings yet: files only where they are switched on."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Why a bot scope is asked for; only with `use`, None = always."""

    why: str
    use: Use | None = None


SCOPES: Mapping[str, Scope] = {
    "chat:write": Scope("post and edit cards and messages"),
    "chat:write.customize": Scope("show a message under its author's name"),
    "channels:history": Scope("hear replies in public channels"),
    "groups:history": Scope("hear replies in private channels"),
    "channels:read": Scope("check that the channels exist and the bot is in them"),
    "groups:read": Scope("the same of private channels"),
    "users:read": Scope("who wrote a reply: member, guest or bot"),
    "users:read.email": Scope("only to assign tickets by e-mail address (refurbed)", Use.EMAILS),
    "usergroups:read": Scope("only if agents.allow or agents.money names a user group", Use.GROUPS),
    "files:read": Scope("only to send agents' files ([files] outbound)", Use.FILES_OUT),
    "files:write": Scope("only to show customers' files ([files] inbound)", Use.FILES_IN),
    "reactions:write": Scope("receipts on the agents' own messages"),
    COMMAND_SCOPE: Scope("the slash command"),
}
"""Every scope that METHODS, EVENTS and the slash command need."""


def scopes(uses: frozenset[Use] = EVERYTHING) -> tuple[str, ...]:
    """The bot scopes that settings need which make these uses of Slack."""
    return tuple(name for name, scope in SCOPES.items() if scope.use is None or scope.use in uses)
