"""Draws a document as Slack's `rich_text` block, whose text is literal: it cannot mention or link.

A link's label never hides its address.
Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from slackbridge.text.chunk import chop
from slackbridge.text.clean import clean, safe_link
from slackbridge.text.document import (
    DEEPEST,
    Block,
    Document,
    Listing,
    Paragraph,
    Preformatted,
    Quote,
    Span,
    Spans,
    by_link,
    plain,
)

Json = dict[str, Any]

LIMIT = 3000  # characters of one text element
EMPTY = "(empty message)"


def blocks(document: Document) -> list[Json]:
    """One `rich_text` block in a list, without the empty texts that Slack refuses."""
    elements: list[Json] = []
    if clean(plain(document)).strip():
        elements = [each for block in _merged(document.blocks) for each in _draw(block)]
    return [{"type": "rich_text", "elements": elements or [_section([Span(EMPTY)])]}]


def _merged(blocks: Iterable[Block]) -> Iterator[Block]:
    """Slack draws sections without a gap, so neighbouring paragraphs share one."""
    prose: list[Span] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            prose += [Span("\n\n"), *block.spans] if prose else block.spans
        else:
            yield Paragraph(tuple(prose))
            prose = []
            yield block
    yield Paragraph(tuple(prose))


def _draw(block: Block) -> list[Json]:
    match block:
        case Paragraph(spans):
            return _holding("section", spans)
        case Quote(spans):
            return _holding("quote", spans)
        case Preformatted(text):
            return _holding("preformatted", (Span(text),))
    return [_listing(block)] if block.items else []


def _holding(kind: str, spans: Spans) -> list[Json]:
    elements = list(_elements(spans))
    return [{"type": f"rich_text_{kind}", "elements": elements}] if elements else []


def _listing(listing: Listing) -> Json:
    drawn: Json = {
        "type": "rich_text_list",
        "style": "ordered" if listing.ordered else "bullet",
        "indent": max(0, min(listing.indent, DEEPEST)),
        "elements": [_section(item) for item in listing.items],
    }
    if listing.ordered and listing.start > 1:
        drawn["offset"] = listing.start - 1
    return drawn


def _section(spans: Iterable[Span]) -> Json:
    elements = list(_elements(spans)) or [{"type": "text", "text": " "}]
    return {"type": "rich_text_section", "elements": elements}


def _elements(spans: Iterable[Span]) -> Iterator[Json]:
    """Texts and links; a link shows its address, after its label where that says another thing."""
    safe = (replace(span, text=clean(span.text), link=safe_link(span.link)) for span in spans)
    for label, address in by_link(safe):
        link = label[0].link
        if address or not link:
            yield from (each for span in label for each in _texts(span))
        if address:
            yield {"type": "text", "text": " ("}
        if link:
            yield {"type": "link", "url": link}
        if address:
            yield {"type": "text", "text": ")"}


def _texts(span: Span) -> Iterator[Json]:
    flags = {"bold": span.bold, "italic": span.italic, "strike": span.strike, "code": span.code}
    style = {name: True for name, on in flags.items() if on}
    for piece in chop(span.text, LIMIT):
        yield {"type": "text", "text": piece} | ({"style": style} if style else {})
