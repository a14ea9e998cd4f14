"""Words and the gaps between them, gathered into the blocks of a document.

Breaks and spaces are held back until a word follows, so none is doubled or left over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple

from slackbridge.text.clean import clean
from slackbridge.text.document import (
    Block,
    Document,
    Listing,
    Paragraph,
    Preformatted,
    Quote,
    Span,
    Spans,
    inline,
)


class Gap(IntEnum):
    """What lies between two words; the greater wins, but a cell or row is not replaced."""

    NONE = 0
    SPACE = 1
    CELL = 2
    ROW = 3
    LINE = 4
    BLOCK = 5


_BETWEEN = {
    Gap.NONE: "",
    Gap.SPACE: " ",
    Gap.CELL: " | ",
    Gap.ROW: "\n",
    Gap.LINE: "\n",
    Gap.BLOCK: "\n",
}


@dataclass(slots=True, eq=False)
class ListLevel:
    ordered: bool
    indent: int
    number: int


class Position(NamedTuple):
    """The position of a word: its style, and the block or list item it belongs to."""

    style: Span = Span("")
    kind: type[Block] = Paragraph
    literal: bool = False
    list: ListLevel | None = None
    number: int = 0

    @property
    def block(self) -> tuple[object, ...]:
        """Equal for words that belong together."""
        return (self.kind, self.list, self.number) if self.kind is Listing else (self.kind,)


class Writer:
    """Gathers words into blocks."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._runs: list[tuple[Span, list[str]]] = []
        self._place = Position()
        self._gap = Gap.NONE
        self._row = False
        self._items: list[Spans] = []
        self._listed = Position()

    def gap(self, gap: Gap) -> None:
        """At least this gap before the next word."""
        if self._gap not in (Gap.CELL, Gap.ROW):
            self._gap = max(self._gap, gap)

    def line_break(self) -> None:
        self.gap(Gap.BLOCK if self._gap >= Gap.LINE else Gap.LINE)

    def table(self) -> None:
        """A table begins or ends: no row is open."""
        self._gap = Gap.BLOCK
        self._row = False

    def end_row(self) -> None:
        """A row ends; paragraphs at the edge of a cell do not add a gap between rows."""
        if self._row:
            self._gap = Gap.ROW
        self._row = False

    def cell(self) -> None:
        if self._row:
            self._gap = Gap.CELL

    def text(self, text: str, place: Position) -> None:
        """Add a text node of the HTML."""
        if place.literal:
            self._write(text, place)
            return
        text = clean(text)
        words = text.split()
        if text[:1].isspace():
            self.gap(Gap.SPACE)
        if words:
            self._write(" ".join(words), place)
            if text[-1].isspace():
                self.gap(Gap.SPACE)

    def document(self) -> Document:
        self._flush()
        self._close_list()
        return Document(tuple(self._blocks))

    def _write(self, text: str, place: Position) -> None:
        if place.block != self._place.block or (self._gap == Gap.BLOCK and place.kind is Paragraph):
            self._flush()
        self._place = place
        if self._runs and self._gap:
            last = self._runs[-1][0]
            between = "\n\n" if place.kind is Quote and self._gap == Gap.BLOCK else ""
            style = Span("", link=last.link if last.link == place.style.link else "")
            self._add(last if last == place.style else style, between or _BETWEEN[self._gap])
        self._add(place.style, text)
        self._gap = Gap.NONE
        self._row = True

    def _add(self, style: Span, text: str) -> None:
        if not self._runs or self._runs[-1][0] != style:
            self._runs.append((style, []))
        self._runs[-1][1].append(text)

    def _flush(self) -> None:
        runs = (replace(style, text=clean("".join(parts))) for style, parts in self._runs)
        spans = tuple(span for span in runs if span.text)
        self._runs = []
        if not spans:
            return
        if self._place.kind is Listing:
            self._list(spans)
            return
        self._close_list()
        if self._place.kind is Preformatted:
            self._blocks.append(Preformatted(inline(spans).strip("\n").rstrip()))
        else:
            self._blocks.append(Quote(spans) if self._place.kind is Quote else Paragraph(spans))

    def _list(self, spans: Spans) -> None:
        expected = self._listed.number + len(self._items)
        if self._place.list is not self._listed.list or self._place.number != expected:
            self._close_list()
            self._listed = self._place
        self._items.append(spans)

    def _close_list(self) -> None:
        if self._items and (now := self._listed.list):
            start = self._listed.number
            self._blocks.append(Listing(tuple(self._items), now.ordered, now.indent, start))
        self._items, self._listed = [], Position()
