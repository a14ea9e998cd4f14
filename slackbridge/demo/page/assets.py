"""Serves the files in `static/`, and nothing outside that folder."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from aiohttp import web

from slackbridge.demo.page.security import content_policy

ROOT = Path(__file__).resolve().parent / "static"
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
INLINE = re.compile(
    r"<script\b(?![^>]*\bsrc\s*=)[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE
)


async def index(request: web.Request) -> web.Response:
    """index.html, with a policy that allows its own inline scripts and no others."""
    file = ROOT / "index.html"
    if not file.is_file():
        raise web.HTTPNotFound
    page = file.read_text("utf-8")
    response = _answer(request, page.encode(), "text/html")
    response.headers["Content-Security-Policy"] = content_policy(INLINE.findall(page))
    return response


async def asset(request: web.Request) -> web.Response:
    """A file below `static/`."""
    file = (ROOT / request.match_info["path"]).resolve()
    kind = TYPES.get(file.suffix)
    if kind is None or not file.is_relative_to(ROOT) or not file.is_file():
        raise web.HTTPNotFound
    return _answer(request, file.read_bytes(), kind)


def _answer(request: web.Request, data: bytes, kind: str) -> web.Response:
    """The browser always revalidates; an unchanged file is answered with 304."""
    tag = hashlib.sha256(data).hexdigest()[:20]
    headers = {"Cache-Control": "no-cache", "ETag": f'"{tag}"'}
    if any(each.value == tag for each in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    charset = None if kind.startswith(("image", "font")) else "utf-8"
    return web.Response(body=data, content_type=kind, charset=charset, headers=headers)
