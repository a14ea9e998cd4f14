"""The `chat.*` methods: post, update, delete, ephemeral, permalink."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from slackbridge.sandbox.slack import text as encoding
from slackbridge.sandbox.slack.blocks import is_rich_text, message_blocks
from slackbridge.sandbox.slack.call import Call
from slackbridge.sandbox.slack.errors import ApiError, invalid
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.roster import Channel, Installation
from slackbridge.sandbox.slack.shapes import Json, micros

TEXT_MAX = 40_000
UPDATE_TEXT_MAX = 4_000
MARKDOWN_MAX = 12_000
ATTACHMENTS_MAX = 100
# Slack does not publish the size; the sandbox assumes 8,000 characters of JSON.
METADATA_MAX = 8_000
NO_TEXT = "This content can't be displayed."


def own_message(app: Installation, channel: str, text: str, **content: Any) -> Message:
    """A message the app posts under its own name; the workspace sets the `ts`."""
    return Message(
        channel,
        "",
        text,
        app.bot_user,
        bot_id=app.bot_id,
        app_id=app.app_id,
        bot_profile=app.profile(),
        **content,
    )


def post_message(call: Call) -> Json:
    """Text over 40,000 characters is cut, not refused."""
    channel = _postable(call)
    draft = _named(call, own_message(call.app, channel.id, _text(call), **_content(call)))
    message = call.workspace.post(_threaded(call, draft))
    shown = call.workspace.timeline(channel.id).as_json(message)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(call: Call) -> Json:
    """Only to a member of the channel; never in history."""
    channel = _postable(call)
    user = call.args.text("user")
    known = call.workspace.users.get(user)
    if user not in channel.members or known is None or known.deleted:
        raise ApiError("user_not_in_channel")
    draft = _named(call, own_message(call.app, channel.id, _text(call), **_content(call)))
    message = call.workspace.post_ephemeral(_threaded(call, draft), user)
    return {"message_ts": message.ts}


def update(call: Call) -> Json:
    """Own messages; text alone removes the blocks; metadata stays unless sent.

    A custom name and icon do not stay (node-slack-sdk issue 944).
    An archived channel is `is_inactive` here. Source: docs.slack.dev/reference/methods/chat.update
    """
    channel = call.channel(member=False)
    old = _own(call, channel, "cant_update_message")
    if channel.archived:
        raise ApiError("is_inactive")
    call.workspace.policies.update(old, call.workspace.clock())
    if len(call.args.text("text")) > UPDATE_TEXT_MAX:
        raise ApiError("msg_too_long")
    text, content = _text(call), _content(call)
    _keep_unsent(call, old, content)
    if content["blocks"] and is_rich_text(old.blocks) and not is_rich_text(content["blocks"]):
        raise ApiError("block_mismatch")
    edited = None
    if not content["blocks"]:
        edited = call.workspace.edited_by(call.app.bot_user)
    new = replace(_unnamed(call.app, old), text=text, edited=edited or old.edited, **content)
    call.workspace.change(old, new, "update")
    shown = call.workspace.message(channel.id, new.ts)
    return {"channel": channel.id, "ts": new.ts, "text": text, "message": shown}


def delete(call: Call) -> Json:
    """Own messages only."""
    channel = call.channel(member=False)
    message = _own(call, channel, "cant_delete_message")
    call.workspace.policies.delete()
    call.workspace.remove(message, "delete")
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    channel = call.channel(member=False)
    message = call.message(channel, "message_ts")
    return {"channel": channel.id, "permalink": call.workspace.permalink(message)}


def _postable(call: Call) -> Channel:
    public = "chat:write.public" in call.app.scopes
    channel = call.channel(member=not public)
    if channel.archived:
        raise ApiError("is_archived")
    thread = call.args.given("thread_ts")
    root = call.workspace.timeline(channel.id).root_of(thread) if thread else None
    call.workspace.policies.post(channel.id, thread, stands=root is not None and not root.tombstone)
    return channel


def _own(call: Call, channel: Channel, refusal: str) -> Message:
    message = call.message(channel)
    if message.bot_id != call.app.bot_id:
        raise ApiError(refusal)
    return message


def _text(call: Call) -> str:
    args = call.args
    if "markdown_text" in args:
        if "text" in args or "blocks" in args:
            raise ApiError("markdown_text_conflict")
        if len(args.text("markdown_text")) > MARKDOWN_MAX:
            raise ApiError("msg_too_long")
        return encoding.posted(args.text("markdown_text"))
    text = args.text("text")
    if text:
        return encoding.posted(text[:TEXT_MAX])
    if not args.json("blocks") and not args.json("attachments"):
        raise ApiError("no_text")
    return NO_TEXT


def _content(call: Call) -> dict[str, Any]:
    blocks = call.args.json("blocks")
    attachments = call.args.json("attachments")
    return {
        "blocks": tuple(message_blocks(blocks)) if blocks is not None else (),
        "attachments": _attachments(attachments) if attachments is not None else (),
        "metadata": _metadata(call.args.json("metadata")),
    }


def _keep_unsent(call: Call, old: Message, content: dict[str, Any]) -> None:
    if "metadata" not in call.args:
        content["metadata"] = old.metadata
    only_attachments = "text" not in call.args and "blocks" not in call.args
    if only_attachments:
        content["blocks"] = old.blocks
    if "attachments" not in call.args:
        content["attachments"] = old.attachments


def _attachments(value: Any) -> tuple[Json, ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ApiError("invalid_attachments")
    if len(value) > ATTACHMENTS_MAX:
        raise ApiError("too_many_attachments")
    return tuple({"id": number, **each} for number, each in enumerate(value, 1))


def _metadata(value: Any) -> Json | None:
    if value is None or value == {}:
        return None
    if not isinstance(value, dict):
        raise ApiError("invalid_metadata_format")
    payload = value.get("event_payload")
    if not isinstance(value.get("event_type"), str) or not isinstance(payload, dict):
        raise invalid("invalid_metadata_schema", "event_type and event_payload are required")
    if len(json.dumps(value)) > METADATA_MAX:
        raise ApiError("metadata_too_large")
    return {"event_type": value["event_type"], "event_payload": payload}


def _named(call: Call, draft: Message) -> Message:
    """A custom name or icon makes the message a `bot_message` without a user."""
    args = call.args
    if not any(args.given(name) for name in ("username", "icon_url", "icon_emoji")):
        return draft
    call.need("chat:write.customize")
    icons = _icons(args.given("icon_emoji"), args.given("icon_url"))
    return replace(
        draft,
        user=None,
        bot_profile=None,
        subtype="bot_message",
        username=args.given("username") or call.app.name,
        icons=icons,
    )


def _unnamed(app: Installation, message: Message) -> Message:
    """The message under the app's own name."""
    if message.username is None:
        return message
    user, profile = app.bot_user, app.profile()
    plain = replace(message, subtype=None, username=None, icons=None)
    return replace(plain, user=user, bot_profile=profile)


def _icons(emoji: str | None, url: str | None) -> Json | None:
    if emoji:
        return {"emoji": emoji}
    return {"image_48": url} if url else None


def _threaded(call: Call, draft: Message) -> Message:
    thread = call.args.given("thread_ts")
    if thread is None:
        return draft
    if micros(thread) is None or "." not in thread:
        raise invalid("invalid_thread_ts", f"{thread} is not a valid thread_ts")
    if call.args.flag("reply_broadcast") and draft.subtype is None:
        return replace(draft, thread_ts=thread, subtype="thread_broadcast")
    return replace(draft, thread_ts=thread)
