"""The Web API as a table: each method's function, tier, scopes, token and required arguments.

Sources: Slack's method pages and the published rate limit tiers. The app needs one of `scopes`;
finer rules (private channels, custom names) are in the method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slackbridge.sandbox.slack import api_chat as chat
from slackbridge.sandbox.slack import api_conversations as conversations
from slackbridge.sandbox.slack import api_files as files
from slackbridge.sandbox.slack import api_people as people
from slackbridge.sandbox.slack import api_reactions as reactions
from slackbridge.sandbox.slack import api_views as views
from slackbridge.sandbox.slack.call import Call
from slackbridge.sandbox.slack.limits import Tier
from slackbridge.sandbox.slack.shapes import Json

ONE, TWO, THREE, FOUR, SPECIAL = Tier.ONE, Tier.TWO, Tier.THREE, Tier.FOUR, Tier.SPECIAL
_HISTORY = ("channels:history", "groups:history", "im:history")
_READ = ("channels:read", "groups:read", "im:read")
_REACT = ("reactions:write",)
_WRITE = ("chat:write",)


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
    "api.test": Method(people.api_test, FOUR, token="none"),
    "auth.test": Method(people.auth_test, SPECIAL),
    "apps.connections.open": Method(people.connect, ONE, ("connections:write",), token="app"),
    "team.info": Method(people.team_info, THREE, ("team:read",)),
    "bots.info": Method(people.bots_info, THREE, ("users:read",)),
    "chat.postMessage": Method(chat.post_message, SPECIAL, _WRITE, ("channel",), by_channel=True),
    "chat.postEphemeral": Method(
        chat.post_ephemeral, FOUR, _WRITE, ("channel", "user"), by_channel=True
    ),
    "chat.update": Method(chat.update, THREE, _WRITE, ("channel", "ts")),
    "chat.delete": Method(chat.delete, THREE, _WRITE, ("channel", "ts")),
    "chat.getPermalink": Method(chat.get_permalink, SPECIAL, (), ("channel", "message_ts")),
    "conversations.history": Method(conversations.history, THREE, _HISTORY, ("channel",)),
    "conversations.replies": Method(conversations.replies, THREE, _HISTORY, ("channel", "ts")),
    "conversations.info": Method(conversations.info, THREE, _READ, ("channel",)),
    "conversations.list": Method(conversations.list_, TWO, _READ),
    "conversations.members": Method(conversations.members, FOUR, _READ, ("channel",)),
    "conversations.join": Method(conversations.join, THREE, ("channels:join",), ("channel",)),
    "conversations.open": Method(conversations.open_, THREE, ("im:write", "mpim:write")),
    "users.info": Method(people.users_info, FOUR, ("users:read",), ("user",)),
    "users.list": Method(people.users_list, TWO, ("users:read",)),
    "users.conversations": Method(conversations.users_conversations, TWO, _READ),
    "users.lookupByEmail": Method(people.users_lookup, THREE, ("users:read.email",), ("email",)),
    "usergroups.list": Method(people.groups, TWO, ("usergroups:read",)),
    "usergroups.users.list": Method(people.group_users, TWO, ("usergroups:read",), ("usergroup",)),
    "files.info": Method(files.info, FOUR, ("files:read",), ("file",)),
    "files.getUploadURLExternal": Method(
        files.get_upload_url, FOUR, ("files:write",), ("filename", "length")
    ),
    "files.completeUploadExternal": Method(files.complete, FOUR, ("files:write",), ("files",)),
    "reactions.add": Method(reactions.add, THREE, _REACT, ("channel", "timestamp", "name")),
    "reactions.remove": Method(reactions.remove, TWO, _REACT, ("name",)),
    "reactions.get": Method(reactions.get, THREE, ("reactions:read",)),
    "views.open": Method(views.open_, FOUR, (), ("trigger_id", "view")),
    "views.push": Method(views.push, FOUR, (), ("trigger_id", "view")),
    "views.update": Method(views.update, FOUR, (), ("view",)),
    "views.publish": Method(views.publish, FOUR, (), ("user_id", "view")),
}
