"""Composable rules that check JSON as Slack does.

A rule checks one value and adds its problems to a list, in Slack's words and with a JSON pointer:
`must be less than 76 characters [json-pointer:/blocks/0/text/text]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

Problems = list[str]
Rule = Callable[[object, str, Problems], None]


def report(problems: Problems, message: str, at: str) -> None:
    """Add one problem with a pointer to its value."""
    problems.append(f"{message} [json-pointer:{at}]")


def anything(value: object, at: str, problems: Problems) -> None:
    """Accept any value."""


def boolean(value: object, at: str, problems: Problems) -> None:
    if not isinstance(value, bool):
        report(problems, "must be a boolean", at)


def string(high: int, low: int = 1) -> Rule:
    """A string of `low` to `high` characters."""

    def check(value: object, at: str, problems: Problems) -> None:
        if not isinstance(value, str):
            report(problems, "must be a string", at)
        elif len(value) > high:
            report(problems, f"must be less than {high + 1} characters", at)
        elif len(value) < low:
            report(problems, f"must be more than {low - 1} characters", at)

    return check


def matching(pattern: str, wanted: str) -> Rule:
    """A string of a given form."""

    def check(value: object, at: str, problems: Problems) -> None:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            report(problems, f"must be {wanted}", at)

    return check


def integer(low: int, high: int) -> Rule:
    """A whole number, or a string of one, within bounds."""

    def check(value: object, at: str, problems: Problems) -> None:
        if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
            report(problems, "must be an integer", at)
        elif not low <= int(str(value)) <= high:
            report(problems, f"must be between {low} and {high}", at)

    return check


def one_of(*allowed: str) -> Rule:
    """One of the given strings."""

    def check(value: object, at: str, problems: Problems) -> None:
        if value not in allowed:
            report(problems, f"must be one of: {', '.join(allowed)}", at)

    return check


def array(item: Rule, high: int, low: int = 1) -> Rule:
    """A list of `low` to `high` items."""

    def check(value: object, at: str, problems: Problems) -> None:
        if not isinstance(value, list):
            report(problems, "must be an array", at)
            return
        if len(value) > high:
            report(problems, f"no more than {high} items allowed", at)
        if len(value) < low:
            report(problems, f"no fewer than {low} items allowed", at)
        for index, each in enumerate(value):
            item(each, f"{at}/{index}", problems)

    return check


def shape(
    required: Mapping[str, Rule],
    optional: Mapping[str, Rule] | None = None,
    *,
    extra: bool = False,
    one_needed: tuple[str, ...] = (),
) -> Rule:
    """An object with these fields; others are refused unless `extra`.

    Of the fields in `one_needed` at least one must be there. `type` is always allowed.
    """
    fields = {**required, **(optional or {})}

    def check(value: object, at: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            report(problems, "must be an object", at)
            return
        for name in required:
            if name not in value:
                report(problems, f"missing required field: {name}", at)
        if one_needed and not any(name in value for name in one_needed):
            report(problems, f"one of these fields is required: {', '.join(one_needed)}", at)
        for name, each in value.items():
            if name in fields:
                fields[name](each, f"{at}/{name}", problems)
            elif name != "type" and not extra:
                report(problems, f"invalid additional property: {name}", at)

    return check


def variant(table: Mapping[str, Rule], names: Iterable[str] | None = None) -> Rule:
    """An object whose `type` picks its rule from the table, if among `names`."""
    allowed = None if names is None else frozenset(names)

    def check(value: object, at: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            report(problems, "must be an object", at)
            return
        kind = value.get("type")
        if kind is None:
            report(problems, "missing required field: type", at)
        elif kind not in table or (allowed is not None and kind not in allowed):
            report(problems, f"unsupported type: {kind}", f"{at}/type")
        else:
            table[kind](value, at, problems)

    return check
