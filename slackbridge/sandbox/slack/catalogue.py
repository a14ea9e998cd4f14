"""The Web API as a table: each method's function, tier, scopes, token and required arguments.

Sources: Slack's method pages and the published rate limit tiers. The app needs one of `scopes`;
finer rules (private channels, custom names) are in the method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slackbridge.sandbox.slack import api_chat as chat
from slackbridge.sandbox.slack import api_conversations as conversations
from slackbridge.sandbox.slack import api_people as people
from slackbridge.sandbox.slack import api_reactions as reactions
from slackbridge.sandbox.slack import api_views as views
from slackbridge.sandbox.slack.call import Call
from slackbridge.sandbox.slack.limits import Tier
from slackbridge.sandbox.slack.shapes import Json

_HISTORY = ("channels:history", "groups:history", "im:history")
_READ = ("channels:read", "groups:read", "im:read")


@dataclass(frozen=True, slots=True)
class Method:
    """What a call of a method needs. `token` is `bot`, `app` or `none`."""

    run: Callable[[Call], Json]
    tier: Tier
    scopes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    token: str = "bot"
    by_channel: bool = False


CATALOGUE: dict[str, Method] = {
    "api.test": Method(people.api_test, Tier.FOUR, token="none"),
    "auth.test": Method(people.auth_test, Tier.SPECIAL),
    "apps.connections.open": Method(
        people.connections_open, Tier.THREE, ("connections:write",), token="app"
    ),
    "team.info": Method(people.team_info, Tier.THREE, ("team:read",)),
    "bots.info": Method(people.bots_info, Tier.THREE, ("users:read",)),
    "chat.postMessage": Method(
        chat.post_message, Tier.SPECIAL, ("chat:write",), ("channel",), by_channel=True
    ),
    "chat.postEphemeral": Method(
        chat.post_ephemeral, Tier.FOUR, ("chat:write",), ("channel", "user"), by_channel=True
    ),
    "chat.update": Method(chat.update, Tier.THREE, ("chat:write",), ("channel", "ts")),
    "chat.delete": Method(chat.delete, Tier.THREE, ("chat:write",), ("channel", "ts")),
    "chat.getPermalink": Method(chat.get_permalink, Tier.SPECIAL, (), ("channel", "message_ts")),
    "conversations.history": Method(conversations.history, Tier.THREE, _HISTORY, ("channel",)),
    "conversations.replies": Method(conversations.replies, Tier.THREE, _HISTORY, ("channel", "ts")),
    "conversations.info": Method(conversations.info, Tier.THREE, _READ, ("channel",)),
    "conversations.list": Method(conversations.list_, Tier.TWO, _READ),
    "conversations.members": Method(conversations.members, Tier.FOUR, _READ, ("channel",)),
    "conversations.join": Method(conversations.join, Tier.THREE, ("channels:join",), ("channel",)),
    "conversations.open": Method(conversations.open_, Tier.THREE, ("im:write", "mpim:write")),
    "users.info": Method(people.users_info, Tier.FOUR, ("users:read",), ("user",)),
    "users.list": Method(people.users_list, Tier.TWO, ("users:read",)),
    "users.conversations": Method(conversations.users_conversations, Tier.TWO, _READ),
    "users.lookupByEmail": Method(
        people.users_lookup_by_email, Tier.THREE, ("users:read.email",), ("email",)
    ),
    "usergroups.list": Method(people.usergroups_list, Tier.TWO, ("usergroups:read",)),
    "usergroups.users.list": Method(
        people.usergroups_users_list, Tier.TWO, ("usergroups:read",), ("usergroup",)
    ),
    "reactions.add": Method(
        reactions.add, Tier.THREE, ("reactions:write",), ("channel", "timestamp", "name")
    ),
    "reactions.remove": Method(reactions.remove, Tier.TWO, ("reactions:write",), ("name",)),
    "reactions.get": Method(reactions.get, Tier.THREE, ("reactions:read",)),
    "views.open": Method(views.open_, Tier.FOUR, (), ("trigger_id", "view")),
    "views.push": Method(views.push, Tier.FOUR, (), ("trigger_id", "view")),
    "views.update": Method(views.update, Tier.FOUR, (), ("view",)),
    "views.publish": Method(views.publish, Tier.FOUR, (), ("user_id", "view")),
}
