"""How much of Slack's room for one message a document takes, as an upper bound. Pure.

Slack counts the blocks of a message, not only its text: each block, list item and run of text has
its price, and `&`, `<` and `>` count escaped (bolt-js issues 2509 and 2867; the exact rule is not
published). The measure here is the number of characters of compact JSON with escaped text, as
`slack/blocks/rich_text.py` draws it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from slackbridge.text.document import (
    Block,
    Document,
    Listing,
    Paragraph,
    Preformatted,
    Span,
    by_link,
    split,
)

OUTER = 150  # the block around it all, or what is drawn of an empty message
BLOCK = 110  # a section, quote or list
ITEM = 50
RUN = 26  # one text or link, without its text
GAP = RUN + 4  # between paragraphs, which are drawn as one
STYLE, FLAG = 11, 14  # an object of styles, and each in it
SLICE = 3_000  # a longer run becomes several

_COSTS = {ord("&"): "12345", ord("<"): "1234", ord(">"): "1234"}
_COSTS |= dict.fromkeys(map(ord, '"\\\n\r\t'), "12")


def weight(document: Document) -> int:
    """Characters of JSON, at most."""
    before = (None, *document.blocks)
    return OUTER + sum(map(_block, before, document.blocks))


def of_text(text: str) -> int:
    """Characters of one string in it."""
    return len(text.translate(_COSTS))


def split_by_weight(document: Document, limit: int, room: int) -> tuple[Document, ...]:
    """`document.split`, with those parts cut again that weigh more than `room`.

    What weighs less is cut exactly as by `split`: how many parts an ordinary message has, and
    where each begins, is remembered of messages of which some parts stand in Slack.
    """
    return tuple(_lighter(document, limit, room))


def _lighter(document: Document, limit: int, room: int) -> Iterator[Document]:
    for part in split(document, limit):
        if weight(part) <= room or limit <= LEAST:
            yield part
        else:
            yield from _lighter(part, max(LEAST, limit // 2), room)


LEAST = 100  # characters of a part; see `split`


def _block(before: Block | None, block: Block) -> int:
    match block:
        case Paragraph(spans) if isinstance(before, Paragraph):
            return GAP + _runs(spans)
        case Preformatted(text):
            return BLOCK + _runs((Span(text),))
        case Listing(items):
            return BLOCK + sum(ITEM + max(RUN, _runs(item)) for item in items)
    return BLOCK + _runs(block.spans)


def _runs(spans: Iterable[Span]) -> int:
    total = 0
    for label, address in by_link(spans):
        link = label[0].link
        total += sum(map(_run, label)) if address or not link else 0
        if link:  # the address, in brackets after another label
            total += RUN + of_text(link) + (2 * RUN + 4 if address else 0)
    return total


def _run(span: Span) -> int:
    flags = sum((span.bold, span.italic, span.strike, span.code))
    slices = 1 + len(span.text) // SLICE
    return of_text(span.text) + slices * (RUN + (STYLE + FLAG * flags if flags else 0))
