"""Whether a read of a ticket is as new as what the marketplace's list has shown. Pure.

A list and a read may come from different replicas. A read that is older than the list must not
count as what the list saw, or what it lacks is never shown.
"""

from __future__ import annotations

from enum import Enum, auto


class Freshness(Enum):
    """A read, compared with the list."""

    FRESH = auto()
    OLDER = auto()  # certainly from before what the list saw
    DIFFERS = auto()  # of the same time, or of no known time, but another revision


def freshness(read: str, listed: str | None) -> Freshness:
    """Compare the revision that was read with the one listed last (None = it is not listed)."""
    if listed is None or read == listed:
        return Freshness.FRESH
    ours, theirs = _changed_at(read), _changed_at(listed)
    if ours is None or theirs is None or ours == theirs:
        return Freshness.DIFFERS
    return Freshness.FRESH if ours > theirs else Freshness.OLDER


def _changed_at(revision: str) -> int | None:
    """The time in a revision made by `domain.model.fingerprint`, in ms; None if it holds none."""
    at, dot, _ = revision.partition(".")
    return int(at) if dot and at.isascii() and at.removeprefix("-").isdigit() else None
