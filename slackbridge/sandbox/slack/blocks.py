"""Checks blocks and views as Slack's server does, and completes them as Slack stores them.

The limits are in `block_table`; the rules here span several blocks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from slackbridge.sandbox.slack.block_table import BLOCKS, MESSAGE_ONLY, plain
from slackbridge.sandbox.slack.errors import ApiError, invalid
from slackbridge.sandbox.slack.schema import (
    Problems,
    array,
    boolean,
    one_of,
    report,
    shape,
    string,
    variant,
)
from slackbridge.sandbox.slack.shapes import Json, copied, new_id

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_TOTAL = 12_000
MESSAGE_TOTAL = 13_200
"""What all blocks of a message may cost; see `cost`."""

_VIEW_FIELDS = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_VIEW_BLOCK = variant(BLOCKS, BLOCKS.keys() - MESSAGE_ONLY)
_VIEW = variant(
    {
        "modal": shape(
            {"title": plain(24), "blocks": array(_VIEW_BLOCK, VIEW_BLOCKS)},
            {
                **_VIEW_FIELDS,
                "submit": plain(24),
                "close": plain(24),
                "clear_on_close": boolean,
                "notify_on_close": boolean,
                "submit_disabled": boolean,
                "type": one_of("modal"),
            },
        ),
        "home": shape({"blocks": array(_VIEW_BLOCK, VIEW_BLOCKS)}, _VIEW_FIELDS),
    }
)


def message_blocks(value: Any) -> list[Json]:
    """The blocks of a message, checked and completed.

    Raises `invalid_blocks_format`, `invalid_blocks` with every reason, or `msg_blocks_too_long`.
    """
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ApiError("invalid_blocks_format")
    problems: Problems = []
    array(variant(BLOCKS), MESSAGE_BLOCKS, 0)(value, "/blocks", problems)
    problems += _across(value, "/blocks")
    if problems:
        raise _with_errors(invalid("invalid_blocks", *problems), problems)
    if cost(value) > MESSAGE_TOTAL:
        raise ApiError("msg_blocks_too_long")
    return completed(value)


def view(value: Any, kind: str) -> Json:
    """A view of this kind, checked and completed. Raises `invalid_arguments` with reasons."""
    problems: Problems = []
    _VIEW(value, "/view", problems)
    if not problems:
        if value["type"] != kind:
            report(problems, f"must be one of: {kind}", "/view/type")
        problems += _across(value["blocks"], "/view/blocks")
        needs_submit = kind == "modal" and any(b["type"] == "input" for b in value["blocks"])
        if needs_submit and "submit" not in value:
            report(problems, "missing required field: submit", "/view")
    if problems:
        raise invalid("invalid_arguments", *problems)
    whole = copied(value)
    return {**whole, "blocks": completed(whole["blocks"])}


def completed(blocks: Sequence[Json]) -> list[Json]:
    """A copy with the ids and flags Slack adds to what it stores."""
    whole: list[Json] = copied(list(blocks))
    for each in whole:
        each.setdefault("block_id", new_id("", 5))
        for node in walk(each):
            _complete(node)
    return whole


def walk(node: Any) -> Iterator[Json]:
    """Every object within a JSON value, itself first."""
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from walk(child)
    elif isinstance(node, list):
        for child in node:
            yield from walk(child)


def cost(blocks: Sequence[Json]) -> int:
    """What blocks cost of a message's total: the characters of their compact JSON, escaped.

    Slack documents neither the rule nor the number. Its maintainers told of some 12,000 to 13,200
    characters with a buffer for containers (bolt-js issue 2509); a user measured that 9,597
    characters of text in 15,561 of JSON were accepted, and 11,341 in 17,694 refused (bolt-js
    issue 2867); `&`, `<` and `>` count as `&amp;`, `&lt;` and `&gt;`. This model is at least as
    strict as each of these; which one Slack uses is unknown.
    """
    text = json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))
    return len(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def is_rich_text(blocks: Sequence[Json]) -> bool:
    """Whether a message counts as rich text (`chat.update` then refuses other blocks)."""
    return any(each.get("type") == "rich_text" for each in blocks)


def _complete(node: Json) -> None:
    match node.get("type"):
        case "plain_text":
            node.setdefault("emoji", True)
        case "mrkdwn":
            node.setdefault("verbatim", False)
        case str(kind) if kind in _ACTING:
            node.setdefault("action_id", new_id("", 5))


_ACTING = frozenset({"button", "overflow", "static_select", "plain_text_input", "checkboxes"})


def _across(blocks: Sequence[Json], at: str) -> Problems:
    problems: Problems = []
    seen: set[str] = set()
    for index, each in enumerate(blocks):
        _once("block_id", each, seen, f"{at}/{index}", problems)
        elements = each.get("elements")
        if each.get("type") == "actions" and isinstance(elements, list):
            actions: set[str] = set()
            for number, element in enumerate(elements):
                _once("action_id", element, actions, f"{at}/{index}/elements/{number}", problems)
    if sum(_markdown(each) for each in blocks) > MARKDOWN_TOTAL:
        report(problems, f"markdown text must be less than {MARKDOWN_TOTAL + 1} characters", at)
    return problems


def _once(name: str, item: Any, seen: set[str], at: str, problems: Problems) -> None:
    """Report an id that occurred before. The types are checked elsewhere."""
    found = item.get(name) if isinstance(item, dict) else None
    if isinstance(found, str):
        if found in seen:
            report(problems, f'`{name}` "{found}" already exists', at)
        seen.add(found)


def _markdown(block: Json) -> int:
    text = block.get("text")
    return len(text) if block.get("type") == "markdown" and isinstance(text, str) else 0


def _with_errors(error: ApiError, problems: Problems) -> ApiError:
    error.extra["errors"] = list(problems)
    return error
