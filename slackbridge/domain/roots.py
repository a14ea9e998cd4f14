"""A page of a channel's history, as catching up reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reading goes on: Slack's cursor, and the ts of the last row that was read.

    Both are '' at the beginning. Slack forgets cursors; the ts leads to the same rows.
    """

    cursor: str = ""
    ts: str = ""


BEGINNING = Place()


@dataclass(frozen=True, slots=True)
class RootsPage:
    """One call's worth: of `rows` rows those with replies, as (root ts, time of the last reply).

    The time is Unix seconds, infinite where Slack does not tell it. `next` None = no more rows.
    """

    threads: tuple[tuple[str, float], ...]
    rows: int
    next: Place | None
