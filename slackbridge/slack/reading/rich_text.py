"""Reads Slack's `rich_text` blocks as plain text; of an unknown type its texts are read.

Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from slackbridge.slack.reading.mrkdwn import Names, channel, decoded, labelled, pictured, user

Json = Mapping[str, Any]
Blocks = Sequence[Json] | None
Rule = Callable[[Json, Names], str]

_POINTS = re.compile(r"[0-9a-fA-F]{1,5}(?:-[0-9a-fA-F]{1,5})*")


def read(blocks: Blocks, names: Names) -> str:
    """All that the blocks say, '' if nothing."""
    parts = (_block(block, names) for block in _maps(blocks))
    return "\n".join(part for part in parts if part)


def leaves(blocks: Blocks) -> Iterator[Json]:
    """The elements without children, in reading order."""
    todo = list(reversed(_maps(blocks)))
    while todo:
        here = todo.pop()
        if "elements" in here:
            todo += reversed(_maps(here["elements"]))
        else:
            yield here


def _block(block: Json, names: Names) -> str:
    if block.get("type") != "rich_text":
        return _words(block, names)
    drawn = (_drawn(element, names) for element in _maps(block.get("elements")))
    return "\n".join(text.removesuffix("\n") for text in drawn)


def _drawn(element: Json, names: Names) -> str:
    match element.get("type"):
        case "rich_text_section" | "rich_text_preformatted":
            return _inline(element, names)
        case "rich_text_quote":
            return "> " + _inline(element, names).removesuffix("\n").replace("\n", "\n> ")
        case "rich_text_list":
            return "\n".join(_items(element, names))
    return _leaf(element, names)


def _items(element: Json, names: Names) -> Iterator[str]:
    indent = "  " * min(_number(element, "indent"), 8)
    for number, item in enumerate(_maps(element.get("elements")), _number(element, "offset") + 1):
        bullet = indent + (f"{number}. " if element.get("style") == "ordered" else "- ")
        yield bullet + _drawn(item, names).replace("\n", "\n" + " " * len(bullet))


def _inline(element: Json, names: Names) -> str:
    return "".join(_leaf(leaf, names) for leaf in _maps(element.get("elements")))


def _leaf(leaf: Json, names: Names) -> str:
    rule: Rule = _LEAVES.get(_string(leaf, "type"), _words)
    return rule(leaf, names)


def _text(leaf: Json, _: Names) -> str:
    """Bold and italic are dropped; struck text is marked, because it must not read as valid."""
    text, style = _string(leaf, "text"), leaf.get("style")
    struck = isinstance(style, Mapping) and style.get("strike") and text.strip()
    return f"~{text}~" if struck else text


def _emoji(leaf: Json, _: Names) -> str:
    """`unicode` holds hexadecimal code points; a custom emoji has none."""
    points = _string(leaf, "unicode")
    if _POINTS.fullmatch(points):
        return "".join(chr(int(point, 16)) for point in points.split("-"))
    return pictured(_string(leaf, "name"), str(_number(leaf, "skin_tone")))


_LEAVES: dict[str, Rule] = {
    "text": _text,
    "emoji": _emoji,
    "link": lambda leaf, _: labelled(_string(leaf, "url"), _string(leaf, "text")),
    "user": lambda leaf, names: user(_string(leaf, "user_id"), names),
    "channel": lambda leaf, names: channel(_string(leaf, "channel_id"), names),
    "usergroup": lambda _, __: "@team",
    "broadcast": lambda leaf, _: "@" + (_string(leaf, "range") or "here"),
    "date": lambda leaf, _: _string(leaf, "fallback") or "(date)",
    "color": lambda leaf, _: _string(leaf, "value"),
}


def _words(unknown: Any, names: Names) -> str:
    """The texts in something of unknown type, in order."""
    found: list[str] = []
    todo: list[Any] = [unknown]
    while todo:
        here = todo.pop()
        if isinstance(here, Mapping):
            text = _string(here, "text") or _string(here, "fallback")
            found.append(decoded(text, names) if here.get("type") == "mrkdwn" else text)
            todo += reversed(list(here.values()))
        elif isinstance(here, list):
            todo += reversed(here)
    return " ".join(text for text in found if text)


def _maps(value: Any) -> list[Json]:
    """The objects in a list; [] for anything else."""
    items = value if isinstance(value, list | tuple) else []
    return [item for item in items if isinstance(item, Mapping)]


def _string(value: Json, key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _number(value: Json, key: str) -> int:
    found = value.get(key)
    return max(0, found) if isinstance(found, int) else 0
