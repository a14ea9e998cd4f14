"""The order behind a ticket, as an agent reads it: a few labelled facts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: `value` is plain text of the marketplace, `url` (https) makes it a link."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """The facts worth showing, the most useful first; absent ones are left out."""

    facts: tuple[Fact, ...]
