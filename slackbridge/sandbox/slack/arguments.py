"""Reads the arguments of a Web API call from the query, a form or a JSON body.

These may be mixed; JSON values may be given as strings, numbers and booleans as text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from slackbridge.sandbox.slack.errors import ApiError, invalid
from slackbridge.sandbox.slack.shapes import Json

_JSON = {
    "blocks": "invalid_blocks_format",
    "attachments": "invalid_attachments",
    "metadata": "invalid_metadata_format",
    "view": "invalid_arguments",
}
_TRUE, _FALSE = frozenset({"true", "1"}), frozenset({"false", "0", ""})


async def raw_arguments(request: web.Request) -> Json:
    """All arguments as sent; a JSON body wins over the query. Raises ApiError."""
    found: Json = dict(request.query)
    if request.method != "POST":
        return found
    if request.content_type == "application/json":
        return found | _json_body(await request.text())
    if request.content_type in _FORMS:
        return found | dict(await request.post())
    if await request.read():
        raise ApiError("invalid_form_data")
    return found


_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def _json_body(text: str) -> Json:
    try:
        body = json.loads(text or "{}")
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return body


class Arguments:
    """Typed access to the arguments of one call. Null counts as not given."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = {key: value for key, value in raw.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self._raw

    def but(self, **changes: Any) -> Arguments:
        """The same call with other arguments; None leaves one out."""
        return Arguments({**self._raw, **changes})

    def require(self, names: tuple[str, ...]) -> None:
        """Raise `invalid_arguments` naming what is missing or empty."""
        missing = [name for name in names if self._raw.get(name) in (None, "")]
        if missing:
            reasons = [f"missing required field: {name}" for name in missing]
            raise invalid("invalid_arguments", *reasons)

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers are taken as their text."""
        value = self._raw.get(name, default)
        if isinstance(value, dict | list | bool):
            raise invalid("invalid_arguments", f"must be a string [json-pointer:/{name}]")
        return str(value)

    def given(self, name: str) -> str | None:
        """A string that is not empty, or None."""
        return self.text(name) or None

    def flag(self, name: str, *, default: bool = False) -> bool:
        if name not in self._raw:
            return default
        value = str(self._raw[name]).lower()
        if value not in _TRUE | _FALSE:
            raise invalid("invalid_arguments", f"must be a boolean [json-pointer:/{name}]")
        return value in _TRUE

    def integer(self, name: str, default: int) -> int:
        try:
            return int(self.text(name, str(default)) or default)
        except ValueError:
            wrong = f"must be an integer [json-pointer:/{name}]"
            raise invalid("invalid_arguments", wrong) from None

    def json(self, name: str) -> Any:
        """A JSON value, given as such or as its text; None if not given."""
        value = self._raw.get(name)
        if not isinstance(value, str) or not value:
            return value or (None if value == "" else value)
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(_JSON[name]) from None
