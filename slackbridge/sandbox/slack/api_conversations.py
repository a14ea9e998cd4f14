"""The `conversations.*` methods and `users.conversations`."""

from __future__ import annotations

from slackbridge.sandbox.slack.call import Call, Handler
from slackbridge.sandbox.slack.errors import ApiError, invalid
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.paging import metadata, page
from slackbridge.sandbox.slack.roster import Channel
from slackbridge.sandbox.slack.shapes import Json, micros

_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def history(call: Call) -> Json:
    """`conversations.history`: newest first, without the replies in threads."""
    channel = call.channel(scope="history")
    visible = call.workspace.timeline(channel.id).visible()
    found = _within(call, visible)[::-1]
    shown, cursor = page(found, call.args, 100, _ts)
    answer = {"messages": _messages(call, channel, shown), "has_more": bool(cursor)}
    facts = {"pin_count": 0, "channel_actions_ts": None, "channel_actions_count": 0}
    return answer | facts | (metadata(cursor) if cursor else {})


def replies(call: Call) -> Json:
    """`conversations.replies`: oldest first; the root is always first."""
    channel = call.channel(scope="history")
    timeline = call.workspace.timeline(channel.id)
    root = timeline.root_of(call.args.text("ts"))
    if root is None:
        raise ApiError("thread_not_found")
    found = [root, *_within(call, timeline.replies(root.ts))]
    shown, cursor = page(found, call.args, 1000, _ts)
    answer = {"messages": _messages(call, channel, shown), "has_more": bool(cursor)}
    return answer | (metadata(cursor) if cursor else {})


def info(call: Call) -> Json:
    """`conversations.info`."""
    channel = call.channel(member=False, scope="read")
    shown = channel.as_json(call.app.bot_user)
    if not call.args.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def list_(call: Call) -> Json:
    """`conversations.list`: public channels, and others the bot is in."""
    bot = call.app.bot_user
    seen = [each for each in _of_types(call) if each.kind == "channel" or bot in each.members]
    return _channels(call, seen)


def users_conversations(call: Call) -> Json:
    """`users.conversations`: the channels a user (default the bot) is a member of."""
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
    """`conversations.members`: user ids."""
    channel = call.channel(member=False, scope="read")
    shown, cursor = page(channel.members, call.args, 100, str)
    return {"members": shown} | metadata(cursor)


def join(call: Call) -> Json:
    """`conversations.join`: public channels only."""
    channel = call.channel(member=False)
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.archived:
        raise ApiError("is_archived")
    if call.app.bot_user in channel.members:
        already = {"warning": "already_in_channel"}
        shown = {"channel": channel.as_json(call.app.bot_user)}
        return shown | already | {"response_metadata": {"warnings": ["already_in_channel"]}}
    call.workspace.join(channel, call.app.bot_user)
    return {"channel": channel.as_json(call.app.bot_user)}


def open_(call: Call) -> Json:
    """`conversations.open`: the direct conversation with one user."""
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


METHODS: dict[str, Handler] = {
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.info": info,
    "conversations.list": list_,
    "conversations.members": members,
    "conversations.join": join,
    "conversations.open": open_,
    "users.conversations": users_conversations,
}


def _ts(message: Message) -> str:
    return message.ts


def _within(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = call.moment("oldest"), call.moment("latest")
    inclusive = call.args.flag("inclusive")

    def inside(message: Message) -> bool:
        at = micros(message.ts) or 0
        after = oldest is None or at > oldest or (inclusive and at == oldest)
        return after and (latest is None or at < latest or (inclusive and at == latest))

    return [message for message in messages if inside(message)]


def _messages(call: Call, channel: Channel, messages: list[Message]) -> list[Json]:
    full = call.args.flag("include_all_metadata")
    timeline = call.workspace.timeline(channel.id)
    return [timeline.as_json(each, full_metadata=full) for each in messages]


def _of_types(call: Call) -> list[Channel]:
    names = call.args.text("types", "public_channel").split(",")
    kinds = {_TYPES.get(name.strip(), "") for name in names}
    if "" in kinds:
        raise ApiError("invalid_types")
    archived = not call.args.flag("exclude_archived")
    channels = call.workspace.channels.values()
    return [each for each in channels if each.kind in kinds and (archived or not each.archived)]


def _channels(call: Call, channels: list[Channel]) -> Json:
    shown, cursor = page(channels, call.args, 100, lambda each: each.id)
    bot = call.app.bot_user
    return {"channels": [each.as_json(bot) for each in shown]} | metadata(cursor)
