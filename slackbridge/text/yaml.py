"""Nested values as YAML with comments. It writes what it is asked to and reads nothing."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

Value = str | int | bool | Sequence["Value"] | Mapping[str, "Value"]
STEP = "  "
WIDTH = 96
# A string that no reader takes for anything else, or for the beginning of a comment.
PLAIN = re.compile(r"[A-Za-z/](?:[\w/.;,'-]|:(?=[\w/])| (?=[\w/]))*", re.ASCII)
WORDS = re.compile(r"y|n|yes|no|on|off|true|false|null", re.IGNORECASE)  # which mean something
FOLDED = re.compile(r"[!-~]+(?: [!-~]+)*")  # what folding gives back as it was

Line = tuple[str, str]
"""A line and its comment, '' = none."""


def document(table: Mapping[str, Value], comments: Mapping[str, str]) -> str:
    """The table as a YAML document, its entries a line apart.

    `comments` are by the dotted path of what they stand beside; a list's item goes by its value.
    """
    parts = [[*_table({name: value}, "", comments)] for name, value in table.items()]
    return "\n".join("".join(f"{line}\n" for line in _aligned(part)) for part in parts)


def _table(table: Mapping[str, Value], path: str, comments: Mapping[str, str]) -> Iterator[Line]:
    for name, value in table.items():
        where = f"{path}.{name}" if path else name
        comment = comments.get(where, "")
        if isinstance(value, Mapping):
            yield f"{name}:", comment
            yield from _indented(_table(value, where, comments))
        elif isinstance(value, str) and len(value) + len(name) > WIDTH and FOLDED.fullmatch(value):
            yield f"{name}: >-", comment
            for text in textwrap.wrap(value, WIDTH, break_long_words=False, break_on_hyphens=False):
                yield STEP + text, ""
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield f"{name}:" if value else f"{name}: []", comment
            yield from _indented(_list(value, where, comments))
        else:
            yield f"{name}: {_scalar(value)}", comment


def _list(items: Sequence[Value], path: str, comments: Mapping[str, str]) -> Iterator[Line]:
    for item in items:
        if isinstance(item, Mapping):
            for at, (line, comment) in enumerate(_table(item, path, comments)):
                yield (STEP if at else "- ") + line, comment
        elif isinstance(item, Sequence) and not isinstance(item, str):
            raise TypeError("a list in a list is not written")
        else:
            yield f"- {_scalar(item)}", comments.get(f"{path}.{item}", "")


def _scalar(value: str | int) -> str:
    if isinstance(value, str) and PLAIN.fullmatch(value) and not WORDS.fullmatch(value):
        return value
    quoted = json.dumps(value, ensure_ascii=False)  # JSON's escapes are YAML's
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


def _indented(lines: Iterator[Line]) -> Iterator[Line]:
    for line, comment in lines:
        yield STEP + line, comment


def _aligned(lines: Sequence[Line]) -> Iterator[str]:
    """The comments of neighbouring lines begin in one column."""
    width = 0
    for at, (line, comment) in enumerate(lines):
        if not comment:
            width = 0
            yield line
            continue
        if not width:
            block = [line]
            for below, more in lines[at + 1 :]:
                if not more:
                    break
                block.append(below)
            width = max(map(len, block))
        yield f"{line:<{width}} # {comment}"
