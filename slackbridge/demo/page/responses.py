"""JSON responses: `{"ok": true, "result": …}`, or a Problem as `{"ok": false, "error": …}`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from slackbridge.sandbox.refusal import BaseRefusal

Answering = Callable[[web.Request], Awaitable[Any]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Problem(Exception):
    """`status` is 4xx; the sentence is shown to the visitor unchanged."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def unknown(what: str) -> Problem:
    """404: `There is no {what}.`"""
    return Problem(f"There is no {what}.", 404)


def json_handler(handler: Answering) -> Handler:
    """Wrap a handler that returns a JSON value or a response, or raises Problem."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            result = await handler(request)
        except Problem as problem:
            return failure(problem.status, problem.sentence)
        except BaseRefusal as refusal:
            return failure(400, refusal.message)
        if isinstance(result, web.StreamResponse):
            return result
        return web.json_response({"ok": True, "result": result})

    return answer


def failure(status: int, sentence: str) -> web.Response:
    return web.json_response({"ok": False, "error": sentence}, status=status)
