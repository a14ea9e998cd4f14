"""The cursor of a walk over numbered pages, whose rows shift while tickets come, go and move. Pure.

A walk of several pages goes to the last one and back again: what slips over the edge of a page on
the way on is met on the way back. If the way back shows each page as the way on did, nothing moved
and the walk was exact, since each page was read before and after all that are behind it. Else it
goes on and back once more, at most ROUNDS times: a ticket is then left out only if it slipped over
an edge, just before the page behind was read, every single time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

ROUNDS = 4
LONG = 30  # pages; a walk over more is made once, as they change all the time


@dataclass(frozen=True, slots=True)
class NumberedWalk:
    """The page to read next, counted from 1. `size` is how many rows the page before had.

    `prints` are those of the pages of the way on, in order.
    """

    page: int = 1
    back: bool = False
    round: int = 1
    moved: bool = False
    size: int = 0
    prints: tuple[str, ...] = ()

    @classmethod
    def of(cls, cursor: str) -> NumberedWalk:
        """Read a cursor; '' is the beginning."""
        if not cursor:
            return cls()
        page, back, round, moved, size, *prints = cursor.split(".")
        return cls(int(page), back == "1", int(round), moved == "1", int(size), tuple(prints))

    @property
    def cursor(self) -> str:
        numbers = (self.page, int(self.back), self.round, int(self.moved), self.size)
        return ".".join([*map(str, numbers), *self.prints])

    def repeats(self, ids: Sequence[str]) -> bool:
        """Whether this is the page before once more: page numbers are ignored."""
        return not self.back and bool(ids) and self.prints[-1:] == (_print(ids),)

    def after(self, ids: Sequence[str], more: bool) -> str:
        """The cursor behind the page that was read here; '' at the end."""
        if self.back:
            return self._on_the_way_back(ids)
        prints = (*self.prints, _print(ids))
        if more:
            return replace(self, page=self.page + 1, size=len(ids), prints=prints).cursor
        return replace(self, page=self.page - 1, back=True, prints=prints).cursor * (self.page > 1)

    def _on_the_way_back(self, ids: Sequence[str]) -> str:
        now = _print(ids)
        moved = self.moved or now != self.prints[self.page - 1]
        if self.page > 1:
            return replace(self, page=self.page - 1, moved=moved).cursor
        if not moved or self.round >= ROUNDS or len(self.prints) > LONG:
            return ""
        return NumberedWalk(2, round=self.round + 1, size=len(ids), prints=(now,)).cursor


def _print(ids: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(ids).encode("utf-8", "replace")).hexdigest()[:8]
