"""Reads what the sandbox Slack shows of a ticket: card, thread, receipts, reactions, buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from slackbridge.demo.world import CHANNEL
from slackbridge.sandbox.slack.app import SlackSandbox

Row = dict[str, Any]
DATE = re.compile(r"<!date\^\d+\^[^|>]*\|([^>]*)>")
LINK = re.compile(r"<https?://[^|>]+\|([^>]*)>")
MENTION = re.compile(r"<@(\w+)>")


def effect_of(row: Row) -> str:
    """The `effect` in a bridge message's metadata; '' for other messages."""
    return str(((row.get("metadata") or {}).get("event_payload") or {}).get("effect", ""))


def ticket_of(row: Row) -> str:
    """The ticket id in a bridge message's metadata; '' for other messages."""
    return str(((row.get("metadata") or {}).get("event_payload") or {}).get("ticket", ""))


def cards(slack: SlackSandbox, ticket: int | str, channel: str = CHANNEL) -> list[Row]:
    """All cards of a ticket; more than one is a fault."""
    timeline = slack.workspace.timeline(channel)
    known = [(each, {"metadata": each.metadata}) for each in timeline.visible()]
    found = [m for m, row in known if effect_of(row) == "card" and ticket_of(row) == str(ticket)]
    return [timeline.as_json(each) for each in found]  # only these are copied: tests poll this


def thread(slack: SlackSandbox, ticket: int | str, channel: str = CHANNEL) -> list[Row]:
    """The replies below a ticket's card; empty while there is no card."""
    found = cards(slack, ticket, channel)
    return slack.workspace.thread(channel, found[0]["ts"])[1:] if found else []


def mirrored(slack: SlackSandbox, ticket: int | str, channel: str = CHANNEL) -> list[Row]:
    """The marketplace's messages in a thread."""
    return [r for r in thread(slack, ticket, channel) if effect_of(r).startswith("m:")]


def receipt(
    slack: SlackSandbox, ticket: int | str, intent: str, channel: str = CHANNEL
) -> Row | None:
    """The receipt message of an intent."""
    rows = thread(slack, ticket, channel)
    return next((r for r in rows if effect_of(r) == f"w:{intent}"), None)


def reactions(slack: SlackSandbox, channel: str, ts: str) -> set[str]:
    """The reactions on a message."""
    row = slack.workspace.message(channel, ts)
    return {str(reaction["name"]) for reaction in (row or {}).get("reactions", ())}


def texts(node: Any) -> Iterator[str]:
    """Every text in a message's blocks, in order; a button's in brackets."""
    if isinstance(node, list):
        for item in node:
            yield from texts(item)
    elif isinstance(node, dict) and (node.get("type") == "button" or "value" in node):
        yield f"[{' '.join(texts(node.get('text')))}]"
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        if isinstance(node.get("url"), str) and node.get("type") == "link":
            yield node["url"]
        for name, value in node.items():
            if name not in ("text", "url") or not isinstance(value, str):
                yield from texts(value)


def shown(row: Row) -> str:
    """A message's whole text, from its blocks if it has any."""
    blocks = row.get("blocks")
    return " ".join(texts(blocks)) if blocks else str(row.get("text", ""))


def saying(slack: SlackSandbox, channel: str, words: str) -> Row | None:
    """The channel's first message that contains these words."""
    return next((row for row in slack.workspace.history(channel) if words in shown(row)), None)


def as_seen(slack: SlackSandbox, row: Row) -> str:
    """`shown` with date, link and mention tokens replaced as a Slack client does."""
    text = LINK.sub(lambda match: match[1], DATE.sub(lambda match: match[1], shown(row)))
    text = MENTION.sub(lambda match: f"@{slack.workspace.users[match[1]].name}", text)
    return re.sub(r"[ \t]+", " ", re.sub(r"\s*\n\s*", "\n", text))


def buttons(row: Row) -> list[str]:
    """The action ids of a message's buttons and menus."""
    return [
        str(element["action_id"])
        for block in row.get("blocks", ())
        for element in (*block.get("elements", ()), block.get("accessory") or {})
        if "action_id" in element
    ]
