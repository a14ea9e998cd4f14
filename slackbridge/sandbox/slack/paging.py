"""Cursor paging as the Web API does it: `limit`, `cursor`, `response_metadata.next_cursor`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from slackbridge.sandbox.slack.arguments import Arguments
from slackbridge.sandbox.slack.errors import ApiError
from slackbridge.sandbox.slack.shapes import Json

T = TypeVar("T")
MAX_LIMIT = 1000


def page(
    items: Sequence[T], arguments: Arguments, default: int, key: Callable[[T], str]
) -> tuple[list[T], str]:
    """One page and the cursor of the next ('' at the end); `default` is the usual page size.

    A cursor names the item that comes next, so items added before it do not shift the pages.
    Raises `invalid_limit` outside 1 to 1000 (0 = the default) and `invalid_cursor`.
    """
    limit = arguments.integer("limit", default) or default
    if not 1 <= limit <= MAX_LIMIT:
        raise ApiError("invalid_limit")
    start = _start(items, arguments.given("cursor"), key)
    shown = list(items[start : start + limit])
    rest = items[start + limit :]
    return shown, _encode(key(rest[0])) if rest else ""


def metadata(cursor: str) -> Json:
    """The `response_metadata` member of an answer."""
    return {"response_metadata": {"next_cursor": cursor}}


def _start(items: Sequence[T], cursor: str | None, key: Callable[[T], str]) -> int:
    if cursor is None:
        return 0
    wanted = _decode(cursor)
    for index, item in enumerate(items):
        if key(item) == wanted:
            return index
    raise ApiError("invalid_cursor")


def _encode(key: str) -> str:
    return base64.b64encode(f"next:{key}".encode()).decode()


def _decode(cursor: str) -> str:
    try:
        kind, _, key = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ApiError("invalid_cursor") from None
    if kind != "next":
        raise ApiError("invalid_cursor")
    return key
