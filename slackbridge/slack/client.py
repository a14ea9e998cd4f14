"""Calls to Slack's Web API: one method, one request, one of our failures.

slack_sdk's own retries are off: its default handler sends a POST again when the connection drops
after the request was accepted. Pacing goes through the store, so that all processes share it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from slackbridge.errors import (
    Failure,
    Later,
    Rejected,
    Unauthorized,
    Unknown,
    Wire,
    of_status,
    of_wire,
    unreadable,
)

log = structlog.get_logger(__name__)

METHODS: Mapping[str, tuple[str, ...]] = {
    "apps.connections.open": (),
    "auth.test": (),
    "chat.postMessage": ("chat:write", "chat:write.customize"),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history"),
    "conversations.replies": ("channels:history", "groups:history"),
    "conversations.info": ("channels:read", "groups:read"),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "users.info": ("users:read", "users:read.email"),
    "usergroups.users.list": ("usergroups:read",),
    "views.open": (),
    "views.publish": (),
    "views.update": (),
}
"""Every Web API method the bridge uses, and the bot scopes it needs."""

READS = frozenset(
    {
        "auth.test",
        "conversations.history",
        "conversations.replies",
        "conversations.info",
        "users.info",
        "usergroups.users.list",
    }
)
PACES: Mapping[str, tuple[float, int]] = {
    "chat.update": (1.2, 20),
    "chat.delete": (1.2, 20),
    "conversations.history": (1.2, 20),
    "conversations.replies": (1.2, 20),
    "reactions.add": (1.2, 20),
    "reactions.remove": (3.0, 10),
}
"""Seconds between calls and burst, by tier (docs.slack.dev/apis/web-api/rate-limits)."""

PERHAPS_DONE = frozenset(
    {
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "duplicate_message_not_found",
        "duplicate_channel_not_found",
    }
)
"""Errors after which, as Slack says, "some aspect of the operation may have succeeded"."""

LIMITED = frozenset({"ratelimited", "rate_limited"})
REFUSED = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
)
"""Errors that end only with another token."""

RETRY_SECONDS = 5.0
SECONDS = re.compile(r"\d{1,6}(\.\d{1,9})?")

# slack_sdk takes every answer for an object: of plain text or a list it asks for attributes.
BROKEN = (
    TimeoutError,
    aiohttp.ClientError,
    OSError,
    ValueError,
    AttributeError,
    SlackClientError,
)


class Pacer(Protocol):
    """Shared rate buckets."""

    async def pace(self, bucket: str, who: str, interval: float, burst: int, live: bool) -> float:
        """Seconds to wait before the next call of a bucket; 0 = go now."""

    async def block(self, bucket: str, seconds: float) -> None:
        """Nobody calls this bucket for so long."""


class SlackClient:
    """The Web API of one workspace. `timeout` is in seconds."""

    def __init__(
        self,
        token: str,
        api_url: str,
        pacer: Pacer,
        *,
        timeout: float = 10.0,
        post_pace: tuple[float, int] = (1.0, 3),
    ) -> None:
        self._pacer = pacer
        self._timeout = timeout
        self._post_pace = post_pace
        self._session: aiohttp.ClientSession | None = None
        self.last_headers: Mapping[str, str] = {}
        self.refused = ""
        """Why nothing of ours is let through any more; '' while Slack accepts the token."""
        self.web = AsyncWebClient(
            token=token, base_url=api_url, timeout=int(max(1, timeout)), retry_handlers=[]
        )

    async def open(self) -> None:
        """Make the connection pool; idle connections are dropped early, so that fewer posts
        meet a connection that the other side has just closed."""
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._timeout),
            connector=aiohttp.TCPConnector(limit=50, keepalive_timeout=8),
        )
        self.web.session = self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def turn(self, channel: str, who: str, live: bool) -> None:
        """The right to post in a channel now. Raises Later with the wait."""
        await self._pace(post_bucket(channel), who, *self._post_pace, live=live)

    async def _pace(
        self, bucket: str, who: str, interval: float, burst: int, *, live: bool
    ) -> None:
        wait = await self._pacer.pace(bucket, who, interval, burst, live)
        if wait > 0:
            raise Later("Slack allows no more for the moment", wait, code="pace")

    async def call(self, method: str, *, who: str = "", live: bool = True, **args: Any) -> Any:
        """One call. Arguments that are None are left out.

        Raises Rejected with Slack's error as its code, Later, or Unknown (never for a read).
        """
        bucket = post_bucket(args["channel"]) if method == "chat.postMessage" else method
        if method in PACES and who:
            await self._pace(bucket, who, *PACES[method], live=live)
        given = {name: value for name, value in args.items() if value is not None}
        try:
            answer = await self._send(method, given)
        except Later as failure:
            if failure.code == "ratelimited":
                await self._pacer.block(bucket, failure.seconds)
            raise
        except Unauthorized as failure:
            if not self.refused:  # only the log and the health page can still tell
                log.error("Slack refuses the token", why=failure.loggable)
            self.refused = f"Slack refuses the token: {failure.code or 'HTTP 401'}"
            raise
        self.refused = ""
        return answer

    async def _send(self, method: str, args: dict[str, Any]) -> Any:
        write = method not in READS
        try:
            # slack_sdk's own method decides how arguments travel (query, form or JSON).
            answer = await getattr(self.web, method.replace(".", "_"))(**args)
        except SlackApiError as error:
            raise _of_answer(method, error.response, write) from None
        except BROKEN as error:
            raise of_wire(_wire(error), f"Slack did not answer ({method})", write=write) from None
        if not isinstance(answer.data, dict):
            raise unreadable(f"Slack's answer cannot be read ({method})", write=write)
        self.last_headers = answer.headers
        return answer.data


def post_bucket(channel: str) -> str:
    """Posts are limited per channel, whatever the thread."""
    return f"chat.postMessage:{channel}"


def _wire(error: Exception) -> Wire:
    never = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
    return Wire.NOT_SENT if isinstance(error, never) else Wire.BROKEN


def _of_answer(method: str, response: Any, write: bool) -> Failure:
    """The failure that an answer of Slack's stands for."""
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) and data.get("ok") is False else ""
    code = code if isinstance(code, str) else ""
    reason = f"Slack answered {code or status} ({method})"
    wait = _retry_after(response)
    if status == 429 or code in LIMITED or (status == 503 and wait is not None):
        return Later(reason, RETRY_SECONDS if wait is None else max(wait, 1.0), code="ratelimited")
    if code in PERHAPS_DONE:
        return Unknown(reason, code=code) if write else Later(reason, 2.0, code=code)
    if status == 408 or status >= 500 or not code:
        # Something between Slack and us may have words of its own, which say nothing of the post.
        if status == 200:
            return unreadable(reason, write=write)
        return of_status(status, reason, write=write)
    kind = Unauthorized if code in REFUSED else Rejected
    return kind(_needed(reason, data), code=code)


def _needed(reason: str, data: Any) -> str:
    needed = data.get("needed")
    return f"{reason}: the app needs the scope {needed}" if needed else reason


def _retry_after(response: Any) -> float | None:
    """Seconds to wait; None where the header is missing, or is a date."""
    text = str((getattr(response, "headers", None) or {}).get("Retry-After", "")).strip()
    return float(text) if SECONDS.fullmatch(text) else None
