"""The service's errors: an HTTP status and a short sentence in plain text."""

from __future__ import annotations

from aiohttp import web

from slackbridge.sandbox.declined import Declined


class Refusal(Declined):
    """The service declines a call; nothing was committed."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    def response(self) -> web.Response:
        return web.Response(status=self.status, text=self.message)


def invalid(message: str) -> Refusal:
    """A call the service cannot read."""
    return Refusal(400, message)


def forbidden(message: str = "Access is denied") -> Refusal:
    """A key, role or quota that does not suffice, and whatever does not exist."""
    return Refusal(403, message)
