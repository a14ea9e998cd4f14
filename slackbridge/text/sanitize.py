"""HTML made cheap to parse: bounded in depth, without the elements that a parser reopens.

HTML's own rules make parsing quadratic, or worse, in nesting and in unclosed `<b>`, `<font>`, ...
(WHATWG HTML 13.2.4.3, "reconstruct the active formatting elements"); one hostile mail could block
the bridge for minutes. Also tells whether a text is HTML at all.
"""

from __future__ import annotations

import re

from slackbridge.text.clean import SURROGATE

DEEPEST = 200


def words(names: str) -> frozenset[str]:
    """The words in `names`, as a set."""
    return frozenset(names.split())


FORMATTING = words("a b big code em font i nobr s small strike strong tt u textarea xmp")
_VOID = words("area base br col embed hr img input link meta param source track wbr")
_RAW = words("iframe noembed noframes script style title")
_CLOSES_ITSELF = words("dd dt li option p td th tr")
_OTHERS = words(
    "abbr acronym address applet article aside audio bdi bdo blockquote body button canvas caption "
    "center cite colgroup data datalist del details dfn dialog dir div dl fieldset figcaption "
    "figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup html ins kbd label "
    "legend main map mark marquee menu meter nav noscript object ol optgroup output picture pre "
    "progress q rp rt ruby samp search section select slot span sub summary sup svg table tbody "
    "template tfoot thead time ul var video xml"
)
KNOWN = FORMATTING | _VOID | _RAW | _CLOSES_ITSELF | _OTHERS
_NAMES = "|".join(sorted(KNOWN))
_HTML = re.compile(rf"(?i)</?(?:{_NAMES})(?:\s[^<>]*)?/?>|<!--|<!doctype")
_ATTRIBUTE = r"""[\s/]*+([^\s/>][^\s/>=]*+)(\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'>][^\s>]*+)?+)?+"""
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_TAG = re.compile(
    r"<(?=!(?!doctype\b)[a-z])"
    r"|<!--(?:-?>|[\s\S]*?(?:--!?>|\Z))"
    rf"|<({'|'.join(sorted(_RAW))})(?=[\s/>])[\s\S]*?(?:</\1(?=[\s/>])[^>]*+>|\Z)"
    rf"|<(/?)([a-z][^\s/<>]*+)((?:{_ATTRIBUTE})*+)[\s/]*+>",
    re.IGNORECASE,
)
_KEPT = words("href alt width height style hidden start")
_VENDOR = re.compile(r"[a-z][a-z0-9]*[:-][a-z][a-z0-9-]*")


def has_tags(text: str) -> bool:
    """Whether there is a tag of HTML in it; `<joe@example.com>` or `a < b` is none."""
    return _HTML.search(text) is not None


def tamed(html: str) -> str:
    """The same words and structure, safe to parse.

    Formatting elements become `x-b`, `x-a`, ... which have no parsing rules; what is nested deeper
    than `DEEPEST` becomes line breaks; what only looks like a tag becomes text. Only the attributes
    in `_KEPT` stay.
    """
    html = SURROGATE.sub("\ufffd", html)
    end = html.rfind(">") + 1
    nesting = _Nesting()
    return _TAG.sub(nesting.tag, html[:end]) + html[end:].replace("<", "&lt;")


class _Nesting:
    """The open elements, roughly: enough to bound the depth."""

    def __init__(self) -> None:
        self._open: list[str] = []

    def tag(self, match: re.Match[str]) -> str:
        """The tag, rewritten; comments, scripts and style sheets are dropped."""
        if not match[3]:
            return "&lt;" if match[0] == "<" else ""
        slash, name, attributes = match[2], match[3].lower(), match[4]
        if name not in KNOWN and not _VENDOR.fullmatch(name):
            return match[0].replace("<", "&lt;")
        if not (name in _VOID or self._is_kept(slash, name)):
            return "<br>"
        kept = _kept(attributes) if attributes and not slash else ""
        return f"<{slash}{'x-' if name in FORMATTING else ''}{name}{kept}>"

    def _is_kept(self, slash: str, name: str) -> bool:
        if slash:
            self._leave(name)
        elif not (name in _CLOSES_ITSELF and self._open[-1:] == [name]):
            if len(self._open) >= DEEPEST:
                return False
            self._open.append(name)
        return True

    def _leave(self, name: str) -> None:
        if name in self._open:
            while self._open.pop() != name:
                pass


def _kept(attributes: str) -> str:
    """The attributes that matter: a parser's check for duplicates is quadratic."""
    found = {match[1].lower(): match[2] or "" for match in _ATTRIBUTES.finditer(attributes)}
    return "".join(f" {name}{found[name]}" for name in _KEPT if name in found)
