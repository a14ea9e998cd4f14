"""A view in a plainer form, for a Slack that refuses the first one. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from slackbridge.slack.blocks import block_kit
from slackbridge.slack.blocks.block_kit import Block
from slackbridge.slack.blocks.drawn import PLAIN, Literal, sections
from slackbridge.slack.reading.rich_text import read

MOST = 98  # of the 100 blocks that a view may have


def plain_view(view: Block) -> Block:
    """Its inputs as they are, everything else as sections of text."""
    blocks = [plain for block in view["blocks"] for plain in _plain(block)]
    return {**view, "blocks": [block_kit.section(PLAIN), *blocks[:MOST]]}


def _plain(block: Block) -> Iterator[Block]:
    if block["type"] == "input":
        yield block
    else:
        yield from sections(_lines(block))


def _lines(block: Block) -> Iterator[str]:
    if block["type"] == "rich_text":
        yield Literal(read([block], {}))
        return
    for each in [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]:
        if isinstance(each, dict) and isinstance(each.get("text"), str):
            yield each["text"] if each["type"] == "mrkdwn" else Literal(each["text"])
