"""Text from outside: made safe to show, normalised for comparison; and safe link addresses.

Pure; knows neither markup nor Slack.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

LINK_LIMIT = 3000
_MARKS_KEPT = 30  # Unicode's stream-safe text format (UAX 15)


def _marks() -> str:
    """All combining marks, for a character class."""
    return "".join(chr(c) for c in range(0x300, 0x1F000) if unicodedata.combining(chr(c)))


_LINE_END = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_UNSAFE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ufffe\uffff]"
)
SURROGATE = re.compile("[\ud800-\udfff]")
_MARK = f"[{_marks()}]"
_PILE = re.compile(f"({_MARK}{{{_MARKS_KEPT}}}){_MARK}+")


def clean(text: str) -> str:
    """Any text, safe to show: no controls, direction overrides, invisible spaces or surrogates.

    Newline and tab stay, as do the joiners that emoji and many scripts need. Long runs of combining
    marks are cut: NFC sorts each in quadratic time.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _UNSAFE.sub("", _LINE_END.sub("\n", text))
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _PILE.sub(r"\1", SURROGATE.sub("\ufffd", text)))


_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
_STRAIGHT = str.maketrans(
    dict.fromkeys("‘’‚‛′", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-")
)
_MARKUP = re.compile(r"[*_~>`\ufffd\ufe00-\ufe0f]")
_DASHES = re.compile(r"-+")
_BULLET = re.compile(r"(?<!\S)[-•◦▪‣·]+(?!\S)")


def normalise(text: str) -> str:
    """`text` without what a marketplace's editor may change: case, spaces, quotes, bullets, marks.

    Only for comparing; texts with the same words and figures in the same order agree.
    """
    text = unicodedata.normalize("NFKD", clean(text)).casefold()
    text = unicodedata.normalize("NFKD", text).translate(_STRAIGHT)
    text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _INVISIBLE)
    text = _BULLET.sub("", _DASHES.sub("-", _MARKUP.sub("", text)))
    return unicodedata.normalize("NFKC", " ".join(text.split()))


def digest(text: str) -> str:
    """16 hex characters, equal for texts that are equal in normal form."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()[:16]


_SAFE_LINK = re.compile(r"(?i)https?://[^\s/?#][^\s]*|mailto:[^\s@]+@[^\s@]+")
_SCHEME = re.compile(r"(?:https?://|mailto:)(.*?)/?")


def safe_link(address: str) -> str:
    """The address as a browser would read it if it is http, https or mailto, else ''."""
    address = re.sub(r"[\t\n]", "", clean(address)).strip().replace(" ", "%20")
    return address if len(address) <= LINK_LIMIT and _SAFE_LINK.fullmatch(address) else ""


def same(label: str, address: str) -> bool:
    """Whether a link's label is its address, but for scheme, case and a final slash."""
    return _bare(label) == _bare(address)


def _bare(address: str) -> str:
    address = address.strip().lower()
    match = _SCHEME.fullmatch(address)
    return match[1] if match else address.removesuffix("/")
