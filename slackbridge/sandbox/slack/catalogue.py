"""The Web API as a table: each method's tier, scopes, token and required arguments.

Sources: Slack's method pages and the published rate limit tiers. The app needs one of `scopes`;
finer rules (private channels, custom names) are in the method.
"""

from __future__ import annotations

from dataclasses import dataclass

from slackbridge.sandbox.slack.limits import Tier

_HISTORY = ("channels:history", "groups:history", "im:history")
_READ = ("channels:read", "groups:read", "im:read")


@dataclass(frozen=True, slots=True)
class Method:
    """What a call of a method needs. `token` is `bot`, `app` or `none`."""

    tier: Tier
    scopes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    token: str = "bot"
    by_channel: bool = False


CATALOGUE: dict[str, Method] = {
    "api.test": Method(Tier.FOUR, token="none"),
    "auth.test": Method(Tier.SPECIAL),
    "apps.connections.open": Method(Tier.THREE, ("connections:write",), token="app"),
    "team.info": Method(Tier.THREE, ("team:read",)),
    "bots.info": Method(Tier.THREE, ("users:read",)),
    "chat.postMessage": Method(Tier.SPECIAL, ("chat:write",), ("channel",), by_channel=True),
    "chat.postEphemeral": Method(Tier.FOUR, ("chat:write",), ("channel", "user"), by_channel=True),
    "chat.update": Method(Tier.THREE, ("chat:write",), ("channel", "ts")),
    "chat.delete": Method(Tier.THREE, ("chat:write",), ("channel", "ts")),
    "chat.getPermalink": Method(Tier.SPECIAL, (), ("channel", "message_ts")),
    "conversations.history": Method(Tier.THREE, _HISTORY, ("channel",)),
    "conversations.replies": Method(Tier.THREE, _HISTORY, ("channel", "ts")),
    "conversations.info": Method(Tier.THREE, _READ, ("channel",)),
    "conversations.list": Method(Tier.TWO, _READ),
    "conversations.members": Method(Tier.FOUR, _READ, ("channel",)),
    "conversations.join": Method(Tier.THREE, ("channels:join",), ("channel",)),
    "conversations.open": Method(Tier.THREE, ("im:write", "mpim:write")),
    "users.info": Method(Tier.FOUR, ("users:read",), ("user",)),
    "users.list": Method(Tier.TWO, ("users:read",)),
    "users.conversations": Method(Tier.TWO, _READ),
    "users.lookupByEmail": Method(Tier.THREE, ("users:read.email",), ("email",)),
    "usergroups.list": Method(Tier.TWO, ("usergroups:read",)),
    "usergroups.users.list": Method(Tier.TWO, ("usergroups:read",), ("usergroup",)),
    "reactions.add": Method(Tier.THREE, ("reactions:write",), ("channel", "timestamp", "name")),
    "reactions.remove": Method(Tier.TWO, ("reactions:write",), ("name",)),
    "reactions.get": Method(Tier.THREE, ("reactions:read",)),
    "views.open": Method(Tier.FOUR, (), ("trigger_id", "view")),
    "views.push": Method(Tier.FOUR, (), ("trigger_id", "view")),
    "views.update": Method(Tier.FOUR, (), ("view",)),
    "views.publish": Method(Tier.FOUR, (), ("user_id", "view")),
}
