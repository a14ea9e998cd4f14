"""The page's answers: `{"ok": true, "result": …}`, `{"ok": false, "error": …}`, and files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from aiohttp import web

from slackbridge.demo.page.markets.market import IMAGES, Content
from slackbridge.demo.page.problem import Problem
from slackbridge.sandbox.declined import Declined

Answering = Callable[[web.Request], Awaitable[Any]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def told(handler: Answering) -> Handler:
    """Answer in JSON, or with the response itself; a Problem becomes its sentence."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            result = await handler(request)
        except Problem as problem:
            return failure(problem.status, problem.sentence)
        except Declined as refusal:
            return failure(400, refusal.message)
        if isinstance(result, web.StreamResponse):
            return result
        return web.json_response({"ok": True, "result": result})

    return answer


def failure(status: int, sentence: str) -> web.Response:
    """What went wrong, for a person."""
    return web.json_response({"ok": False, "error": sentence}, status=status)


def download(content: Content) -> web.Response:
    """A file of a stranger: pictures may be shown in place, the rest is only saved."""
    image = content.mimetype in IMAGES
    where = "inline" if image else "attachment"
    name = quote(content.name, safe="")
    return web.Response(
        body=content.data,
        content_type=content.mimetype if image else "application/octet-stream",
        headers={
            "Content-Disposition": f"{where}; filename*=UTF-8''{name}",
            "Cache-Control": "private, max-age=3600",
        },
    )
