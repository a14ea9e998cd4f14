"""Files that people share, and their download address.

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

from aiohttp import web

from slackbridge.sandbox.slack.errors import NotPossible
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


class Files:
    """Contents by file id."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._contents: dict[str, Shared] = {}

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
        self._contents[file_id] = Shared(name, mimetype, data)
        return self._as_json(file_id, name, mimetype, len(data), user)

    def get(self, file_id: str) -> Shared | None:
        return self._contents.get(file_id)

    async def handle(self, request: web.Request) -> web.Response:
        app = self._workspace.app
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != app.bot_token or "files:read" not in app.scopes:
            return web.Response(text=_LOGIN, content_type="text/html")
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


def _content(spec: Mapping[str, Any], name: str) -> bytes:
    if "base64" in spec:
        try:
            return base64.b64decode(str(spec["base64"]), validate=True)
        except (binascii.Error, ValueError):
            raise NotPossible(f"the content of {name!r} is not valid base64") from None
    content = spec.get("content", b"")
    return content.encode() if isinstance(content, str) else bytes(content)
