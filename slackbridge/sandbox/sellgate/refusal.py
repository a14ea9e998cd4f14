"""Sellgate's errors, in every likely format: which one it uses is not published."""

from __future__ import annotations

import json
from html import escape

from aiohttp import web

from slackbridge.sandbox.refusal import BaseRefusal
from slackbridge.sandbox.sellgate.switches import ErrorForm


class Refusal(BaseRefusal):
    """`code` is the short name that some formats have."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers: dict[str, str] = {}

    def response(self, form: str = ErrorForm.TEXT) -> web.Response:
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
