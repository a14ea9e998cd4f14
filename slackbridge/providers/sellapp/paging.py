"""One page of a list of SellApp's, and whether another follows. Pure; raises nothing.

Source: SellApp's pagination page and SDKs (`meta.current_page`, `meta.last_page`); what else may
be told is what Laravel's paginators tell. A server may give fewer rows than were asked for, so a
short page alone does not end a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BeforeValidator

from slackbridge.providers.lenient import Lenient, blanked

GAPPED = re.compile(r"\d+")  # the keys of a list that PHP writes as an object
MOST = 10_000  # pages; beyond, the server is taken to repeat itself
Shape = TypeVar("Shape", bound=Lenient)


def _figure(value: object) -> object:
    return 0 if isinstance(value, bool) else value  # pydantic takes True for 1


Figure = Annotated[int, BeforeValidator(_figure)]


class Meta(Lenient):
    """Where a page stands; 0 = not told."""

    current_page: Figure = 0
    last_page: Figure = 0
    per_page: Figure = 0
    total: Figure = 0
    to: Figure = 0


@dataclass(frozen=True, slots=True)
class Listed(Generic[Shape]):
    """One page of a list. `more` is whether another follows, None = not told; `obeyed` is whether
    it is the page asked for, and a plausible one.
    """

    rows: tuple[Shape, ...]
    more: bool | None
    obeyed: bool

    def goes_on(self, before: int) -> bool:
        """As `leads_on`, by the number of rows of the page before."""
        told = bool(self.rows) and len(self.rows) >= before
        return told if self.more is None else self.more

    def leads_on(self, before: tuple[Shape, ...] = ()) -> bool:
        """Whether to read another page; `before` are the rows of the page before.

        Where nothing is told, one follows a page that is not shorter than the one before. The same
        rows once more mean that page numbers are ignored.
        """
        if not self.rows or self.rows == before:
            return bool(self.more) and not self.rows
        return len(self.rows) >= len(before) if self.more is None else self.more


def listed(data: object, page: int, limit: int, shape: type[Shape]) -> Listed[Shape] | None:
    """Read a page; None if it is none. A row that is no object becomes one without an id."""
    found = data.get("data") if isinstance(data, dict) else data
    if isinstance(found, dict) and found and all(map(GAPPED.fullmatch, found)):
        found = list(found.values())
    found = blanked(found)
    if found is None:
        return None
    about = data if isinstance(data, dict) else {}
    meta = Meta.of(about.get("meta")) or Meta.of(about) or Meta()
    rows = tuple(row for row in map(shape.of, found) if row is not None)
    behind = 0 < meta.current_page < min(page, meta.last_page or page)
    return Listed(rows, _more(about, meta, page, limit, len(found)), not behind and page <= MOST)


def _more(about: dict[str, Any], meta: Meta, page: int, limit: int, rows: int) -> bool | None:
    """Whether a page follows, by the surest that is told; None = nothing is."""
    if meta.last_page > 0:
        return page < meta.last_page
    links = about.get("links")
    if isinstance(links, dict) and "next" in links:
        return bool(links["next"])
    if "next_page_url" in about:
        return bool(about["next_page_url"])
    if meta.total > 0 and rows and (meta.to or meta.per_page):
        return (meta.to or (page - 1) * meta.per_page + rows) < meta.total
    return rows >= meta.per_page if 0 < meta.per_page < limit else None
