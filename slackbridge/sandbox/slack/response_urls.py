"""`response_url`s: five posts within thirty minutes to where an interaction came from.

Source: Slack's "Handling user interaction"; the errors `expired_url` and `used_url` are not
documented, but reported by users.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from slackbridge.sandbox.slack import text as encoding
from slackbridge.sandbox.slack.api_chat import NO_TEXT, own_message
from slackbridge.sandbox.slack.blocks import message_blocks
from slackbridge.sandbox.slack.errors import ApiError
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.roster import HOME_TEAM
from slackbridge.sandbox.slack.shapes import Json
from slackbridge.sandbox.slack.workspace import Workspace

USES = 5
LIFETIME = 1800.0


@dataclass(slots=True)
class Origin:
    """Where an interaction came from: the user, the channel and, for a click, the message."""

    user: str
    channel: str
    ts: str | None = None
    until: float = 0.0
    uses: int = 0


class ResponseUrls:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._origins: dict[str, Origin] = {}

    def issue(self, origin: Origin, *, command: bool = False) -> str:
        secret = secrets.token_urlsafe(18)
        origin.until = self._workspace.clock() + LIFETIME
        self._origins[secret] = origin
        kind = "commands" if command else "actions"
        number = secrets.randbelow(10**13)
        return f"{self._workspace.team_url}{kind}/{HOME_TEAM}/{number}/{secret}"

    async def handle(self, request: web.Request) -> web.Response:
        try:
            origin = self._take(request.match_info["secret"])
            body = await _body(request)
            self.respond(origin, body)
        except ApiError as error:
            status = 404 if error.code in ("expired_url", "used_url") else 400
            answer = {"ok": False, "error": error.code, **error.extra}
            return web.json_response(answer, status=status)
        return web.json_response({"ok": True})

    def respond(self, origin: Origin, body: Json) -> None:
        """Apply a post to a URL, or a command's direct answer."""
        original = self._original(origin)
        if body.get("delete_original"):
            self._delete(origin, original)
        elif body.get("replace_original") and original is not None:
            self._replace(origin, original, self._content(body))
        else:
            self._publish(origin, body)

    def _take(self, secret: str) -> Origin:
        origin = self._origins.get(secret)
        if origin is None or self._workspace.clock() > origin.until:
            raise ApiError("expired_url")
        if origin.uses >= USES:
            raise ApiError("used_url")
        origin.uses += 1
        return origin

    def _original(self, origin: Origin) -> Message | None:
        if origin.ts is None:
            return None
        for message in self._workspace.ephemerals(origin.user):
            if message.ts == origin.ts and message.channel == origin.channel:
                return message
        return self._workspace.timeline(origin.channel).get(origin.ts)

    def _content(self, body: Json) -> dict[str, Any]:
        blocks = body.get("blocks")
        text = body.get("text") or ""
        if not text and not blocks and not body.get("attachments"):
            raise ApiError("no_text")
        return {
            "text": encoding.posted(text) or NO_TEXT,
            "blocks": tuple(message_blocks(blocks)) if blocks else (),
            "attachments": tuple(body.get("attachments") or ()),
        }

    def _delete(self, origin: Origin, original: Message | None) -> None:
        if original is None:
            raise ApiError("message_not_found")
        self._commit(origin, "delete_original")
        ephemerals = self._workspace.ephemerals(origin.user)
        if original in ephemerals:
            ephemerals.remove(original)
        else:
            self._workspace.remove(original, "delete")

    def _replace(self, origin: Origin, original: Message, content: dict[str, Any]) -> None:
        self._commit(origin, "replace_original")
        new = replace(original, **content)
        ephemerals = self._workspace.ephemerals(origin.user)
        if original in ephemerals:
            ephemerals[ephemerals.index(original)] = new
        else:
            self._workspace.change(original, new, "update")

    def _publish(self, origin: Origin, body: Json) -> None:
        content = self._content(body)
        draft = own_message(self._workspace.app, origin.channel, content.pop("text"), **content)
        draft = replace(draft, thread_ts=body.get("thread_ts"), metadata=body.get("metadata"))
        public = body.get("response_type") == "in_channel"
        self._commit(origin, "in_channel" if public else "ephemeral")
        if public:
            self._workspace.post(draft)
        else:
            self._workspace.post_ephemeral(draft, origin.user)

    def _commit(self, origin: Origin, what: str) -> None:
        facts = {"channel": origin.channel, "user": origin.user, "ts": origin.ts}
        self._workspace.commit("response_url", what=what, **facts)


async def _body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise ApiError("invalid_payload") from None
    if not isinstance(body, dict):
        raise ApiError("invalid_payload")
    return body
