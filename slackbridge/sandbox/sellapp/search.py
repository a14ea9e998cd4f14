"""`POST /search` with the syntax of Laravel Orion: filters, sort, text.

A field not on the whitelist is refused (422). `and` and `or` combine from left to right, `nested`
groups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from slackbridge.sandbox.sellapp.records import Ticket
from slackbridge.sandbox.sellapp.refusal import invalid
from slackbridge.sandbox.sellapp.switches import Switches
from slackbridge.sandbox.sellapp.wire import moment

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "like": lambda value, wanted: str(wanted).strip("%").casefold() in str(value).casefold(),
    "in": lambda value, wanted: value in wanted,
    "not in": lambda value, wanted: value not in wanted,
}


def search(tickets: Sequence[Ticket], body: Any, switches: Switches) -> list[Ticket]:
    """The matches in order. Raises Refusal (422)."""
    if not isinstance(body, dict):
        raise invalid("filters", "The body must be an object.")
    filters = _objects(body, "filters") if "filters" not in switches.search_ignores else []
    sorts = _objects(body, "sort") if "sort" not in switches.search_ignores else []
    rows = [row for row in tickets if _matches(row, filters, switches)]
    if switches.search_text and isinstance(body.get("search"), dict):
        rows = [row for row in rows if _contains(row, str(body["search"].get("value", "")))]
    for one in reversed(sorts):
        field = _allowed(one, switches.search_sorts, "sort")
        rows.sort(key=lambda row: _value(row, field), reverse=one.get("direction") == "desc")
    return rows


def _objects(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = body.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise invalid(name, f"The {name} must be an array.")
    return found


def _allowed(one: dict[str, Any], fields: set[str], where: str) -> str:
    field = one.get("field")
    if field not in fields:
        raise invalid(f"{where}.0.field", f"The selected {where}.0.field is invalid.")
    return str(field)


def _matches(row: Ticket, filters: list[dict[str, Any]], switches: Switches) -> bool:
    result = True
    for number, one in enumerate(filters):
        holds = _holds(row, one, switches)
        either = one.get("type") == "or" and number > 0
        result = result or holds if either else result and holds
    return result


def _holds(row: Ticket, one: dict[str, Any], switches: Switches) -> bool:
    if "nested" in one:
        return _matches(row, _objects(one, "nested"), switches)
    field = _allowed(one, switches.search_filters, "filters")
    compare = OPERATORS.get(str(one.get("operator")))
    if compare is None:
        raise invalid("filters.0.operator", "The selected filters.0.operator is invalid.")
    return compare(_value(row, field), one.get("value"))


def _value(row: Ticket, field: str) -> Any:
    value = getattr(row, field)
    return moment(value, True) if field.endswith("_at") else value


def _contains(row: Ticket, text: str) -> bool:
    sought = text.casefold()
    return any(sought in str(place).casefold() for place in (row.title, row.email, row.order_id))
