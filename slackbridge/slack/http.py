"""HTTP mode: Slack's three kinds of requests on one path, checked for shape before Bolt sees them.

Bolt raises (and so answers 500) on a non-numeric timestamp or a non-ASCII signature; such requests
get 401 here. The signature itself, its age and the comparison in constant time are Bolt's.
"""

from __future__ import annotations

import re

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

PATHS = ("/slack/events", "/slack/interactivity", "/slack/commands")
TIMESTAMP = re.compile(r"\d{1,12}")
SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def add_routes(server: web.Application, app: AsyncApp) -> None:
    """Serve Slack's requests. Any of the paths takes any kind."""

    async def handle(request: web.Request) -> web.Response:
        if not well_formed(request):
            return web.Response(status=401, text="unsigned")
        try:
            answer = await app.async_dispatch(await to_bolt_request(request))
        except (UnicodeDecodeError, ValueError):
            return web.Response(status=401, text="unreadable")
        return await to_aiohttp_response(answer)

    for path in PATHS:
        server.router.add_post(path, handle)


def well_formed(request: web.Request) -> bool:
    """Whether the signing headers are there once each and look like Slack's."""
    stamps = request.headers.getall("X-Slack-Request-Timestamp", [])
    signatures = request.headers.getall("X-Slack-Signature", [])
    return (
        len(stamps) == 1
        and len(signatures) == 1
        and TIMESTAMP.fullmatch(stamps[0]) is not None
        and SIGNATURE.fullmatch(signatures[0]) is not None
    )
