"""What the marketplace does to the HTML a merchant submits, and HTML as plain text.

Customers' HTML is not sanitised: it is served as it came, and a client must not trust it.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

KEPT = frozenset({"p", "br", "b", "i", "ul", "ol", "li", "a"})
DROPPED_WHOLE = frozenset({"script", "style", "head", "title", "template"})
REWRITTEN = {"p": "div", "b": "strong", "i": "em"}
BLOCKS = frozenset({"p", "br", "div", "li", "ul", "ol", "tr", "table", "blockquote"})
SAFE_LINK = re.compile(r"(?i)\s*(https?://|mailto:|tel:)")
SPACE = re.compile(r"[ \t\r\n\f\xa0]+")


class _Parser(HTMLParser):
    """Collects `out`; what is inside an element of DROPPED_WHOLE is muted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._muted = 0


class _Sanitiser(_Parser):
    """Keeps the allowed tags balanced and everything else as text."""

    def __init__(self, rewrite: bool) -> None:
        super().__init__()
        self._open: list[str] = []
        self._rewrite = rewrite

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in DROPPED_WHOLE:
            self._muted += 1
        elif tag in KEPT and not self._muted:
            self.out.append(f"<{self._name(tag)}{_link(tag, attrs)}>")
            if tag != "br":
                self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in DROPPED_WHOLE:
            self._muted = max(0, self._muted - 1)
        elif tag in self._open and not self._muted:
            self._close_down_to(tag)

    def handle_data(self, data: str) -> None:
        if self._muted:
            return
        if self._rewrite:
            self.out.append(escape(SPACE.sub(" ", data), quote=False))
        else:
            self.out.append(escape(data, quote=False).replace("\xa0", "&nbsp;"))

    def result(self) -> str:
        """The clean HTML; call once, after `feed`."""
        self.close()
        while self._open:
            self._close_down_to(self._open[-1])
        return "".join(self.out).strip()

    def _close_down_to(self, tag: str) -> None:
        while self._open:
            closing = self._open.pop()
            self.out.append(f"</{self._name(closing)}>")
            if closing == tag:
                return

    def _name(self, tag: str) -> str:
        return REWRITTEN.get(tag, tag) if self._rewrite else tag


class _Text(_Parser):
    """Collects the text, with a line break at every block."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._muted += tag in DROPPED_WHOLE
        if tag in BLOCKS:
            self.out.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._muted = max(0, self._muted - (tag in DROPPED_WHOLE))
        if tag in BLOCKS:
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._muted:
            self.out.append(SPACE.sub(" ", data))


def sanitised(html: str, *, rewrite: bool = False) -> str:
    """Keep the allowed tags and the links to http, mailto and tel.

    `rewrite` also replaces tags and white space: the markup differs, the text stays the same.
    """
    parser = _Sanitiser(rewrite)
    parser.feed(html)
    return parser.result()


def plain(html: str) -> str:
    """The text of `html`, one line per block."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = (line.strip() for line in "".join(parser.out).splitlines())
    return "\n".join(line for line in lines if line)


def _link(tag: str, attrs: list[tuple[str, str | None]]) -> str:
    href = dict(attrs).get("href") or ""
    return f' href="{escape(href.strip())}"' if tag == "a" and SAFE_LINK.match(href) else ""
