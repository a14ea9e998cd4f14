"""The shape of a JSON value: its keys and the types of its values, without any value.

Of strings only `type` and `subtype` keep their words, which are Slack's own. Keys that are data,
such as block ids, are blanked too. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Shape = Any
"""A name of a type, `type=word`, a list of the distinct shapes of its rows, or a mapping."""

ANY = "*"
WORD = re.compile(r"[a-z][a-z_]{0,39}")
KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
KINDS = ("type", "subtype")
BY_DATA = ("values", "fields")
"""Mappings whose keys are data, two levels deep: a view's or a message's state, a profile."""


def shape(value: Any) -> Shape:
    """The shape of one value."""
    if isinstance(value, Mapping):
        return _merged((_key(name), _member(name, each)) for name, each in value.items())
    if isinstance(value, list | tuple):
        rows = {json.dumps(row, sort_keys=True): row for row in map(shape, value)}
        return [rows[name] for name in sorted(rows)]
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "null" if value is None else "string"


def paths(shape: Shape, at: str = "") -> frozenset[str]:
    """Every member of a shape as `a.b[]: type`."""
    return frozenset(_paths(shape, at))


def _paths(shape: Shape, at: str) -> Iterator[str]:
    if isinstance(shape, Mapping):
        yield f"{at or '.'}: object"
        for name, each in shape.items():
            yield from _paths(each, f"{at}.{name}".removeprefix("."))
    elif isinstance(shape, list):
        yield f"{at}: list"
        for each in shape:
            yield from _paths(each, _row(each, at))
    else:
        yield f"{at}: {shape}"


def _row(shape: Shape, at: str) -> str:
    """Rows of different types are told apart: the blocks of a message."""
    kind = shape.get("type", "") if isinstance(shape, Mapping) else ""
    return f"{at}[{str(kind).removeprefix('type=').removeprefix('string')}]"


def _key(name: object) -> str:
    return str(name) if KEY.fullmatch(str(name)) else ANY


def _member(name: object, value: Any) -> Shape:
    if name in KINDS and isinstance(value, str) and WORD.fullmatch(value):
        return f"{name}={value}"
    if name in BY_DATA and isinstance(value, Mapping):
        inner = (_by_data(each) for each in value.values())
        return _merged((ANY, each) for each in inner)
    return shape(value)


def _by_data(value: Any) -> Shape:
    """The second level of a mapping whose keys are data."""
    if isinstance(value, Mapping) and all(isinstance(each, Mapping) for each in value.values()):
        return _merged((ANY, shape(each)) for each in value.values())
    return shape(value)


def _merged(members: Any) -> dict[str, Shape]:
    """Members of one name, of which only blanked ones can be several, become a list."""
    found: dict[str, list[Shape]] = {}
    for name, each in members:
        rows = found.setdefault(name, [])
        if each not in rows:
            rows.append(each)
    return {name: rows[0] if len(rows) == 1 else rows for name, rows in sorted(found.items())}
