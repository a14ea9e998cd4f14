"""What people can use of the app, as its manifest says: slash commands and shortcuts.

It reads the manifest that lies beside the bridge, line by line: the lists in it are flat, and what
is read here is checked against a real parser by a test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from slackbridge import report

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
    """The lines of a section: whether a new item begins, name and value."""
    depth = -1
    for line in report.manifest().splitlines():
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
