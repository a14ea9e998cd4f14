"""Prefixes of messages, exact or mistyped. Pure; knows no modes and no verdicts.

Case, width and invisible characters make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import takewhile

SEND_PREFIX = "!reply"
HEAD = 200  # characters in which a prefix must begin
LEAD = r"(?:[\W_]|\d+[.)]\s)*?"  # quotes, bullets, emoji
NEAR_NOTE = re.compile(
    rf"""{LEAD}(?:
        [/\\⁄∕|] | \w(?://|/(?!\w)) | ;; | \#[\s#] | @\w | :[a-z]{{3}} |  # no sentence begins so
        (?:(?:intern|privat)\w*\s+)?
        (?:notes?|notiz|nota|intern(?:al|e[nrs]?)?|privat(?:e[nrs]?)?|fyi|todo|psst)
        \s*[:;,.\-–—=>\])])""",
    re.VERBOSE,
)


def after(text: str, prefixes: tuple[str, ...]) -> str | None:
    """The text after the first prefix that it begins with; None if it begins with none."""
    for prefix in prefixes:
        length = _length(text, fold(prefix))
        inside_a_word = prefix[-1].isalnum() and text[length : length + 1].isalnum()
        if length and not inside_a_word:
            return text[length:].strip()
    return None


def _length(text: str, folded_prefix: str) -> int:
    """The length of the folded prefix in `text`; 0 if it does not begin with it."""
    head = text[:HEAD]
    if not fold(head).startswith(folded_prefix):
        return 0
    return next(n for n in range(1, HEAD + 1) if fold(head[:n]).startswith(folded_prefix))


def fold(text: str) -> str:
    """`text` without case, width, emoji variants and invisible characters."""
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
        or _similar_emoji(prefix, head)
        or _has_typo(prefix, head)
        for prefix in prefixes
    )


def almost_sent(text: str) -> bool:
    """Whether it begins like `!reply` mistyped."""
    head = fold(text[:HEAD])
    return head.startswith(SEND_PREFIX) or (head.startswith("!") and _has_typo(SEND_PREFIX, head))


def _has_typo(prefix: str, head: str) -> bool:
    """Whether it begins with a prefix that has a word, with one typo.

    A letter wrong, missing, too many or swapped; or the word with another punctuation or none.
    """
    pattern = _typos(prefix)
    return pattern is not None and pattern.match(head) is not None


@lru_cache
def _typos(prefix: str) -> re.Pattern[str] | None:
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


def _similar_emoji(prefix: str, head: str) -> bool:
    """Whether it begins with an emoji whose Unicode name shares a word with one of the prefix."""
    begin = {*head[:2], *takewhile(lambda c: not c.isalnum(), head)}
    return any(_name(a) & _name(b) for a in begin for b in prefix)


def _name(char: str) -> set[str]:
    """The words of an emoji's Unicode name; none for other characters."""
    return set(unicodedata.name(char).split()) if unicodedata.category(char) == "So" else set()
