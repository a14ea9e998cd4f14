"""Probes: text of a customer that looks like a mention notifies nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from slackbridge.domain.view import Item
from slackbridge.slack.history import Row
from slackbridge.slack.live import samples
from slackbridge.slack.live.bench import Bench
from slackbridge.slack.live.probe import Probe

TOKEN = re.compile(r"<(?:!(?!date\^)|@)|<https?://[^<>|]*\|bank>")
MENTIONS = {"broadcast", "user", "usergroup", "channel"}


async def _body(bench: Bench) -> str:
    return await _drawn(bench, "mention.body", samples.part(samples.PINGS))


async def _card(bench: Bench) -> str:
    key = bench.mark("mention.card").key
    facts = dict.fromkeys(("customer", "order", "item", "topic"), samples.PINGS)
    return await _drawn(bench, "mention.card", samples.card(key, **facts))


async def _drawn(bench: Bench, effect: str, item: Item) -> str:
    answer = await bench.draw(effect, item)
    row = await bench.row(str(answer["ts"]))
    if row is None:
        return "not found"
    return "a mention" if active(row) else "text only"


def active(row: Row) -> bool:
    """Whether Slack made anything of the text: a mention, or a link under another name."""
    return any(_active(node) for name in ("text", "blocks") for node in _walk(row.get(name)))


def _active(node: Any) -> bool:
    if isinstance(node, str):
        return TOKEN.search(node) is not None
    return node.get("type") in MENTIONS


def _walk(value: Any) -> Iterator[Any]:
    """Every object and every mrkdwn text; what stands in rich and plain text is literal."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each)
    elif isinstance(value, dict):
        yield value
        if value.get("type") == "mrkdwn":
            yield str(value.get("text", ""))
        for each in value.values():
            if isinstance(each, dict | list):
                yield from _walk(each)


HARM = "A customer could notify the whole channel. Report this first: do not go live."


def _probes() -> Iterator[Probe]:
    yield Probe("mention.body", "<!channel> in a customer's message", _body, HARM)
    yield Probe("mention.card", "<!channel> on a card", _card, HARM)


PROBES = tuple(_probes())
