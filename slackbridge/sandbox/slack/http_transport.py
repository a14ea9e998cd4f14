"""Events and interactions as signed HTTP requests to the app's public URLs.

Source: Slack's Events API page (3 s, retries nearly at once, after 1 and after 5 minutes,
`x-slack-no-retry`) and "Verifying requests from Slack" (v0 signatures).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from slackbridge.sandbox.slack.errors import NotAcknowledged
from slackbridge.sandbox.slack.roster import Installation
from slackbridge.sandbox.slack.shapes import Clock, Json
from slackbridge.sandbox.slack.transport import ACK_SECONDS, COMMAND, Answer, as_answer

WAITS = (0.0, 0.0, 60.0, 300.0)
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
# aiohttp counts the first request too; Slack follows two redirects.
_MAX_REDIRECTS = 3
# The first that fits counts: a timeout of aiohttp is also a ClientConnectionError.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "http_timeout"),
    (aiohttp.TooManyRedirects, "too_many_redirects"),
    (aiohttp.ClientSSLError, "ssl_error"),
    (aiohttp.ClientConnectionError, "connection_failed"),
    (aiohttp.ClientError, "unknown_error"),
)


@dataclass(slots=True)
class Endpoints:
    """The app's request URLs as set in its configuration; may change at any time."""

    events: str | None = None
    interactivity: str | None = None
    commands: str | None = None

    def point_at(self, url: str) -> None:
        """Use one URL for all three, as Bolt does."""
        self.events = self.interactivity = self.commands = url


@dataclass(slots=True, eq=False)
class HttpTransport:
    """Delivers by HTTP. `retry_scale` multiplies the waits between retries."""

    session: aiohttp.ClientSession
    app: Installation
    endpoints: Endpoints
    clock: Clock
    retry_scale: float = 1.0

    async def event(self, payload: Json) -> bool:
        """Deliver an event; after a failure up to three more times."""
        reason = ""
        for number, wait in enumerate(WAITS):
            await asyncio.sleep(wait * self.retry_scale)
            retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
            reason, stop = await self._attempt(payload, retry if number else {})
            if not reason or stop:
                return not reason
        return False

    async def interaction(self, kind: str, payload: Json) -> Answer:
        """Deliver an interaction or command as a form."""
        command = kind == COMMAND
        url = self.endpoints.commands if command else self.endpoints.interactivity
        body = urlencode(payload if command else {"payload": json.dumps(payload)})
        try:
            async with self._post(url, body, _FORM, {}) as response:
                if response.status != 200:
                    raise NotAcknowledged(f"the app answered {response.status}")
                return _parsed(await response.text(), response.content_type)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NotAcknowledged(f"no answer from the app: {error!r}") from error

    async def verify(self) -> bool:
        """The check Slack makes when an events URL is saved: does it echo the challenge?"""
        challenge = secrets.token_urlsafe(24)
        body = {"token": self.app.verification_token, "type": "url_verification"}
        text = json.dumps(body | {"challenge": challenge})
        async with self._post(self.endpoints.events, text, _JSON, {}) as response:
            return response.status == 200 and challenge in await response.text()

    async def _attempt(self, payload: Json, headers: dict[str, str]) -> tuple[str, bool]:
        """The reason of a failure ('' = none), and whether the app forbids a retry."""
        try:
            async with self._post(
                self.endpoints.events, json.dumps(payload), _JSON, headers
            ) as response:
                if 200 <= response.status < 300:
                    return "", False
                return "http_error", response.headers.get("X-Slack-No-Retry") == "1"
        except (TimeoutError, aiohttp.ClientError) as error:
            return next(reason for kind, reason in _REASONS if isinstance(error, kind)), False

    def _post(
        self, url: str | None, body: str, content_type: str, headers: dict[str, str]
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if not url:
            raise aiohttp.ClientConnectionError("the app has no request URL")
        stamp = str(int(self.clock()))
        signed = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self.app.signing_secret, stamp, body),
        }
        return self.session.post(
            url,
            data=body.encode(),
            headers=signed | headers,
            timeout=aiohttp.ClientTimeout(total=ACK_SECONDS),
            max_redirects=_MAX_REDIRECTS,
        )


def signature(secret: str, stamp: str, body: str) -> str:
    """The v0 signature of a request."""
    base = f"v0:{stamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def _parsed(text: str, content_type: str) -> Answer:
    if not text:
        return None
    try:
        return as_answer(json.loads(text) if content_type == _JSON else text)
    except ValueError as error:
        raise NotAcknowledged("the app answered broken JSON") from error
