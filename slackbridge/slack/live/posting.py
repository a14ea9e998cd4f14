"""Probes: a card and a customer's message are posted, found by their mark, and updated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slackbridge.domain.chat import CARD
from slackbridge.domain.view import Item
from slackbridge.slack.blocks import cards
from slackbridge.slack.history import Row
from slackbridge.slack.live import samples
from slackbridge.slack.live.bench import EVENT, Bench, NotTried
from slackbridge.slack.live.probe import Probe

PART = "m:1:1/1"
TOO_LONG = 4_001  # characters; Slack documents 4,000 for the text of an update
NOT_FOUND = "not found"
EMPTY = [{"type": "rich_text", "elements": []}]


async def _card(bench: Bench) -> str:
    answer = await bench.draw(CARD, samples.card(bench.mark(CARD).key))
    bench.card = str(answer["ts"])
    return "posted"


async def _part(bench: Bench) -> str:
    answer = await bench.draw(PART, samples.part("Where is my order?"), bench.the_card())
    bench.part = str(answer["ts"])
    return _named(answer.get("message") or {})


def _named(row: Row) -> str:
    name = "name shown" if row.get("username") == samples.NAME else "name not shown"
    return f"{name}, {'icon shown' if row.get('icons') else 'icon not shown'}"


async def _in_thread(bench: Bench) -> str:
    row = await bench.row(bench.the_part(), bench.the_card())
    return "in its thread" if row and row.get("thread_ts") == bench.card else NOT_FOUND


async def _card_found(bench: Bench) -> str:
    row = await bench.row(bench.the_card())
    bench.answers["card"] = row or {}
    return _marked(bench, row, CARD)


async def _part_found(bench: Bench) -> str:
    return _marked(bench, await bench.row(bench.the_part(), bench.the_card()), PART)


def _marked(bench: Bench, row: Row | None, effect: str) -> str:
    """Whether the bridge's own reading knows the row by its mark."""
    if row is None:
        return NOT_FOUND
    found = bench.chat.history.mark(row, EVENT)
    return "found by its mark" if found == bench.mark(effect) else "found, but not its mark"


async def _light(bench: Bench) -> str:
    card = bench.the_card()
    rows = await bench.rows(metadata=False)
    row = next((row for row in rows if row.get("ts") == card), None)
    metadata = (row or {}).get("metadata") or {}
    if not metadata.get("event_type"):
        return "no mark"
    return "whole mark" if metadata.get("event_payload") else "kind of mark only"


async def _dates(bench: Bench) -> str:
    return "kept" if "<!date^" in str(_card_row(bench).get("blocks")) else "changed"


async def _buttons(bench: Bench) -> str:
    elements = [e for block in _blocks(_card_row(bench)) for e in block.get("elements") or ()]
    ids = [str(each.get("action_id", "")) for each in elements if "action_id" in each]
    return f"{len(ids)} with their ids" if all(id.startswith("ticket:") for id in ids) else "other"


def _card_row(bench: Bench) -> Row:
    row = bench.answers.get("card")
    if not row:
        raise NotTried("the card was not found")
    return row


async def _update(bench: Bench) -> str:
    item = samples.card(bench.mark(CARD).key, topic="updated")
    await bench.update(bench.the_card(), **_content(item))
    row = await bench.row(bench.card)
    bench.answers["updated"] = row or {}
    return _marked(bench, row, CARD)


async def _edited(bench: Bench) -> str:
    row = bench.answers.get("updated")
    if not row:
        raise NotTried("the updated card was not found")
    return "shown as edited" if row.get("edited") else "not shown as edited"


async def _update_part(bench: Bench) -> str:
    await bench.update(bench.the_part(), **_content(samples.part("Where is it?")))
    return _named(await bench.row(bench.part, bench.the_card()) or {})


async def _plain(bench: Bench) -> str:
    section = {"type": "section", "text": {"type": "plain_text", "text": "plain"}}
    await bench.update(bench.the_part(), text="plain", blocks=[section])
    return "accepted"


async def _long(bench: Bench) -> str:
    await bench.update(bench.the_card(), text="x" * TOO_LONG)
    return "accepted"


async def _edit_time(bench: Bench) -> str:
    answer = await bench.post("edited", {"text": "Self-test: this is edited."})
    ts = str(answer["ts"])
    await bench.update(ts, text="Self-test: this was edited.")
    edited = (await bench.row(ts) or {}).get("edited") or {}
    return seconds(str(edited.get("ts") or ""))


def seconds(ts: str) -> str:
    """How a moment is told."""
    if not ts:
        return "no time"
    return "parts of seconds" if ts.partition(".")[2].strip("0") else "whole seconds"


async def _empty(bench: Bench) -> str:
    await bench.post("empty", {"text": "Self-test: empty rich text.", "blocks": EMPTY})
    return "accepted"


def _content(item: Item) -> dict[str, Any]:
    return dict(cards.draw(item).content)


def _blocks(row: Row) -> Sequence[Mapping[str, Any]]:
    return row.get("blocks") or ()


RECOVERY = "After a crash the bridge finds its posts by their mark; without it tickets double."
CUSTOMER = "Customers' messages are posted under their names; scope chat:write.customize."


def _probes() -> Iterator[Probe]:
    yield Probe(
        "card.post", "a ticket's card", _card, "Without a card there is no ticket in Slack."
    )
    yield Probe("part.post", "a message as the customer", _part, CUSTOMER)
    yield Probe(
        "part.thread", "that message, below the card", _in_thread, "Threads are the tickets."
    )
    yield Probe("card.found", "the card, read back in the channel", _card_found, RECOVERY)
    yield Probe("part.found", "the message, read back in the thread", _part_found, RECOVERY)
    yield Probe("mark.light", "marks, where they are not asked for", _light, "Costs only traffic.")
    yield Probe("card.dates", "date tokens on the card", _dates, "Times must fit each reader's.")
    yield Probe("card.buttons", "buttons and menu of the card", _buttons, "Buttons must tell us.")
    yield Probe("card.update", "the card's mark after an update", _update, RECOVERY)
    yield Probe("card.edited", "an updated card", _edited, "Only how cards look.")
    yield Probe(
        "part.update",
        "name and icon after an update",
        _update_part,
        "The bridge updates no customer's message, so this does no harm today.",
    )
    yield Probe(
        "part.plain",
        "rich text updated to plain blocks",
        _plain,
        "The bridge redraws no rich text as plain blocks.",
    )
    yield Probe(
        "text.long",
        f"an update of {TOO_LONG:,} characters of text",
        _long,
        "The bridge keeps to 3,900: only a lower limit than 4,000 would matter.",
    )
    yield Probe(
        "text.edited",
        "the time of an edit",
        _edit_time,
        "Edits are ordered by it: within one second the order may be lost.",
    )
    yield Probe(
        "rich_text.empty", "an empty rich text", _empty, "The bridge draws words instead of it."
    )


PROBES = tuple(_probes())
