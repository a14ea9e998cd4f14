"""The forms in which SellApp may write who asks and what about. Pure; raises nothing.

The v2 schema has objects, the tickets page "arrays" (PHP's word for both), and an order is named
by `order`, `Order`, `Order model` or `App\\Models\\Order`, alone or among others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

NESTED = 3  # objects within objects, at most
NAMES = ("name", "field", "key", "label")
TYPES = ("type", "reference_type", "referenceType", "model_type", "modelType", "model")
IDS = ("id", "reference_id", "referenceId", "model_id", "modelId", "value")
WRAPPERS = ("data", "reference", "customer")
FILLERS = frozenset({"app", "model", "models", "eloquent"})
WORDS = re.compile(r"[A-Za-z]+")


def customer(value: object) -> dict[str, Any]:
    """`name`, `email` and what else is told, of an object, a list of them or of named values."""
    if isinstance(value, str):
        return {"email" if "@" in value else "name": value}
    found: dict[str, Any] = {}
    for one in _objects(value):
        named = next((one[key] for key in NAMES if isinstance(one.get(key), str)), "")
        pair = {named.lower(): one["value"]} if named and "value" in one else one
        found = {**{key: told for key, told in pair.items() if told not in (None, "")}, **found}
    return found


def references(value: object) -> list[dict[str, Any]]:
    """Each thing that a ticket is about, its `type` in one small word."""
    return [told for one in _objects(value) for told in _references(one, NESTED)]


def _references(one: dict[str, Any], deep: int) -> Iterator[dict[str, Any]]:
    kind, id = _first(one, TYPES), _first(one, IDS)
    if isinstance(kind, dict):
        id = _first(kind, IDS) if id is None else id
        kind = _first(kind, (*TYPES, *NAMES))
    if isinstance(id, dict):
        id = _first(id, IDS)
    if isinstance(kind, str) and kind:
        yield {"type": _word(kind), "id": id}
        return
    for name, inner in one.items() if deep else ():
        if isinstance(inner, dict):
            named = _first(inner, TYPES) is None and _first(inner, IDS) is not None
            yield from _references({**inner, "type": name} if named else inner, deep - 1)
        elif name in ("order", "product") and isinstance(inner, int | str):
            yield {"type": name, "id": inner}


def _objects(value: object, deep: int = NESTED) -> Iterator[dict[str, Any]]:
    """The objects of a value, out of lists and wrappers."""
    if isinstance(value, list) and deep:
        for one in value:
            yield from _objects(one, deep - 1)
    elif isinstance(value, dict):
        inner = next((value[key] for key in WRAPPERS if isinstance(value.get(key), dict)), None)
        if inner is not None and len(value) == 1 and deep:
            yield from _objects(inner, deep - 1)
        else:
            yield value


def _first(one: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((one[name] for name in names if one.get(name) is not None), None)


def _word(kind: str) -> str:
    words = [word.lower() for word in WORDS.findall(kind[:200])]
    return next((word for word in reversed(words) if word not in FILLERS), "")
