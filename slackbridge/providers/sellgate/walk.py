"""The cursor of a walk over Sellgate's numbered pages. Pure.

Rows move during a walk, and their order is not published. When a ticket is closed, the rows behind
it move up: the total shrinks, and the walk steps back as far as they may have moved. A ticket that
changes may move to the front: a walk of several pages ends with the first page again.
"""

from __future__ import annotations

from dataclasses import dataclass

from slackbridge.providers.sellgate.wire import Listing

PAGE = 100  # rows; the most that Sellgate gives
MOST = 1_000  # pages; beyond, the server is taken to repeat itself


@dataclass(frozen=True, slots=True)
class PageCursor:
    """The page to read next; `total` is what the one before counted, `step` counts pages read."""

    page: int = 1
    total: int = 0
    step: int = 0
    last: bool = False

    @classmethod
    def of(cls, cursor: str) -> PageCursor:
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
            return PageCursor(back, total, step).cursor
        if self.last or not listing.ends(self.page, PAGE):
            return "" if self.last else PageCursor(self.page + 1, total, step).cursor
        return PageCursor(1, total, step, last=True).cursor if step > 1 else ""
