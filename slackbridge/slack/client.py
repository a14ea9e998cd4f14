"""Calls Slack's Web API: one request per call, and every error is one of our failures.

slack_sdk's own retries are off: its default handler repeats a POST whose connection broke after the
request was accepted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from slackbridge.domain.errors import (
    Code,
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
from slackbridge.domain.refusal import Cause, cause, refusal
from slackbridge.slack import manifest
from slackbridge.slack.pacing import Pace, Pacer, post_bucket

log = structlog.get_logger(__name__)
CONNECT = "apps.connections.open"
RETRY_SECONDS = 5.0
PASSING_SECONDS = 60.0
SECONDS = re.compile(r"\d{1,6}(\.\d{1,9})?")

# AttributeError: slack_sdk takes every answer for an object, also plain text or a list.
BROKEN = aiohttp.ClientError, OSError, ValueError, AttributeError, SlackClientError


class SlackClient:
    """The Web API of one workspace. `timeout` is in seconds; without a `pacer` nothing waits."""

    def __init__(
        self,
        token: str,
        api_url: str,
        pacer: Pacer | None = None,
        *,
        timeout: float = 10.0,
        post_pace: Pace = (1.0, 3),
    ) -> None:
        self._pacer = pacer
        self._timeout = timeout
        self._post_pace = post_pace
        self.paces: dict[str, Pace] = {}
        """Of methods that Slack lets this app call less often than others."""
        self.last_headers: Mapping[str, str] = {}
        self.refused = ""
        """Why Slack refuses our token; '' while it accepts it."""
        self.web = AsyncWebClient(
            token=token, base_url=api_url, timeout=int(max(1, timeout)), retry_handlers=[]
        )

    async def open(self) -> None:
        """Make the connection pool; idle connections are closed before Slack closes them."""
        self.web.session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._timeout),
            connector=aiohttp.TCPConnector(limit=50, keepalive_timeout=8),
        )

    async def close(self) -> None:
        if self.web.session is not None:
            await self.web.session.close()

    async def turn(self, channel: str, who: str, live: bool) -> None:
        """Take a slot of a channel's post bucket. Raises Later with the wait if there is none."""
        await self._pace(post_bucket(channel), who, self._post_pace, live)

    async def _pace(self, bucket: str, who: str, pace: Pace, live: bool) -> None:
        if self._pacer and (wait := await self._pacer.pace(bucket, who, *pace, live)) > 0:
            raise Later("Slack allows no more for the moment", wait, code=Code.PACED)

    async def call(self, method: str, *, who: str = "", live: bool = True, **args: Any) -> Any:
        """One call. Arguments that are None are left out.

        Raises Rejected with Slack's error as its code, Later, or Unknown (never for a read).
        """
        bucket = post_bucket(args["channel"]) if method == "chat.postMessage" else method
        pace = self.paces.get(method, manifest.METHODS[method].pace)
        if pace and who:
            await self._pace(bucket, who, pace, live)
        given = {name: value for name, value in args.items() if value is not None}
        try:
            answer = await self._send(method, given)
        except Later as failure:
            if self._pacer and failure.code == Code.RATE_LIMITED:
                await self._pacer.block(bucket, failure.seconds)
            raise
        except Unauthorized as failure:
            if not self.refused and method != CONNECT:  # that one takes another token
                log.error("token.refused", why=failure.loggable, remedy=failure.remedy)
            why = f"Slack refuses the token: {failure.code or 'HTTP 401'}"
            self.refused = f"{why}. {failure.remedy}" if failure.remedy else why
            raise
        self.refused = ""
        return answer

    async def _send(self, method: str, args: dict[str, Any]) -> Any:
        write = not manifest.METHODS[method].read
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


def _wire(error: Exception) -> Wire:
    never = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
    return Wire.NOT_SENT if isinstance(error, never) else Wire.BROKEN


def _of_answer(method: str, response: Any, write: bool) -> Failure:
    """The failure that an answer of Slack's means."""
    failure = _certainty(method, response, write)
    if failure.code and not isinstance(failure, Unknown):
        failure.refusal = refusal(failure.code)
    return failure


def _certainty(method: str, response: Any, write: bool) -> Failure:
    """Whether it was done, and what can be repeated."""
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data: Any = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) and data.get("ok") is False else ""
    code = code if isinstance(code, str) else ""
    reason = f"Slack answered {code or status} ({method})"
    wait = _retry_after(response)
    why = cause(code)
    if status == 429 or why is Cause.LIMITED or (status == 503 and wait is not None):
        seconds = RETRY_SECONDS if wait is None else max(wait, 1.0)
        return Later(reason, seconds, code=Code.RATE_LIMITED)
    if why is Cause.DOUBTFUL:
        return Unknown(reason, code=code) if write else Later(reason, 2.0, code=code)
    if why is Cause.PASSING:
        return Later(reason, PASSING_SECONDS, code=code)
    if status == 408 or status >= 500 or not code:
        # A proxy may have answered: its words do not tell whether Slack got the post.
        if status == 200:
            return unreadable(reason, write=write)
        return of_status(status, reason, write=write)
    kind = Unauthorized if why is Cause.INSTALL else Rejected
    needed = data.get("needed")
    scope = f": the app needs the scope {needed}" if needed else ""
    return kind(reason + scope, code=code)


def org_wide() -> Unauthorized:
    """The failure of an app that is installed to a whole organisation."""
    code = "enterprise_is_restricted"
    failure = Unauthorized("the app is installed to the whole organisation", code=code)
    failure.refusal = refusal(code)
    return failure


def _retry_after(response: Any) -> float | None:
    """Seconds to wait; None where the header is missing, or is a date."""
    text = str((getattr(response, "headers", None) or {}).get("Retry-After", "")).strip()
    return float(text) if SECONDS.fullmatch(text) else None
