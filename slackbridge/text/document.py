"""The body of a message, free of HTML and of Slack: a frozen document, read as text, cut in parts.

Pure; knows no markup language. Strings are cleaned in `clean` and cut in `chunk`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from slackbridge.text.chunk import EMPTY_LINES, SPACES, cuts
from slackbridge.text.clean import clean, safe_link, same

DEEPEST = 8  # list levels; Slack draws no more (docs.slack.dev, RichTextList.indent)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style; `link` is an absolute http, https or mailto address or ''."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: str = ""


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; a newline in it is a line break."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Listing:
    """Items of one level of a list; an ordered one counts from `start`."""

    items: tuple[Spans, ...]
    ordered: bool = False
    indent: int = 0
    start: int = 1


@dataclass(frozen=True, slots=True)
class Quote:
    """Quoted text; newlines as in a paragraph."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Preformatted:
    """Text whose spaces matter."""

    text: str


Block = Paragraph | Listing | Quote | Preformatted


@dataclass(frozen=True, slots=True)
class Document:
    """A message body, in reading order."""

    blocks: tuple[Block, ...] = ()


_BARE_LINK = re.compile(r"https?://[^\s<>\"]+")


def linked(text: str) -> Spans:
    """Plain text as spans, with the http addresses in it as links that show themselves."""
    spans: list[Span] = []
    at = 0
    for match in _BARE_LINK.finditer(text):
        address = match[0].rstrip(".,;:!?)]}'*_")
        if safe_link(address) == address:
            spans += [Span(text[at : match.start()]), Span(address, link=address)]
            at = match.start() + len(address)
    spans.append(Span(text[at:]))
    return tuple(span for span in spans if span.text)


def by_link(spans: Iterable[Span]) -> Iterator[tuple[list[Span], str]]:
    """Runs of spans with the same link, each with the text that follows it: ' (address)' or ''."""
    for link, group in groupby((span for span in spans if span.text), lambda span: span.link):
        label = list(group)
        shown = "".join(span.text for span in label)
        yield label, f" ({link})" if link and not same(shown, link) else ""


_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*+\n)++")


def from_text(text: str) -> Document:
    """Plain text as a document: a blank line ends a paragraph, nothing in it is markup."""
    pieces = (piece.strip("\n").rstrip() for piece in _BLANK_LINES.split(clean(text)))
    return Document(tuple(Paragraph(linked(piece)) for piece in pieces if piece))


def plain(document: Document) -> str:
    """The document as readable plain text."""
    out: list[str] = []
    previous: Block | None = None
    for block in document.blocks:
        out += [_gap(previous, block), _shown(block)]
        previous = block
    return "".join(out)


def _gap(before: Block | None, after: Block) -> str:
    if before is None:
        return ""
    return "\n" if isinstance(before, Listing) and isinstance(after, Listing) else "\n\n"


def _shown(block: Block) -> str:
    match block:
        case Preformatted(text):
            return text
        case Paragraph(spans):
            return inline(spans)
        case Quote(spans):
            return "> " + inline(spans).replace("\n", "\n> ")
    return "\n".join(_item(block, number, item) for number, item in enumerate(block.items))


def inline(spans: Iterable[Span]) -> str:
    return "".join(
        "".join(span.text for span in label) + address for label, address in by_link(spans)
    )


def _item(listing: Listing, number: int, spans: Spans) -> str:
    bullet = _bullet(listing, number)
    return bullet + inline(spans).replace("\n", "\n" + " " * len(bullet))


def _bullet(listing: Listing, number: int) -> str:
    mark = f"{listing.start + number}. " if listing.ordered else "- "
    return "  " * min(listing.indent, DEEPEST) + mark


def split(document: Document, limit: int = 3000) -> tuple[Document, ...]:
    """The document in parts, at least one, each at most `limit` characters as `plain` shows it.

    Cut between blocks where possible, else between lines, sentences, words, graphemes. Only white
    space at the cuts is lost. Raises ValueError for a limit < 100.
    """
    if limit < 100:
        raise ValueError(f"a part needs room for 100 characters, not {limit}")
    parts: list[list[Block]] = [[]]
    used = 0
    for piece in (piece for block in document.blocks for piece in _fitted(block, limit)):
        previous = parts[-1][-1] if parts[-1] else None
        size = len(_gap(previous, piece)) + len(_shown(piece))
        if previous and used + size > limit:
            parts.append([])
            used, size = 0, len(_shown(piece))
        parts[-1].append(piece)
        used += size
    return tuple(Document(tuple(part)) for part in parts)


def _fitted(block: Block, limit: int) -> Iterator[Block]:
    if len(_shown(block)) <= limit:
        yield block
        return
    match block:
        case Preformatted(text):
            yield from (Preformatted(text[a:b]) for a, b in cuts(text, limit, 0, EMPTY_LINES))
        case Paragraph(spans):
            yield from map(Paragraph, _pieces(spans, limit, 0))
        case Quote(spans):
            yield from map(Quote, _pieces(spans, limit - 2, 2))
        case _:
            yield from _fitted_list(block, limit)


def _fitted_list(listing: Listing, limit: int) -> Iterator[Block]:
    """Runs of items that fit; the rest of an item that does not fit follows as paragraphs."""
    first, used = 0, 0
    for number, item in enumerate(listing.items):
        size = len(_item(listing, number, item)) + 1
        if used + size > limit + 1:
            if number > first:
                yield _run(listing, first, number)
            first, used = number, 0
        if size > limit + 1:
            indent = len(_bullet(listing, number))
            for at, piece in enumerate(_pieces(item, limit - indent, indent)):
                yield Paragraph(piece) if at else replace(_run(listing, number), items=(piece,))
            first, used = number + 1, 0
        else:
            used += size
    if first < len(listing.items):
        yield _run(listing, first)


def _run(listing: Listing, first: int, end: int | None = None) -> Listing:
    return replace(listing, items=listing.items[first:end], start=listing.start + first)


def _pieces(spans: Spans, budget: int, per_line: int) -> Iterator[Spans]:
    places = list(cuts(inline(spans), budget, per_line, SPACES))
    placed = list(_placed(spans, places))
    begins = [begin for begin, _ in placed]
    for start, end in places:
        near = placed[max(0, bisect_right(begins, start) - 1) : bisect_right(begins, end)]
        slices = (replace(s, text=s.text[max(0, start - a) : max(0, end - a)]) for a, s in near)
        yield tuple(span for span in slices if span.text)


def _placed(spans: Spans, places: list[tuple[int, int]]) -> Iterator[tuple[int, Span]]:
    """The spans with their offset in the shown text; a link that is cut becomes plain text."""
    starts = [start for start, _ in places]
    at = 0
    for label, address in by_link(spans):
        end = at + sum(len(span.text) for span in label) + len(address)
        piece = bisect_right(starts, at) - 1
        if label[0].link and (piece < 0 or end > places[piece][1]):
            label = [replace(span, link="") for span in [*label, Span(address)]]
        for span in label:
            yield at, span
            at += len(span.text)
        at = end
