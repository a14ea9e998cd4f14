"""What a message begins with: a prefix, or what is a prefix but for a typo. Pure.

Owns how prefixes are told: case, width and what is invisible make no difference, and of what is
nearly one it says so. It knows no modes and no verdicts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import takewhile

SEND_PREFIX = "!reply"
HEAD = 200  # characters; what stands behind them is no prefix
LEAD = r"(?:[\W_]|\d+[.)]\s)*?"  # quotes, bullets, pictures
NEAR_NOTE = re.compile(
    rf"""{LEAD}(?:
        [/\\⁄∕|] | \w(?://|/(?!\w)) | ;; | \#[\s#] | @\w | :[a-z]{{3}} |  # no sentence begins so
        (?:(?:intern|privat)\w*\s+)?
        (?:notes?|notiz|nota|intern(?:al|e[nrs]?)?|privat(?:e[nrs]?)?|fyi|todo|psst)
        \s*[:;,.\-–—=>\])])""",
    re.VERBOSE,
)


def after(text: str, prefixes: tuple[str, ...]) -> str | None:
    """The text behind the first prefix that it begins with, None if it begins with none."""
    for prefix in prefixes:
        length = _length(text, fold(prefix))
        inside_a_word = prefix[-1].isalnum() and text[length : length + 1].isalnum()
        if length and not inside_a_word:
            return text[length:].strip()
    return None


def _length(text: str, folded_prefix: str) -> int:
    """How many characters of `text` make up the folded prefix; 0 if it does not begin so."""
    head = text[:HEAD]
    if not fold(head).startswith(folded_prefix):
        return 0
    return next(n for n in range(1, HEAD + 1) if fold(head[:n]).startswith(folded_prefix))


def fold(text: str) -> str:
    """Case, width, emoji variants and what is invisible do not matter to a prefix."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in wide if c != "\ufe0f" and unicodedata.category(c) != "Cf").lstrip()


def near_note(text: str, prefixes: tuple[str, ...]) -> bool:
    """Whether it begins like a note whose prefix was mistyped."""
    head = fold(text[:HEAD])
    if NEAR_NOTE.match(head):
        return True
    glued = "".join(head.split())
    return any(
        glued.startswith("".join(fold(prefix).split()))
        or _akin(prefix, head)
        or _slip(prefix, head)
        for prefix in prefixes
    )


def almost_sent(text: str) -> bool:
    """Whether it begins like `!reply` mistyped."""
    head = fold(text[:HEAD])
    return head.startswith(SEND_PREFIX) or (head.startswith("!") and _slip(SEND_PREFIX, head))


def _slip(prefix: str, head: str) -> bool:
    """Whether it begins one typo away from a prefix that is or holds a word.

    A letter wrong, missing, too many or swapped; or the word with another mark, or with none.
    """
    pattern = _slips(prefix)
    return pattern is not None and pattern.match(head) is not None


@lru_cache
def _slips(prefix: str) -> re.Pattern[str] | None:
    found = re.search(r"(\w.*?)(\W*)$", fold(prefix), re.DOTALL)
    if found is None:
        return None
    word, mark = found.groups()
    halves = [(re.escape(word[:i]), word[i:]) for i in range(len(word) + 1) if len(word) > 2]
    wrong = {
        re.escape(word),
        *(a + gap + re.escape(b[1:]) for a, b in halves if b for gap in ("", ".")),
        *(a + re.escape(b[1] + b[0] + b[2:]) for a, b in halves if b[1:]),
        *(a + "." + re.escape(b) for a, b in halves),
    }
    end = rf"\s*{re.escape(mark)}" if mark else r"(?!\w)"
    return re.compile(rf"{LEAD}(?:{re.escape(word)}(?!\w)|(?:{'|'.join(sorted(wrong))}){end})")


def _akin(prefix: str, head: str) -> bool:
    """Whether a picture that it begins with is, by its name, much like that of a prefix."""
    pictures = {*head[:2], *takewhile(lambda c: not c.isalnum(), head)}
    return any(_name(a) & _name(b) for a in pictures for b in prefix)


def _name(picture: str) -> set[str]:
    """The words of a picture's name; nothing for other characters."""
    return (
        set(unicodedata.name(picture).split()) if unicodedata.category(picture) == "So" else set()
    )
