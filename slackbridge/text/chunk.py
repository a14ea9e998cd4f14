"""Where a string may be cut: between lines, sentences or words, never inside a grapheme.

Graphemes follow Unicode's UAX 29; in doubt two characters are kept together. Pure, linear in the
length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

SPACES = re.compile(r"\s*")
EMPTY_LINES = re.compile(r"(?:[^\S\n]{0,99}+\n)*+")
_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*(?=\s)|[。！？][」』”）]?")


def chop(text: str, limit: int) -> Iterator[str]:
    """`text` in slices of at most `limit` characters, none cut inside a grapheme if avoidable."""
    at = 0
    while len(text) - at > limit:
        end = _grapheme(text, at, at + limit)
        yield text[at:end]
        at = end
    yield text[at:]


def cuts(
    text: str, budget: int, per_line: int, skipped: re.Pattern[str]
) -> Iterator[tuple[int, int]]:
    """(start, end) of pieces of at most `budget` characters, newlines costing `per_line` more.

    `skipped` is what may be dropped where a piece begins; white space at its end is dropped too.
    """
    at = 0
    while at < len(text):
        at = _after(skipped, text, at)
        end = _end(text, at, _reach(text, at, budget, per_line))
        if size := len(text[at:end].rstrip()):
            yield at, at + size
        at = end


def _after(skipped: re.Pattern[str], text: str, at: int) -> int:
    end = match.end() if (match := skipped.match(text, at)) else at
    return end - 1 if at < end < len(text) and not _breaks(text, end, at) else end


def _reach(text: str, at: int, budget: int, per_line: int) -> int:
    """How far the budget goes from `at`."""
    while per_line and budget > 0:
        newline = text.find("\n", at, at + budget)
        if newline < 0:
            break
        budget -= newline + 1 - at + per_line
        at = newline + 1
    return at + budget if budget >= 0 else at - 1


def _end(text: str, at: int, end: int) -> int:
    """Where to end a piece that begins at `at`: the strongest boundary in its second half."""
    if end >= len(text):
        return len(text)
    sentences = [m.end() for m in _SENTENCE.finditer(text, at, end + 1) if m.end() <= end]
    places = (
        text.rfind("\n\n", at + 1, end + 2),
        text.rfind("\n", at + 1, end + 1),
        sentences[-1] if sentences and _breaks(text, sentences[-1], at) else -1,
        max(text.rfind(space, at + 1, end + 1) for space in " \n\t\u3000"),
    )
    far = (place for place in places if place > (at + end) // 2)
    place = next(far, max(places))
    return place if place > at else _grapheme(text, at, end)


def _grapheme(text: str, at: int, end: int) -> int:
    """The last place in text[at:end] that is not inside a grapheme; `end` if there is none."""
    return next((place for place in range(end, at, -1) if _breaks(text, place, at)), end)


def _breaks(text: str, place: int, start: int) -> bool:
    """Whether `place` is a grapheme boundary; `start` is a boundary before it."""
    before, after = text[place - 1], text[place]
    if _extends(after) or _reaches(before):
        return before == "\n"
    if _is_flag(before) and _is_flag(after):
        run = place
        while run > start and _is_flag(text[run - 1]):
            run -= 1
        return (place - run) % 2 == 0
    return not ("\u1160" <= after <= "\u11ff" or "\ud7b0" <= after <= "\ud7ff")


def _extends(char: str) -> bool:
    if char < "\u0300":
        return False
    return (
        unicodedata.category(char)[0] == "M"
        or char in "\u200c\u200d\u0e33\u0eb3\uff9e\uff9f"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _reaches(char: str) -> bool:
    """Whether it joins to what follows: joiner, virama, leading Hangul or prepended sign."""
    if char < "\u0300":
        return False
    return (
        char in "\u200d\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3\U0001193f\U00011941"
        or unicodedata.combining(char) == 9
        or "\u1100" <= char <= "\u115f"
        or "\ua960" <= char <= "\ua97c"
        or (unicodedata.category(char) == "Cf" and "\u0600" <= char <= "\u08e2")
    )


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
