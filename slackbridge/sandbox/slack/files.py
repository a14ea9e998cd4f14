"""Files that people share or the app uploads, and their addresses.

Source: Slack's "Working with files": without a token that has `files:read`, Slack answers the
login page as HTML with status 200.
"""

from __future__ import annotations

import base64
import binascii
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from slackbridge.sandbox.slack.errors import NotPossible
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.roster import HOME_TEAM
from slackbridge.sandbox.slack.shapes import Json, new_id
from slackbridge.sandbox.slack.workspace import Workspace

_LOGIN = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body></body></html>"


@dataclass(frozen=True, slots=True)
class Shared:
    """A file that somebody shared."""

    name: str
    mimetype: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Reserved:
    """An upload that was begun; `data` is None until its bytes are there."""

    name: str
    length: int
    data: bytes | None = None


class Files:
    """Contents by file id."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.contents: dict[str, Shared] = {}
        self._described: dict[str, Json] = {}
        self._reserved: dict[str, Reserved] = {}
        self.hides = False
        """Whether everybody gets the login page, as with a token that may not read files."""
        self.redirect = ""
        """Where the next download is sent to, '' = nowhere."""

    def share(self, user: str, file: str | Mapping[str, Any]) -> Json:
        """The file object of a new file.

        `file` is a name, or `{"name", "content" (bytes or text) or "base64", "mimetype"}`.
        """
        spec = {"name": file} if isinstance(file, str) else dict(file)
        if not spec.get("name"):
            raise NotPossible("a file needs a name")
        name = str(spec["name"])
        data = _content(spec, name)
        given = str(spec.get("mimetype") or "").partition(";")[0].strip()
        mimetype = given or mimetypes.guess_type(name)[0] or "text/plain"
        file_id = new_id("F0", 9)
        self.contents[file_id] = Shared(name, mimetype, data)
        described = self._as_json(file_id, name, mimetype, len(data), user)
        self._described[file_id] = described
        return described

    def described(self, file_id: str) -> Json | None:
        """The file object; None for one that is unknown, deleted or not completed."""
        return self._described.get(file_id)

    def delete(self, file_id: str) -> None:
        """Somebody deletes a file."""
        self._described.pop(file_id, None)
        self.contents.pop(file_id, None)

    # -- the upload of the app -----------------------------------------------------------------

    def reserve(self, filename: str, length: int) -> tuple[str, str]:
        """The id and the upload address of a new file."""
        file_id = new_id("F0", 9)
        self._reserved[file_id] = Reserved(filename, length)
        return file_id, f"{self._workspace.team_url}upload/v1/{file_id}"

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes, as they are or as a form's file. The address is secret enough: no token."""
        reserved = self._reserved.get(request.match_info["secret"])
        if reserved is None:
            return web.Response(status=404)
        data = await _body(request)
        if len(data) != reserved.length:
            return web.Response(status=400, text="length")
        self._reserved[request.match_info["secret"]] = Reserved(reserved.name, len(data), data)
        self._workspace.commit("upload", file=request.match_info["secret"], name=reserved.name)
        return web.Response(text=f"OK - {len(data)}")

    def complete(self, file_id: str, title: str) -> Json | None:
        """The file object of an upload whose bytes are there."""
        reserved = self._reserved.get(file_id)
        if reserved is None or reserved.data is None:
            return None
        mimetype = mimetypes.guess_type(reserved.name)[0] or "text/plain"
        self.contents[file_id] = Shared(reserved.name, mimetype, reserved.data)
        bot = self._workspace.app.bot_user
        shown = self._as_json(file_id, reserved.name, mimetype, reserved.length, bot)
        self._described[file_id] = shown | {"title": title or reserved.name}
        return self._described[file_id]

    def shared(self, file_id: str, channel: str, message: Message) -> None:
        """A message has shared it."""
        kind = "private" if channel.startswith("G") else "public"
        share = {"ts": message.ts, "thread_ts": message.thread_ts}
        self._described[file_id] = self._described[file_id] | {"shares": {kind: {channel: [share]}}}

    def get(self, file_id: str) -> Shared | None:
        return self.contents.get(file_id)

    async def handle(self, request: web.Request) -> web.Response:
        app = self._workspace.app
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != app.bot_token or "files:read" not in app.scopes or self.hides:
            return web.Response(text=_LOGIN, content_type="text/html")
        if self.redirect:
            to, self.redirect = self.redirect, ""
            return web.Response(status=302, headers={"Location": to})
        file_id = request.match_info["file"].rpartition("-")[2]
        shared = self.get(file_id)
        if shared is None:
            return web.Response(status=404)
        return web.Response(body=shared.data, content_type=shared.mimetype)

    def _as_json(self, file_id: str, name: str, mimetype: str, size: int, user: str) -> Json:
        base = f"{self._workspace.team_url}files-pri/{HOME_TEAM}-{file_id}"
        now = int(self._workspace.clock())
        never = ("editable", "is_external", "public_url_shared", "display_as_bot")
        kind = name.rpartition(".")[2].lower() if "." in name else "text"
        return {
            "id": file_id,
            "created": now,
            "timestamp": now,
            "name": name,
            "title": name,
            "mimetype": mimetype,
            "filetype": kind,
            "pretty_type": kind.upper(),
            "user": user,
            "user_team": HOME_TEAM,
            **dict.fromkeys((*never, "has_rich_preview"), False),
            "size": size,
            "mode": "hosted",
            "external_type": "",
            "is_public": True,
            "username": "",
            "url_private": f"{base}/{name}",
            "url_private_download": f"{base}/download/{name}",
            "permalink": f"{self._workspace.team_url}files/{user}/{file_id}/{name}",
            "file_access": "visible",
        }


async def _body(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader):
            return bytes(await part.read())
    return b""


def _content(spec: Mapping[str, Any], name: str) -> bytes:
    if "base64" in spec:
        try:
            return base64.b64decode(str(spec["base64"]), validate=True)
        except (binascii.Error, ValueError):
            raise NotPossible(f"the content of {name!r} is not valid base64") from None
    content = spec.get("content", b"")
    return content.encode() if isinstance(content, str) else bytes(content)
