"""The `conversations.*` methods and `users.conversations`."""

from __future__ import annotations

from slackbridge.sandbox.slack.call import SCOPE_PREFIX, Call
from slackbridge.sandbox.slack.errors import ApiError, invalid
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.roster import Channel
from slackbridge.sandbox.slack.shapes import Json, micros

_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def history(call: Call) -> Json:
    """Newest first, without the replies in threads."""
    channel = call.channel(scope="history")
    visible = call.workspace.timeline(channel.id).visible()
    found = _within(call, visible)[::-1]
    facts = {"pin_count": 0, "channel_actions_ts": None, "channel_actions_count": 0}
    return _page(call, channel, found, 100) | facts


def replies(call: Call) -> Json:
    """Oldest first; the root is always first."""
    channel = call.channel(scope="history")
    timeline = call.workspace.timeline(channel.id)
    root = timeline.root_of(call.args.text("ts"))
    if root is None:
        raise ApiError("thread_not_found")
    found = [root, *call.workspace.lag.shown(_within(call, timeline.replies(root.ts)))]
    return _page(call, channel, found, 1000)


def info(call: Call) -> Json:
    channel = call.channel(member=False, scope="read")
    shown = channel.as_json(call.app.bot_user)
    if not call.args.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def list_(call: Call) -> Json:
    """Public channels, and others the bot is in."""
    bot = call.app.bot_user
    seen = [each for each in _of_types(call) if each.kind == "channel" or bot in each.members]
    return _channels(call, seen)


def users_conversations(call: Call) -> Json:
    """The channels a user (default the bot) is a member of, archived ones too unless left out.

    Only public ones unless `types` names others, each of which needs its own scope; at most 100 a
    page unless `limit` says otherwise.
    Source: docs.slack.dev/reference/methods/users.conversations
    """
    user = call.args.given("user") or call.app.bot_user
    if user not in call.workspace.users:
        raise ApiError("user_not_found")
    bot = call.app.bot_user
    seen = [
        each
        for each in _of_types(call)
        if user in each.members and (each.kind == "channel" or bot in each.members)
    ]
    return _channels(call, seen)


def members(call: Call) -> Json:
    """User ids."""
    channel = call.channel(member=False, scope="read")
    shown, cursor = call.page(channel.members, 100, str)
    return {"members": shown} | cursor


def join(call: Call) -> Json:
    """Public channels only."""
    channel = call.channel(member=False)
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.archived:
        raise ApiError("is_archived")
    warning: Json = {}
    if call.app.bot_user in channel.members:
        warning["warning"] = "already_in_channel"
        warning["response_metadata"] = {"warnings": ["already_in_channel"]}
    else:
        call.workspace.join(channel, call.app.bot_user)
    return {"channel": channel.as_json(call.app.bot_user), **warning}


def open_(call: Call) -> Json:
    """The direct conversation with one user."""
    if call.args.given("channel"):
        return {"channel": call.channel().as_json(call.app.bot_user)}
    users = [each.strip() for each in call.args.text("users").split(",") if each.strip()]
    if not users:
        raise ApiError("users_list_not_supplied")
    if len(users) > 1:
        wrong = "group messages are not part of the sandbox [json-pointer:/users]"
        raise invalid("invalid_arguments", wrong)
    user = call.workspace.users.get(users[0])
    if user is None:
        raise ApiError("user_not_found")
    if user.deleted:
        raise ApiError("user_disabled")
    channel, existed = call.workspace.direct(call.app.bot_user, user.id)
    known = {"no_op": True, "already_open": True} if existed else {}
    whole = call.args.flag("return_im")
    return {"channel": channel.as_json(call.app.bot_user) if whole else {"id": channel.id}} | known


def _within(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = call.moment("oldest"), call.moment("latest")
    inclusive = call.args.flag("inclusive")

    def inside(message: Message) -> bool:
        at = micros(message.ts) or 0
        after = oldest is None or at > oldest or (inclusive and at == oldest)
        return after and (latest is None or at < latest or (inclusive and at == latest))

    return [message for message in messages if inside(message)]


def _page(call: Call, channel: Channel, messages: list[Message], default: int) -> Json:
    full = call.args.flag("include_all_metadata")
    timeline = call.workspace.timeline(channel.id)
    shown, cursor = call.page(messages, default, lambda each: each.ts)
    more = bool(cursor["response_metadata"]["next_cursor"])
    listed = [timeline.as_json(each, full_metadata=full) for each in shown]
    return {"messages": listed, "has_more": more} | (cursor if more else {})


def _of_types(call: Call) -> list[Channel]:
    names = call.args.text("types", "public_channel").split(",")
    kinds = {_TYPES.get(name.strip(), "") for name in names}
    if "" in kinds:
        raise ApiError("invalid_types")
    for kind in sorted(kinds):
        call.need(f"{SCOPE_PREFIX[kind]}:read")
    archived = not call.args.flag("exclude_archived")
    channels = call.workspace.channels.values()
    return [each for each in channels if each.kind in kinds and (archived or not each.archived)]


def _channels(call: Call, channels: list[Channel]) -> Json:
    shown, cursor = call.page(channels, 100, lambda each: each.id)
    bot = call.app.bot_user
    return {"channels": [each.as_json(bot) for each in shown]} | cursor
