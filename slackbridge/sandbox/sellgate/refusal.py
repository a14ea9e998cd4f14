"""Sellgate declines a call. What its errors look like is not published: every likely form."""

from __future__ import annotations

import json
from html import escape

from aiohttp import web

from slackbridge.sandbox.declined import Declined
from slackbridge.sandbox.sellgate.switches import ErrorForm


class Refusal(Declined):
    """Nothing was committed. `code` is the short name some forms carry."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers: dict[str, str] = {}

    def response(self, form: str = ErrorForm.TEXT) -> web.Response:
        """The answer, in one of the forms."""
        if form == ErrorForm.HTML:
            page = f"<html><title>{self.status}</title><h1>{escape(self.message)}</h1></html>"
            return self._answer(page, "text/html")
        bodies: dict[str, object] = {
            ErrorForm.TEXT: {"error": self.message},
            ErrorForm.OBJECT: {"error": {"message": self.message, "code": self.code}},
            ErrorForm.MESSAGE: {"message": self.message},
        }
        return self._answer(json.dumps(bodies[form]), "application/json")

    def _answer(self, text: str, content_type: str) -> web.Response:
        return web.Response(
            status=self.status, text=text, content_type=content_type, headers=self.headers
        )


def invalid(message: str) -> Refusal:
    return Refusal(400, "invalid_request", message)


def not_found(ticket_id: str) -> Refusal:
    return Refusal(404, "not_found", f"Ticket {ticket_id} not found")


def unauthorized() -> Refusal:
    return Refusal(401, "unauthorized", "Invalid API key")


def too_many() -> Refusal:
    return Refusal(429, "rate_limited", "Too many requests")
