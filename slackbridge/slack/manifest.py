"""What the bridge uses of Slack; the app manifest must ask for exactly these scopes and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from slackbridge.slack.pacing import TIER_2, TIER_3, Pace

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
    "reactions.add": Method(("reactions:write",), TIER_3),
    "reactions.remove": Method(("reactions:write",), TIER_2),
    "users.conversations": Method(("channels:read", "groups:read"), TIER_2, read=True),
    "users.info": Method(("users:read", "users:read.email"), read=True),
    "usergroups.users.list": Method(("usergroups:read",), read=True),
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

COMMANDS = ("/ticket",)


def manifest_text() -> str:
    """The app manifest, as it lies in the package or in the checkout."""
    packaged = files("slackbridge").joinpath("manifest.yml")
    if packaged.is_file():
        return packaged.read_text("utf-8")
    return (Path(__file__).resolve().parents[2] / "manifest.yml").read_text("utf-8")
