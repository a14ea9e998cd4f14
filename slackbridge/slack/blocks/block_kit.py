"""The Block Kit objects that we use, each cut to Slack's limits, and what they cost together.

Limits: Slack's Block Kit reference (section 3,000, field 2,000, button text 75, value 2,000,
option value 150, block_id and action_id 255). A drawn message is in `drawn`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from slackbridge.slack.blocks.mrkdwn import cut, shorten
from slackbridge.text.weight import of_text

Block = dict[str, Any]
LIMIT = 10_000
"""What the blocks of a message may cost together. Slack does not publish its own limit."""

ID_LIMIT = 255
FIELDS = 10


def cost(blocks: Sequence[Block]) -> int:
    """Characters of compact JSON with escaped text; see `text/weight.py`."""
    text = json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))
    return len(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def about(name: str, limit: int = 200) -> str:
    """As much of an id as costs at most `limit`; ordinary ones stay whole."""
    name = name[:limit]
    while of_text(name) > limit:
        name = name[:-1]
    return name


def plain(text: str, limit: int, *, emoji: bool = True) -> Block:
    """A plain_text object: literal. Without `emoji`, `:names:` are not made pictures."""
    return {"type": "plain_text", "text": shorten(text.strip(), limit) or "…", "emoji": emoji}


def mrkdwn(text: str, limit: int = 2_900) -> Block:
    """A mrkdwn object; `verbatim` keeps Slack from finding links and mentions in bare text."""
    return {"type": "mrkdwn", "text": cut(text.strip(), limit) or "…", "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, 150, emoji=False)}


def section(text: str, limit: int = 2_900) -> Block:
    return {"type": "section", "text": mrkdwn(text, limit)}


def literal(text: str, limit: int = 2_900) -> Block:
    return {"type": "section", "text": plain(text, limit, emoji=False)}


def fields(texts: Sequence[str], limit: int = 400) -> Block:
    """A section of up to ten short texts in two columns."""
    return {"type": "section", "fields": [mrkdwn(text, limit) for text in texts[:FIELDS]]}


def context(text: str, limit: int = 1_900) -> Block:
    """A small grey line."""
    return {"type": "context", "elements": [mrkdwn(text, limit)]}


def button(
    label: str, action: str, value: str, style: str = "", confirm: Block | None = None
) -> Block:
    """A button; `style` is '', `primary` or `danger`."""
    shape: Block = {
        "type": "button",
        "text": plain(label, 75),
        "action_id": action[:ID_LIMIT],
        "value": value[:2_000],
    }
    extra = {"style": style, "confirm": confirm}
    return shape | {name: what for name, what in extra.items() if what}


def confirm(title: str, text: str, yes: str) -> Block:
    """A question before a button acts."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain("Cancel", 30),
        "style": "danger",
    }


def input(name: str, label: str, element: Block, hint: str = "") -> Block:
    """An input; what is entered comes back under `name` as block id and action id."""
    block: Block = {
        "type": "input",
        "block_id": name[:ID_LIMIT],
        "label": plain(label, 200),
        "element": element | {"action_id": name[:ID_LIMIT]},
    }
    return block | ({"hint": plain(hint, 200)} if hint else {})


def option(label: str, value: str) -> Block:
    """An entry of a menu or of radio buttons."""
    return {"text": plain(label, 75), "value": value[:150]}


def actions(block_id: str, elements: list[Block]) -> Block:
    return {"type": "actions", "block_id": block_id[:ID_LIMIT], "elements": elements}
