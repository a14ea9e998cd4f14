"""Fetches files that agents share: asks Slack what they are, then for their bytes.

The bot token goes to Slack's own hosts only, over https, and a redirect is checked before it is
followed. Without `files:read` Slack answers the login page with status 200: no HTML counts as a
file that is none. Source: docs.slack.dev, "Working with files".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import aiohttp

from slackbridge.domain.errors import Code, Failure, Later, Rejected, of_status
from slackbridge.domain.files import File, SharedFile
from slackbridge.slack.client import SlackClient
from slackbridge.slack.file_hosts import FileHosts

HOPS = 3
CHUNK = 64 * 1024
HTML = "text/html"
REDIRECTS = (301, 302, 303, 307, 308)


class SlackSharedFiles:
    """Implements `ports.files.SharedFiles`."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client
        self._hosts = FileHosts(client.web.base_url)

    async def fetch(self, file: SharedFile, most: int) -> File:
        told = await self._told(file)
        url = str(told.get("url_private_download") or told.get("url_private") or "")
        if not url:
            raise Rejected(f"Slack does not hold {_name(told, file)}, only a link to it")
        size = told.get("size")
        if isinstance(size, int) and size > most:
            raise _too_large(told, file)
        type = str(told.get("mimetype") or "")
        data = await self._bytes(url, type, most, _name(told, file))
        if isinstance(size, int) and size != len(data):
            raise Later(f"{_name(told, file)} came incomplete from Slack", 5.0)
        return File(str(told.get("name") or file.name or "file"), type, data)

    async def _told(self, file: SharedFile) -> Mapping[str, Any]:
        """What Slack knows of it now. Raises the failures of a call."""
        try:
            answer = await self._client.call("files.info", who=file.id, file=file.id)
        except Rejected as failure:
            if failure.code in (Code.NO_FILE, Code.FILE_DELETED):
                raise Rejected(f"{_name({}, file)} was deleted in Slack") from None
            if failure.code == Code.MISSING_SCOPE:
                raise _no_scope() from None
            raise
        told = answer.get("file")
        if not isinstance(told, Mapping):
            raise Later("Slack's answer has no file (files.info)", 5.0, code=Code.UNREADABLE)
        return told

    async def _bytes(self, url: str, type: str, most: int, name: str) -> bytes:
        session = self._client.web.session
        if session is None:
            raise Later("the connection to Slack is closed", 1.0, code=Code.UNREACHABLE)
        token = {"Authorization": f"Bearer {self._client.web.token}"}
        for _ in range(HOPS):
            if not self._hosts.ours(url):
                raise Rejected(f"Slack keeps {name} at another host, which is not asked for it")
            try:
                async with session.get(url, headers=token, allow_redirects=False) as answer:
                    if answer.status not in REDIRECTS:
                        return await _read(answer, type, most, name)
                    url = urljoin(url, answer.headers.get("Location", ""))
            except (aiohttp.ClientError, OSError, ValueError):
                raise Later(f"Slack did not give {name}", 2.0, code=Code.UNREACHABLE) from None
        raise Rejected(f"Slack does not give {name}: its address leads in a circle")


async def _read(answer: aiohttp.ClientResponse, type: str, most: int, name: str) -> bytes:
    """The body of an answer. Raises Later and Rejected."""
    if answer.status != 200:
        raise _declined(answer.status, name)
    if answer.content_type == HTML and not type.startswith(HTML):
        raise _no_scope()
    data = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        data += chunk
        if len(data) > most:
            raise Rejected(f"{name} is larger than the marketplace takes")
    return bytes(data)


def _declined(status: int, name: str) -> Failure:
    return of_status(status, f"Slack answered {status} for {name}", write=False)


def _too_large(told: Mapping[str, Any], file: SharedFile) -> Rejected:
    return Rejected(f"{_name(told, file)} is larger than the marketplace takes")


def _no_scope() -> Rejected:
    return Rejected(
        "Slack does not give the file: the app needs the scope files:read; add it and reinstall "
        "the app",
        code=Code.MISSING_SCOPE,
    )


def _name(told: Mapping[str, Any], file: SharedFile) -> str:
    return f"“{str(told.get('name') or file.name or 'a file')[:80]}”"
