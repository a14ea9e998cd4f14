"""Draws a message of a ticket, as somebody at the marketplace wrote it.

The body is rich text, which is literal. A name cannot look like a mention or like one of our own
labels; an attachment shows its real address. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from slackbridge.domain.files import in_words
from slackbridge.domain.model import Attachment, Author, Scope
from slackbridge.domain.view import Part
from slackbridge.slack.blocks import block_kit, mrkdwn, rich_text
from slackbridge.slack.blocks.block_kit import LIMIT, Block, cost
from slackbridge.slack.blocks.drawn import TEXT_LIMIT, Drawn, Literal, drawn
from slackbridge.text.clean import clean
from slackbridge.text.document import Document, from_text, plain
from slackbridge.text.weight import split_by_weight

INTERNAL = "🔒 Internal: the customer does not see this; the marketplace's agents do"
PRIVATE = "🔒 Private: neither the customer nor the marketplace's agents see this"
_CLOSED_TO = {Scope.PUBLIC: "", Scope.INTERNAL: INTERNAL, Scope.PRIVATE: PRIVATE}
EDITED = "✏️ Edited at the marketplace: this is what the message says now"
BODY = 3_000
BODY_ROOM = 9_000
MARGIN = 250  # for the plain form's own words
FILES_FRAME = 400  # characters of JSON around the list of attachments
LEFT = "and {} more, see the marketplace"
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
    internal = _CLOSED_TO[part.scope]
    body = split_by_weight(part.body, BODY, BODY_ROOM)[0]
    footer = _footer(part)
    heads = [text for text in (internal, EDITED if part.edited else "") if text]
    around = [block_kit.context(text) for text in (*heads, footer)]
    text = _body(body, LIMIT - cost(around) - MARGIN)
    shown, left = _fitting(part.attachments, LIMIT - cost([*around, *text]) - MARGIN)
    blocks = [*around[:-1], *text, *_files(shown, left), around[-1]]
    files = [f"{_name(file)} {file.url}" for file in part.attachments]
    spoken = mrkdwn.passage("\n".join([plain(body), *files]), TEXT_LIMIT - 500)
    listed = [*files[: len(shown)], *([LEFT.format(left)] if left else [])]
    whole = [*heads, Literal(clean(plain(body))), Literal(clean("\n".join(listed))), footer]
    return drawn([*heads, spoken, footer], blocks, username, icon, whole)


def _body(body: Document, room: int) -> list[Block]:
    """Rich text; of many tiny runs, which would be too many, only the text."""
    blocks = rich_text.blocks(body)
    return blocks if cost(blocks) <= room else rich_text.blocks(from_text(plain(body)))


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


def _fitting(files: Sequence[Attachment], room: int) -> tuple[Sequence[Attachment], int]:
    """Those attachments for which there is room, and how many are left out."""
    room -= FILES_FRAME
    for number, file in enumerate(files):
        room -= cost([_section(_file(file))])
        if room < 0:
            return files[:number], len(files) - number
    return files, 0


def _files(files: Sequence[Attachment], left: int) -> list[Block]:
    """The list of attachments; those that do not fit are counted."""
    if not files and not left:
        return []
    items = [_file(file) for file in files]
    if left:
        items.append([{"type": "text", "text": LEFT.format(left)}])
    head = _section([{"type": "text", "text": "Attachments", "style": {"bold": True}}])
    listed = [_section(item) for item in items]
    bullets = {"type": "rich_text_list", "style": "bullet", "elements": listed}
    return [{"type": "rich_text", "elements": [head, bullets]}]


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _file(file: Attachment) -> list[Block]:
    """A name and its address; a link element without text shows where it leads."""
    name: Block = {"type": "text", "text": f"{_name(file)}{_kind(file)}  "}
    if address := mrkdwn.web(file.url):
        return [name, {"type": "link", "url": address}]
    return [name, {"type": "text", "text": mrkdwn.line(file.url, 300) or "(no address)"}]


def _kind(file: Attachment) -> str:
    """Its type and size in brackets, as far as the marketplace tells them."""
    told = [mrkdwn.line(file.content_type, 60), "" if file.size is None else in_words(file.size)]
    known = ", ".join(filter(None, told))
    return f" ({known})" if known else ""


def _name(file: Attachment) -> str:
    return mrkdwn.line(file.name, 120) or "file"
