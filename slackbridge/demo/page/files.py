"""Files from customers and Slack users: untrusted bytes, served without letting them run."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from slackbridge.sandbox.slack.files import Shared

IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Types that a browser may show inline; any other file is only offered for download."""


def download(content: Shared) -> web.Response:
    """The response with a file: inline for IMAGES, else as an attachment."""
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
