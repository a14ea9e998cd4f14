"""Draws a message of a ticket, as somebody at the marketplace wrote it.

The body is rich text, which is literal. A name cannot look like a mention or like one of our own
labels; an attachment shows its real address. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from slackbridge.domain.model import Attachment, Author, Scope
from slackbridge.domain.view import Part
from slackbridge.slack.blocks import block_kit, mrkdwn, rich_text
from slackbridge.slack.blocks.block_kit import Block, Drawn
from slackbridge.text.document import plain, split

INTERNAL = "🔒 Internal: the customer does not see this; the marketplace's agents do"
EDITED = "✏️ Edited at the marketplace: this is what the message says now"
BODY = 3_000
FILES_ROOM = 6_000
NAME = 80
# The characters of our own labels on a name, and of Slack's tokens.
_RESERVED = re.compile(r"[@<>|()\[\]·•‧∙⋅]")
EMAIL = re.compile(r"^(\S+)@(\S+)$")  # a customer known by nothing else
_SPEAKERS = {
    Author.CUSTOMER: ("Customer", "", ":bust_in_silhouette:"),
    Author.AGENT: ("Agent", " (on the marketplace)", ":technologist:"),
    Author.MARKETPLACE: ("Marketplace", " · marketplace", ":department_store:"),
    Author.SYSTEM: ("System", " · system", ":gear:"),
}


def draw_part(part: Part) -> Drawn:
    """One message, or a part of one, under its author's name."""
    username, icon = _speaker(part.author, part.name)
    internal = INTERNAL if part.scope is Scope.INTERNAL else ""
    body = split(part.body, BODY)[0]
    footer = _footer(part)
    heads = [text for text in (internal, EDITED if part.edited else "") if text]
    blocks = [block_kit.context(text) for text in heads]
    blocks += rich_text.blocks(body)
    blocks += _files(part.attachments)
    blocks.append(block_kit.context(footer))
    files = [f"{_name(file)} {file.url}" for file in part.attachments]
    spoken = mrkdwn.passage("\n".join([plain(body), *files]), block_kit.TEXT_LIMIT - 500)
    return block_kit.drawn([*heads, spoken, footer], blocks, username, icon)


def _speaker(author: Author, name: str) -> tuple[str, str]:
    """The username and icon to post with."""
    nobody, suffix, icon = _SPEAKERS[author]
    wide = unicodedata.normalize("NFKC", mrkdwn.line(name))
    wide = EMAIL.sub(r"\1 at \2", wide)
    clean = mrkdwn.line(_RESERVED.sub("", wide), NAME - len(suffix))
    if not any(unicodedata.category(char)[0] in "LNPS" for char in clean):
        return nobody, icon
    return clean + suffix, icon


def _footer(part: Part) -> str:
    place = f"part {part.number} of {part.total}" if part.total > 1 else ""
    edited = "edited" if part.edited else ""
    return " · ".join(text for text in (mrkdwn.moment(part.at), place, edited) if text)


def _files(files: Sequence[Attachment]) -> list[Block]:
    """The list of attachments; those that do not fit are counted."""
    if not files:
        return []
    items: list[list[Block]] = []
    room = FILES_ROOM
    for file in files:
        item = _file(file)
        room -= sum(len(each.get("text", "")) + len(each.get("url", "")) for each in item)
        if room < 0:
            break
        items.append(item)
    if left := len(files) - len(items):
        items.append([{"type": "text", "text": f"and {left} more, see the marketplace"}])
    head = _section([{"type": "text", "text": "Attachments", "style": {"bold": True}}])
    listed = [_section(item) for item in items]
    bullets = {"type": "rich_text_list", "style": "bullet", "elements": listed}
    return [{"type": "rich_text", "elements": [head, bullets]}]


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _file(file: Attachment) -> list[Block]:
    """A name and its address; a link element without text shows where it leads."""
    name: Block = {"type": "text", "text": f"{_name(file)}  "}
    if address := mrkdwn.web(file.url):
        return [name, {"type": "link", "url": address}]
    return [name, {"type": "text", "text": mrkdwn.line(file.url, 300) or "(no address)"}]


def _name(file: Attachment) -> str:
    return mrkdwn.line(file.name, 120) or "file"
