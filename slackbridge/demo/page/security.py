"""Checks of Host, Origin and content type, and the security headers of the page.

The server listens on loopback only. These checks stop other web sites from reaching it through
the visitor's browser (DNS rebinding, cross-site POSTs).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import urlsplit

from aiohttp import web

from slackbridge.demo.page.responses import failure
from slackbridge.sandbox.control import LOOPBACK

MAX_BODY = 32 * 2**20
TOO_LARGE = "That is too much at once: files of 20 MB together are allowed."
OURS = ("/page/", "/sandbox/")
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": f"{NOTHING}; sandbox",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign hosts and origins; answer errors of our own routes in JSON."""
    if reason := _foreign(request):
        return failure(403, reason)
    if not _ours(request):
        return await handler(request)
    if request.method == "POST" and request.content_type != "application/json":
        return failure(403, "A POST needs Content-Type: application/json.")
    try:
        return await handler(request.clone(client_max_size=MAX_BODY))
    except web.HTTPRequestEntityTooLarge:
        return failure(413, TOO_LARGE)
    except web.HTTPException as error:
        return failure(error.status, f"{error.reason}: {request.method} {request.path}")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the security headers that a response of the page does not set itself."""
    if _ours(request) or request.path == "/" or request.path.startswith("/static/"):
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)


def content_policy(inline_scripts: Iterable[str]) -> str:
    """The page's Content-Security-Policy; inline scripts are allowed by their hashes."""
    hashes = "".join(f" '{_hash(script)}'" for script in inline_scripts)
    return (
        f"{NOTHING}; script-src 'self'{hashes}; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'"
    )


def _hash(script: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _ours(request: web.Request) -> bool:
    return request.path.startswith(OURS)


def _foreign(request: web.Request) -> str:
    """Why a request is refused; '' if it is allowed."""
    if not _loopback(f"//{request.headers.get('Host', '')}"):
        return "Only this machine may ask: use http://127.0.0.1 or http://localhost."
    origin = request.headers.get("Origin")
    if origin is not None and not _loopback(origin):
        return "A page of another origin may not use this one."
    return ""


def _loopback(address: str) -> bool:
    try:
        return urlsplit(address).hostname in LOOPBACK
    except ValueError:
        return False
