"""The slash commands and shortcuts in the app manifest.

A line parser suffices because the lists are flat; a test compares it with a YAML parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from slackbridge.slack.manifest import manifest_text

ITEM = re.compile(r"^(?P<indent> *)(?P<dash>- )?(?P<name>\w+): *(?P<value>.*?) *$")
Row = dict[str, str]


def commands() -> list[Row]:
    """`{command, description, usage}` of each."""
    return [
        {
            "command": row.get("command", ""),
            "description": row.get("description", ""),
            "usage": row.get("usage_hint", ""),
        }
        for row in _rows("slash_commands")
    ]


def shortcuts() -> list[Row]:
    """`{type, callback_id, name}` of each."""
    return [
        {name: row.get(name, "") for name in ("type", "callback_id", "name")}
        for row in _rows("shortcuts")
    ]


def _rows(section: str) -> list[Row]:
    rows: list[Row] = []
    for dash, name, value in _items(section):
        if dash:
            rows.append({})
        rows[-1][name] = value
    return rows


def _items(section: str) -> Iterator[tuple[bool, str, str]]:
    """A section's lines: whether the line starts an item, name and value."""
    depth = -1
    for line in manifest_text().splitlines():
        found = ITEM.match(line)
        if found is None:
            continue
        indent = len(found["indent"])
        if depth >= 0 and indent <= depth and not found["dash"]:
            return
        if depth >= 0:
            yield bool(found["dash"]), found["name"], _unquoted(found["value"])
        elif found["name"] == section:
            depth = indent


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
