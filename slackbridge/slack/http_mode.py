"""HTTP mode: Slack's requests, verified before they are parsed.

Bolt parses a body before it verifies it, and answers 500 to a non-numeric timestamp, a non-ASCII
signature and other input that anybody may send: here all of it gets 401. slack_sdk checks the age
and compares in constant time.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

EVENTS_PATH = "/slack/events"
PATHS = (EVENTS_PATH, "/slack/interactivity", "/slack/commands")
TIMESTAMP = "X-Slack-Request-Timestamp"
SIGNATURE = "X-Slack-Signature"
HEADERS = {TIMESTAMP: re.compile(r"\d{1,12}"), SIGNATURE: re.compile(r"v0=[0-9a-f]{64}")}


def add_routes(
    server: web.Application,
    app: AsyncApp,
    signing_secret: str,
    works: Callable[[], bool] = lambda: True,
    on_request: Callable[[], None] = lambda: None,
) -> None:
    """Serve Slack's requests. Each path takes events, interactivity and commands.

    Until `works` they get 503, and Slack repeats what is an event. `on_request` is told of every
    request that Slack has signed.
    """
    verifier = SignatureVerifier(signing_secret)

    async def handle(request: web.Request) -> web.Response:
        if not works():
            return web.Response(status=503, text="not working yet")
        body = await _verified(request, verifier)
        if body is None:
            return web.Response(status=401, text="not signed by Slack")
        on_request()
        try:
            asked = AsyncBoltRequest(
                body=body, query=request.query_string, headers=dict(request.headers)
            )
        except (ValueError, AttributeError, TypeError):  # signed, but not what Slack sends
            return web.Response(status=401, text="unreadable")
        return await to_aiohttp_response(await app.async_dispatch(asked))

    for path in PATHS:
        server.router.add_post(path, handle)


async def _verified(request: web.Request, verifier: SignatureVerifier) -> str | None:
    """The body, if Slack signed it within the last minutes; both headers must be there once."""
    for name, shape in HEADERS.items():
        given = request.headers.getall(name, [])
        if len(given) != 1 or not shape.fullmatch(given[0]):
            return None
    stamp, signature = request.headers[TIMESTAMP], request.headers[SIGNATURE]
    try:
        body = (await request.read()).decode("utf-8")
        return body if verifier.is_valid(body, stamp, signature) else None
    except UnicodeDecodeError:
        return None
