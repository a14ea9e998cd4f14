"""Shares files in a thread: Slack's upload in three steps.

`files.getUploadURLExternal` gives an id and an address, the bytes go there without a token, and
`files.completeUploadExternal` shows the file; without the last step Slack discards it. Source:
docs.slack.dev, "Working with files".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from slackbridge.domain.errors import Code, Later, Rejected, Unknown, of_status
from slackbridge.ports.files import Place
from slackbridge.slack.client import SlackClient
from slackbridge.slack.file_hosts import FileHosts
from slackbridge.slack.history import History, Reading


class SlackThreadFiles:
    """Implements `ports.files.ThreadFiles`."""

    def __init__(self, client: SlackClient, history: History) -> None:
        self._client = client
        self._history = history
        self._hosts = FileHosts(client.web.base_url)

    async def reserve(self, name: str, size: int) -> tuple[str, str]:
        try:
            told: Any = await self._client.call(
                "files.getUploadURLExternal", who=name, live=False, filename=name, length=size
            )
        except Unknown as failure:  # nobody sees what was reserved
            raise Later(failure.reason, 2.0, code=failure.code) from None
        id, url = str(told.get("file_id") or ""), str(told.get("upload_url") or "")
        if not id or not self._hosts.ours(url):
            raise Rejected("Slack gave no address of its own for the upload")
        return id, url

    async def upload(self, url: str, data: bytes) -> None:
        session = self._client.web.session
        if session is None or not self._hosts.ours(url):
            raise Later("the connection to Slack is closed", 1.0, code=Code.UNREACHABLE)
        kind = {"Content-Type": "application/octet-stream"}
        try:
            post = session.post(url, data=data, headers=kind, allow_redirects=False)
            async with post as answer:
                if answer.status != 200:
                    raise of_status(
                        answer.status, f"Slack answered {answer.status} to an upload", write=False
                    )
        except (aiohttp.ClientError, OSError):
            raise Later("Slack did not take an upload", 2.0, code=Code.UNREACHABLE) from None

    async def share(self, id: str, title: str, place: Place) -> None:
        await self._client.call(
            "files.completeUploadExternal",
            who=place.root,
            live=False,
            files=[{"id": id, "title": title}],
            channel_id=place.channel,
            thread_ts=place.root,
        )

    async def find(self, place: Place, since: float, id: str, name: str) -> str:
        reading = Reading(
            place.channel, place.root, f"{since:.6f}", who=place.root, live=False, metadata=False
        )
        wanted = _of_id(id) if id else _of_name(name)
        async for row in self._history.rows(reading):
            files = row.get("files")
            if row.get("user") != self._history.bot_user or not isinstance(files, list):
                continue
            for file in files:
                if isinstance(file, Mapping) and wanted(file):
                    return str(file.get("id") or "?")
        return ""


def _of_id(id: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda file: file.get("id") == id


def _of_name(name: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda file: name in (file.get("title"), file.get("name"))
