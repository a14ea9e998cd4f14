"""Composable readers for JSON requests by the rules of protobuf's JSON mapping.

A reader takes a value and its path and returns the value read, or raises `Refusal`
(INVALID_ARGUMENT) naming the path. Source: the ProtoJSON specification; unknown fields and enum
values are refused, which is the stricter of the two behaviours it allows.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from slackbridge.sandbox.refurbed.refusal import invalid

Reader = Callable[[Any, str], Any]
INTEGER = re.compile(r"-?[0-9]{1,19}")


def text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise invalid(f"{path}: expected a string")
    return value


def flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise invalid(f"{path}: expected true or false")
    return value


def _integer(allowed: range) -> Reader:
    """A number, or digits in a string."""

    def read(value: Any, path: str) -> int:
        if isinstance(value, str) and INTEGER.fullmatch(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
            raise invalid(f"{path}: expected an integer")
        return value

    return read


int64 = _integer(range(-(2**63), 2**63))
uint32 = _integer(range(2**32))


def data(value: Any, path: str) -> bytes:
    """Base64, standard or URL-safe, with or without padding."""
    compact = text(value, path).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except binascii.Error:
        raise invalid(f"{path}: expected base64") from None


def one_of(names: Iterable[str]) -> Reader:
    """The name of an enum value."""
    known = frozenset(str(name) for name in names)

    def read(value: Any, path: str) -> str:
        if not isinstance(value, str) or value not in known:
            raise invalid(f"{path}: unknown value {value!r}")
        return value

    return read


def many(reader: Reader) -> Reader:
    def read(value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise invalid(f"{path}: expected a list")
        return [reader(entry, f"{path}[{index}]") for index, entry in enumerate(value)]

    return read


def message(
    fields: Mapping[str, Reader], *, required: Collection[str] = (), either: Collection[str] = ()
) -> Reader:
    """An object with snake_case or camelCase keys; null is absent; one of `either` at most."""
    names = {_camel(name): name for name in fields} | {name: name for name in fields}

    def read(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise invalid(f"{path or 'request'}: expected an object")
        found: dict[str, Any] = {}
        for key, entry in value.items():
            if key not in names:
                raise invalid(f"unknown field {_below(path, key)!r}")
            if entry is not None:
                name = names[key]
                found[name] = fields[name](entry, _below(path, name))
        _complete(found, path, required, either)
        return found

    return read


def _complete(
    found: Mapping[str, Any], path: str, required: Collection[str], either: Collection[str]
) -> None:
    for name in required:
        if not found.get(name):
            raise invalid(f"{_below(path, name)} is required")
    given = [name for name in either if name in found]
    if len(given) > 1:
        raise invalid(f"{' and '.join(given)} exclude each other")


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
