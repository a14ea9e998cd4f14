"""Signed requests as Slack sends them, as bytes; each has its own ids."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from typing import Any
from urllib.parse import urlencode

from slackbridge.demo.world import CHANNEL
from slackbridge.sandbox.slack.events import envelope
from slackbridge.sandbox.slack.http_transport import signature
from slackbridge.sandbox.slack.roster import HOME_TEAM, Installation

AGENT = "U0ANNA"
_moments = itertools.count(int(time.time() * 1_000_000))


def moment() -> str:
    """A new, unique `ts`."""
    seconds, micros = divmod(next(_moments), 1_000_000)
    return f"{seconds}.{micros:06d}"


def said(app: Installation, thread: str, text: str) -> bytes:
    """The request for a message in a thread."""
    ts = moment()
    element = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    event = {
        "type": "message",
        "user": AGENT,
        "ts": ts,
        "client_msg_id": str(uuid.uuid4()),
        "text": text,
        "team": HOME_TEAM,
        "thread_ts": thread,
        "parent_user_id": app.bot_user,
        "blocks": [{"type": "rich_text", "block_id": "b1", "elements": [element]}],
        "channel": CHANNEL,
        "event_ts": ts,
        "channel_type": "channel",
    }
    body = envelope(app, event, time.time(), shared=False)
    return _request(app, json.dumps(body), "application/json")


def pressed(app: Installation, thread: str, name: str, value: str) -> bytes:
    """The request for a button pressed under a receipt in a thread."""
    ts = moment()
    button = {
        "type": "button",
        "action_id": name,
        "block_id": f"intent|{value}",
        "text": {"type": "plain_text", "text": "Undo", "emoji": True},
        "value": value,
    }
    message = {
        "user": app.bot_user,
        "type": "message",
        "ts": ts,
        "bot_id": app.bot_id,
        "app_id": app.app_id,
        "text": "⏳ Your reply goes out in a moment.",
        "team": HOME_TEAM,
        "thread_ts": thread,
        "parent_user_id": app.bot_user,
        "blocks": [{"type": "actions", "block_id": f"intent|{value}", "elements": [button]}],
    }
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": AGENT, "username": "anna", "name": "anna", "team_id": HOME_TEAM},
        "api_app_id": app.app_id,
        "token": app.verification_token,
        "container": {
            "type": "message",
            "message_ts": ts,
            "channel_id": CHANNEL,
            "is_ephemeral": False,
            "thread_ts": thread,
        },
        "trigger_id": f"{ts}.1.1",
        "team": {"id": HOME_TEAM, "domain": "sandbox"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": CHANNEL, "name": "support"},
        "message": message,
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T0SANDBOX/1/x",
        "actions": [button | {"action_ts": ts}],
    }
    form = urlencode({"payload": json.dumps(payload)})
    return _request(app, form, "application/x-www-form-urlencoded")


def _request(app: Installation, body: str, content_type: str) -> bytes:
    stamp = str(int(time.time()))
    head = (
        "POST /slack/events HTTP/1.1",
        "Host: 127.0.0.1",
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept: */*",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body.encode())}",
        f"X-Slack-Request-Timestamp: {stamp}",
        f"X-Slack-Signature: {signature(app.signing_secret, stamp, body)}",
    )
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()
