"""When to try again. Pure."""

from __future__ import annotations


def backoff(tries: int, first: float, most: float) -> float:
    """Seconds until the next try: doubling from `first` up to `most`."""
    return float(min(most, first * 2 ** min(max(tries - 1, 0), 16)))
