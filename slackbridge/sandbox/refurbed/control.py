"""Reads the attachments and authors that the control page posts to refurbed's drivers."""

from __future__ import annotations

from typing import Any

from slackbridge.sandbox.refurbed.reading import many, message, text
from slackbridge.sandbox.refurbed.records import Author
from slackbridge.sandbox.refurbed.requests import ATTACHMENT, uploads

Json = dict[str, Any]

_ATTACHMENTS = many(ATTACHMENT)
_AUTHOR = message({"sender": text, "name": text, "email": text}, required=("sender", "name"))


def prepared(given: Json) -> Json:
    """Attachments come as `{"filename", "data": base64}`. Raises Refusal (INVALID_ARGUMENT)."""
    arguments = dict(given)
    if "attachments" in given:
        arguments["attachments"] = uploads(_ATTACHMENTS(given["attachments"], "attachments"))
    if "author" in given:
        arguments["author"] = Author(**_AUTHOR(given["author"], "author"))
    return arguments
