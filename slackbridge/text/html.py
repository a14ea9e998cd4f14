"""HTML from a marketplace as a document, and an agent's plain text as HTML.

Owns which HTML is kept; the result holds no markup. Knows nothing of Slack.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import escape, unescape
from itertools import groupby

from selectolax.lexbor import LexborHTMLParser, LexborNode

from slackbridge.text.clean import clean, safe_link
from slackbridge.text.document import Document, Listing, Preformatted, Quote, Span, from_text
from slackbridge.text.sanitize import has_tags, tamed, words
from slackbridge.text.writer import Gap, ListLevel, Position, Writer

_DROPPED = words("head template xml svg canvas")
_GAPS = dict.fromkeys(
    words("div tr li dt dd caption figcaption summary option legend center body"), Gap.LINE
) | dict.fromkeys(
    words(
        "p h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre table hr figure article section header footer "
        "main aside nav form fieldset address details"
    ),
    Gap.BLOCK,
)
_STYLES: dict[str, Callable[[Span], Span]] = (
    dict.fromkeys(words("b strong h1 h2 h3 h4 h5 h6"), lambda span: replace(span, bold=True))
    | dict.fromkeys(words("i em"), lambda span: replace(span, italic=True))
    | dict.fromkeys(words("s del strike"), lambda span: replace(span, strike=True))
    | dict.fromkeys(words("code tt kbd samp"), lambda span: replace(span, code=True))
)
_HIDDEN = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def parse(html: str) -> Document:
    """`html` as a document. Text without any tag is plain text, in which newlines count.

    Entities are decoded once. Scripts, comments and hidden parts are dropped; a link that is not
    http, https or mailto leaves its text.
    """
    if not has_tags(html):
        return from_text(_ENTITY.sub(lambda match: unescape(match[0]), html))
    writer = Writer()
    _walk(LexborHTMLParser(tamed(html)).root, writer)
    return writer.document()


def from_plain(text: str) -> str:
    """Plain text as escaped HTML: `<p>` for paragraphs, `<br>` for line breaks, no links."""
    lines = [line.strip() for line in clean(text).split("\n")]
    paragraphs = ["<br>".join(map(escape, group)) for full, group in groupby(lines, bool) if full]
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _walk(root: LexborNode | None, writer: Writer) -> None:
    """Depth first, without recursion; a node without a place is being left."""
    todo: list[tuple[LexborNode, Position | None]] = [(root, Position())] if root else []
    while todo:
        node, place = todo.pop()
        if place is None:
            _leave(node, writer)
        elif inside := _enter(node, place, writer):
            todo.append((node, None))
            child = node.last_child
            while child is not None:
                todo.append((child, inside))
                child = child.prev


def _enter(node: LexborNode, place: Position, writer: Writer) -> Position | None:
    """Write the node itself. Returns the place of its children, None to skip them."""
    if node.is_text_node:
        writer.text(node.text_content or "", place)
        return None
    tag = _tag(node)
    if tag in _DROPPED or not node.is_element_node or _is_hidden(node):
        return None
    writer.gap(_GAPS.get(tag, Gap.NONE))
    if style := _STYLES.get(tag):
        place = place._replace(style=style(place.style))
    rule = _RULES.get(tag)
    return rule(node, place, writer) if rule else place


def _leave(node: LexborNode, writer: Writer) -> None:
    match _tag(node):
        case "tr":
            writer.end_row()
        case "table":
            writer.table()
        case tag:
            writer.gap(_GAPS.get(tag, Gap.NONE))


def _tag(node: LexborNode) -> str:
    return (node.tag or "").removeprefix("x-")


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


# --- the elements with a rule of their own


def _link(node: LexborNode, place: Position, _: Writer) -> Position:
    link = safe_link(node.attributes.get("href") or "")
    return place._replace(style=replace(place.style, link=link)) if link else place


def _image(node: LexborNode, place: Position, writer: Writer) -> None:
    attributes = node.attributes
    alt = " ".join((attributes.get("alt") or "").split())
    if alt or not {attributes.get("width"), attributes.get("height")} & {"0", "1", "0px", "1px"}:
        writer.text(f" [image: {alt}] " if alt else " [image] ", place)


def _rule(_: LexborNode, place: Position, writer: Writer) -> None:
    writer.text("---", place._replace(style=Span("")))
    writer.gap(Gap.BLOCK)


def _line_break(_: LexborNode, __: Position, writer: Writer) -> None:
    writer.line_break()


def _quote(_: LexborNode, place: Position, __: Writer) -> Position:
    return place._replace(kind=Quote, list=None, number=0)


def _pre(_: LexborNode, place: Position, __: Writer) -> Position:
    kind = place.kind if place.kind is Quote else Preformatted
    return place._replace(kind=kind, literal=True)


def _a_list(node: LexborNode, place: Position, _: Writer) -> Position:
    start = node.attributes.get("start") or ""
    number = int(start) if re.fullmatch("[0-9]{1,6}", start) else 1
    indent = place.list.indent + 1 if place.list else 0
    return place._replace(list=ListLevel(node.tag == "ol", indent, number))


def _item(_: LexborNode, place: Position, writer: Writer) -> Position:
    now = place.list or ListLevel(False, 0, 1)
    number = now.number
    now.number += 1
    if place.kind in (Quote, Preformatted):
        writer.text(f"{number}. " if now.ordered else "• ", place._replace(literal=False))
        return place
    return place._replace(kind=Listing, list=now, number=number)


def _table(_: LexborNode, place: Position, writer: Writer) -> Position:
    writer.table()
    return place


def _cell(_: LexborNode, place: Position, writer: Writer) -> Position:
    writer.cell()
    return place


_RULES: dict[str, Callable[[LexborNode, Position, Writer], Position | None]] = {
    "a": _link,
    "img": _image,
    "hr": _rule,
    "br": _line_break,
    "blockquote": _quote,
    "pre": _pre,
    "ul": _a_list,
    "ol": _a_list,
    "li": _item,
    "table": _table,
    "td": _cell,
    "th": _cell,
}
