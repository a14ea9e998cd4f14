"""What a driver posts, as refurbed's verbs want it: attachments and authors are more than JSON."""

from __future__ import annotations

from typing import Any

from slackbridge.sandbox.refurbed.reading import data, many, message, text
from slackbridge.sandbox.refurbed.records import Author

Json = dict[str, Any]

_UPLOADS = many(message({"filename": text, "data": data}, required=("filename", "data")))
_AUTHOR = message({"sender": text, "name": text, "email": text}, required=("sender", "name"))


def prepared(given: Json) -> Json:
    """Attachments come as `{"filename", "data": base64}`. Raises Refusal (INVALID_ARGUMENT)."""
    arguments = dict(given)
    if "attachments" in given:
        files = _UPLOADS(given["attachments"], "attachments")
        arguments["attachments"] = [(file["filename"], file["data"]) for file in files]
    if "author" in given:
        arguments["author"] = Author(**_AUTHOR(given["author"], "author"))
    return arguments
