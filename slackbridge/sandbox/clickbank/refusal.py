"""The service's errors: an HTTP status and a short sentence in plain text."""

from __future__ import annotations

from aiohttp import web

from slackbridge.sandbox.refusal import BaseRefusal


class Refusal(BaseRefusal):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    def response(self, form: str = "") -> web.Response:
        return web.Response(status=self.status, text=self.message)


def invalid(message: str) -> Refusal:
    return Refusal(400, message)


def forbidden(message: str = "Access is denied") -> Refusal:
    """A key, role or quota that does not suffice, or something that does not exist."""
    return Refusal(403, message)
