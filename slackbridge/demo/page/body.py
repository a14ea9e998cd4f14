"""Parses and checks the JSON body of a POST; anything invalid raises Problem."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from aiohttp import web

from slackbridge.demo.page.customer import CustomerMessage
from slackbridge.demo.page.responses import Problem
from slackbridge.sandbox.refurbed.files import Upload

DEFAULT_NAME, DEFAULT_EMAIL = "Kim Muster", "kim.muster@example.com"
MAX_TEXT = 20_000
MAX_FILES = 10
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
Json = dict[str, Any]


async def object_of(request: web.Request) -> Json:
    """The body's JSON object; {} for an empty body."""
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        raise Problem("The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Problem("The body must be a JSON object.")
    return body


def text(body: Json, name: str, default: str = "") -> str:
    """A string of at most MAX_TEXT characters."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise Problem(f"{name} must be text.")
    if len(value) > MAX_TEXT:
        raise Problem(f"{name} is longer than {MAX_TEXT:,} characters.")
    return value


def flag(body: Json, name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise Problem(f"{name} must be true or false.")
    return value


def hours(body: Json) -> float:
    """The hours to advance; 24 by default."""
    value = body.get("hours", 24)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Problem("hours must be a number.")
    return float(value)


def customer_message(body: Json) -> CustomerMessage:
    email = text(body, "email").strip() or DEFAULT_EMAIL
    if not EMAIL.fullmatch(email):
        raise Problem(f"{email!r} is no e-mail address.")
    return CustomerMessage(
        text=text(body, "text"),
        html=text(body, "html"),
        files=_uploads(body),
        name=text(body, "name").strip() or DEFAULT_NAME,
        email=email,
        title=text(body, "title"),
    )


def _uploads(body: Json) -> list[Upload]:
    files = body.get("files", [])
    if not isinstance(files, list) or not all(isinstance(file, dict) for file in files):
        raise Problem("files must be a list of objects.")
    if len(files) > MAX_FILES:
        raise Problem(f"At most {MAX_FILES} files at once.")
    return [_upload(file) for file in files]


def _upload(file: Json) -> Upload:
    name = text(file, "name")
    content = file.get("base64")
    if not name or not isinstance(content, str):
        raise Problem("A file needs a name and its content in base64.")
    try:
        return name, base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise Problem(f"The content of {name!r} is not valid base64.") from None
