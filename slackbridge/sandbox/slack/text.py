"""Slack's text encoding: what a person types or an app posts, as the messages then carry it.

Pure functions. Source: Slack's "Formatting text for app surfaces". Only `&`, `<` and `>` are
escaped; `<@U1>`, `<#C1>`, `<!here>` and `<https://host|label>` are control sequences.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from slackbridge.sandbox.slack.shapes import Json

_CONTROL = (
    r"<(?:@[UW][A-Z0-9]+|#[CGD][A-Z0-9]+|![a-z]+[^<>]*|(?:https?://|mailto:|tel:)[^<>\s][^<>]*)>"
)
_BARE_URL = r"https?://[^\s<>|]*[^\s<>|.,;:!?)\]}'\"]"
_PIECES = re.compile(f"({_CONTROL})|({_BARE_URL})")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
_DATE = re.compile(r"!date\^(\d+)\^([^^]+)(?:\^(.+))?")
_TOKEN = re.compile(f"({_CONTROL})|(?<![:\\w]):([a-z][a-z0-9_'-]*|[+-]1):")


def escape(text: str) -> str:
    """Escape the three control characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def typed(text: str) -> str:
    """Text typed by a person, encoded; control sequences the driver gives are kept."""
    return _encode(text, escape)


def posted(text: str) -> str:
    """Text posted by an app: entities are kept, stray control characters escaped, URLs linked."""
    return _encode(text, _escape_again)


def _encode(text: str, encode: Callable[[str], str]) -> str:
    out: list[str] = []
    at = 0
    for match in _PIECES.finditer(text):
        out.append(encode(text[at : match.start()]))
        out.append(match[1] or f"<{encode(match[2])}>")
        at = match.end()
    return "".join([*out, encode(text[at:])])


def _escape_again(text: str) -> str:
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def rich_text(encoded: str, block_id: str) -> list[Json]:
    """The `rich_text` block Slack adds to a message that a person typed."""
    elements: list[Json] = []
    at = 0
    for match in _TOKEN.finditer(encoded):
        _add_text(elements, encoded[at : match.start()])
        elements.append(
            _control(match[1][1:-1]) if match[1] else {"type": "emoji", "name": match[2]}
        )
        at = match.end()
    _add_text(elements, encoded[at:])
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]


def _add_text(elements: list[Json], text: str) -> None:
    if text:
        elements.append({"type": "text", "text": unescape(text)})


def _control(inner: str) -> Json:
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if date := _DATE.fullmatch(unescape(target)):
        return _date(date, unescape(label))
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:].partition("^")[0]}
    link = {"type": "link", "url": unescape(target)}
    return link | ({"text": unescape(label)} if label else {})


def _date(found: re.Match[str], fallback: str) -> Json:
    """Source: docs.slack.dev, "Date element"; a client shows the fallback if it cannot format."""
    date = {"type": "date", "timestamp": int(found[1]), "format": found[2], "fallback": fallback}
    return date | ({"url": found[3]} if found[3] else {})
