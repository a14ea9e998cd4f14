"""Where a walk over Sellgate's pages stands. Pure; the list has page numbers and no other cursor.

Rows move while a walk goes on, and in which order they come is not published. A ticket that is
closed takes its row away and all rows behind it move up: the total tells, and the walk steps back
as far as they may have moved. One that changes may jump to the front: a walk of several pages ends
with the first one.
"""

from __future__ import annotations

from dataclasses import dataclass

from slackbridge.providers.sellgate_wire import Listing

PAGE = 100  # rows; the most that Sellgate gives
MOST = 1_000  # pages; a server that never ends has lost count


@dataclass(frozen=True, slots=True)
class Place:
    """The page to read next; `total` is what the one before counted, `step` counts pages read."""

    page: int = 1
    total: int = 0
    step: int = 0
    last: bool = False

    @classmethod
    def of(cls, cursor: str) -> Place:
        """Read a cursor; '' is the beginning."""
        if not cursor:
            return cls()
        page, total, step, last = map(int, cursor.split("."))
        return cls(page, total, step, bool(last))

    @property
    def cursor(self) -> str:
        return f"{self.page}.{self.total}.{self.step}.{int(self.last)}"

    @property
    def endless(self) -> bool:
        return self.step >= MOST

    def after(self, listing: Listing) -> str:
        """The cursor behind `listing`, which was read here; '' at the end."""
        total, step = listing.meta.total or 0, self.step + 1
        if self.page > 1 and (lost := self.total - total) > 0 and not self.last:
            back = max(1, self.page - 1 - (lost - 1) // listing.limit(PAGE))
            return Place(back, total, step).cursor
        if self.last or not listing.ends(self.page, PAGE):
            return "" if self.last else Place(self.page + 1, total, step).cursor
        return Place(1, total, step, last=True).cursor if step > 1 else ""
