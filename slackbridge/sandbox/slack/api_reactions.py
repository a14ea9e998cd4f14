"""The `reactions.*` methods, on messages."""

from __future__ import annotations

import re

from slackbridge.sandbox.slack.call import Call
from slackbridge.sandbox.slack.errors import ApiError
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.shapes import Json, micros

EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def add(call: Call) -> Json:
    name, message = _name(call), _item(call)
    if call.workspace.channels[message.channel].archived:
        raise ApiError("is_archived")
    call.workspace.policies.react(message)
    if message.has_reaction(name, call.app.bot_user):
        raise ApiError("already_reacted")
    call.workspace.react(message, name, call.app.bot_user, add=True)
    return {}


def remove(call: Call) -> Json:
    name, message = _name(call), _item(call)
    call.workspace.policies.react(message)
    if not message.has_reaction(name, call.app.bot_user):
        raise ApiError("no_reaction")
    call.workspace.react(message, name, call.app.bot_user, add=False)
    return {}


def get(call: Call) -> Json:
    message = _item(call)
    shown = call.workspace.message(message.channel, message.ts) or {}
    link = call.workspace.permalink(message)
    return {"type": "message", "channel": message.channel, "message": shown | {"permalink": link}}


def _name(call: Call) -> str:
    name = call.args.text("name").strip(":")
    if not EMOJI.fullmatch(name):
        raise ApiError("invalid_name")
    return name


def _item(call: Call) -> Message:
    if not call.args.given("channel") or not call.args.given("timestamp"):
        raise ApiError("no_item_specified")
    if micros(call.args.text("timestamp")) is None:
        raise ApiError("bad_timestamp")
    return call.message(call.channel(), "timestamp")
