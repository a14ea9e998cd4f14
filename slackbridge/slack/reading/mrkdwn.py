"""Decodes Slack's mrkdwn: `<...>` tokens, `:emoji:` names and `&lt;` entities, without ids.

Source: docs.slack.dev, "Formatting message text".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from emoji import emojize

from slackbridge.text.clean import same

Names = Mapping[str, str]

_TOKEN = re.compile(r"<([^<>\n]+)>")
_EMOJI = re.compile(r":([a-z0-9_+'-]+):(?::skin-tone-([2-6]):)?")
_FLAG = re.compile(r"flag-([a-z])([a-z])")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:")


def decoded(text: str, names: Names) -> str:
    """The text as it reads on the screen; `*bold*` and the like stay as typed."""
    out: list[str] = []
    at = 0
    for match in _TOKEN.finditer(text):
        out += [_words(text[at : match.start()]), _token(match[1], names)]
        at = match.end()
    return "".join([*out, _words(text[at:])])


def user(id: str, names: Names) -> str:
    return "@" + names.get(id, "colleague")


def channel(id: str, names: Names) -> str:
    return "#" + names.get(id, "channel")


def labelled(address: str, label: str) -> str:
    """A link in plain text: its label, and its address where the two differ."""
    bare = re.sub(r"^(?:mailto|tel):", "", address)
    if not label or label == bare:
        return bare
    return label if same(label, address) else f"{label} ({bare})"


@lru_cache(maxsize=1024)
def pictured(name: str, tone: str = "") -> str:
    """The emoji of that name, in a skin tone from '2' to '6'; ':name:' if there is none."""
    if flag := _FLAG.fullmatch(name):
        return "".join(chr(ord(letter) - ord("a") + 0x1F1E6) for letter in flag.groups())
    for alias in (f":{name}:", f":{name.replace('-', '_')}:"):
        if (picture := emojize(alias, language="alias")) != alias:
            if tone not in tuple("23456"):
                return picture
            return picture[0] + chr(0x1F3F9 + int(tone)) + picture[1:].lstrip("\ufe0f")
    return f":{name}:"


def _words(encoded: str) -> str:
    pictures = _EMOJI.sub(_picture, encoded)
    return pictures.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _picture(match: re.Match[str]) -> str:
    picture = pictured(match[1], match[2] or "")
    return match[0] if picture == f":{match[1]}:" else picture


def _token(inner: str, names: Names) -> str:
    target, _, label = inner.partition("|")
    label = _words(label)
    match target[0], target[1:]:
        case "@", id:
            return user(id, names)
        case "#", id:
            return f"#{label}" if label else channel(id, names)
        case "!", command if command.startswith("subteam^"):
            return "@team"
        case "!", command:
            return label or ("(date)" if command.startswith("date^") else f"@{command}")
    target = _words(target)
    return labelled(target, label) if _ADDRESS.match(target) else f"<{_words(inner)}>"
