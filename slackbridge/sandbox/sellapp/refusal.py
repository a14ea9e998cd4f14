"""The server's errors: HTTP statuses with the three formats of body that clients report."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from slackbridge.sandbox.refusal import BaseRefusal

BLOCKED = """<!DOCTYPE html><html><head><title>Access denied | Cloudflare</title></head><body>
<h1>Error 1020</h1><p>Access denied. What happened? This website is using a security service.</p>
</body></html>"""


class Refusal(BaseRefusal):
    """`errors` maps fields to messages."""

    def __init__(self, status: int, message: str, errors: dict[str, list[str]] | None = None):
        super().__init__(message)
        self.status = status
        self.errors = errors or {}
        self.headers: dict[str, str] = {}

    def response(self, form: str = "laravel") -> web.Response:
        """The answer in one of the formats of `Switches.error_form`."""
        return web.Response(
            status=self.status,
            text=json.dumps(self._body(form), ensure_ascii=False),
            content_type="application/json",
            headers=self.headers,
        )

    def _body(self, form: str) -> dict[str, Any]:
        match form:
            case "sdk":
                param = next(iter(self.errors), None)
                return {"message": self.message, "type": "invalid_request", "param": param}
            case "oauth":
                return {"error": "invalid_request", "error_description": self.message}
        return {"message": self.message, **({"errors": self.errors} if self.errors else {})}


class Page(Refusal):
    """A page of HTML instead of an answer."""

    def __init__(self, status: int, html: str, headers: dict[str, str] | None = None):
        super().__init__(status, html)
        self.headers = headers or {}

    def response(self, form: str = "laravel") -> web.Response:
        return web.Response(
            status=self.status, text=self.message, content_type="text/html", headers=self.headers
        )


def unreadable(message: str) -> Refusal:
    """422 that names no field."""
    return Refusal(422, message)


def invalid(field: str, message: str) -> Refusal:
    """422, naming the field."""
    return Refusal(422, message, {field: [message]})


def not_found(what: str) -> Refusal:
    return Refusal(404, f"No query results for model [{what}].")
