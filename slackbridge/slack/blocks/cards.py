"""Draws an item as a Slack message; here the dispatch and the card. Pure.

Text from outside is escaped or literal, and every message keeps Slack's limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slackbridge.domain.model import Status
from slackbridge.domain.view import Button, Card, Form, Item, Notice, Part, Words
from slackbridge.slack.blocks import block_kit, mrkdwn
from slackbridge.slack.blocks.block_kit import LIMIT, Block, cost
from slackbridge.slack.blocks.drawn import TEXT_LIMIT, Drawn, Literal, drawn, in_form
from slackbridge.slack.blocks.ids import Target
from slackbridge.slack.blocks.message_parts import draw_part
from slackbridge.slack.blocks.mrkdwn import outside
from slackbridge.slack.blocks.receipts import draw_notice, draw_words

LABELS: Mapping[str, str] = {
    Button.REPLY: "Reply",
    Button.SOLVE: "Solve",
    Button.PENDING: "Set to waiting",
    Button.CLAIM: "Claim",
    Button.UNCLAIM: "Unclaim",
    Button.INTERNAL: "Internal note",
    Button.PRIVATE: "Private note",
    Button.FOLLOW_UP: "Open a follow-up",
    Button.DETAILS: "Details",
    Button.CLOSE: "Close",
    Button.REOPEN: "Reopen",
}
STATUS = "Status"
MOVES: Mapping[str, str] = {
    Status.NEEDS_AGENT: "🟠",
    Status.WAITING: "🔵",
    Status.SOLVED: "🟢",
    Status.CLOSED: "⚪",
}
ENDED = "|".join(status.value.capitalize() for status in Status if not status.active)
ENDS = re.compile(rf"\*{STATUS}:\* \S+ (?:{ENDED})\b")  # Slack may give the emoji back by name
BUTTONS = 24  # with the menu 25, which is what Slack takes in one block
OPTIONS = 5  # of a menu
FACT = 150
MARGIN = 250  # for the plain form's own words


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a card is drawn: characters of a fact and of a sentence, and buttons."""

    fact: int = FACT
    said: int = 900
    buttons: int = BUTTONS


ROOMS = (Room(), Room(80, 300), Room(30, 100), *(Room(30, 100, n) for n in (12, 6, 3, 1, 0)))
"""The first in which a card costs no more than Slack takes; ordinary ones fit into the first."""


def draw(item: Item, form: Form = Form.RICH, limit: int = TEXT_LIMIT) -> Drawn:
    """`limit` is of the text where the form is text only, in characters."""
    return in_form(_rich(item), form, limit)


def _rich(item: Item) -> Drawn:
    match item:
        case Card():
            return _card(item)
        case Part():
            return draw_part(item)
        case Words():
            return draw_words(item)
        case Notice():
            return draw_notice(item)


def title(card: Card) -> str:
    """Customer and item in one literal line."""
    parts = (mrkdwn.line(card.customer) or mrkdwn.line(card.email), mrkdwn.line(card.item))
    return " · ".join(part for part in parts if part) or f"Ticket {mrkdwn.line(card.key.id, 100)}"


def status(card: Card) -> str:
    """The status as mrkdwn; the marketplace's own word in brackets where it differs."""
    word = outside(card.status, 60)
    raw = outside(card.raw_status, 60)
    mark = MOVES.get(card.status, "⚫")
    same = raw.replace("_", " ").casefold() == word.casefold()
    return f"{mark} {word[:1].upper()}{word[1:]}" + (f" ({raw})" if raw and not same else "")


def shows_end(blocks: Iterable[Mapping[str, Any]], text: str = "") -> bool:
    """Whether a card, read back from Slack, shows its ticket as solved or closed.

    `text` is its fallback, all there is of a card in its last form.
    """
    fields = [field for block in blocks for field in _fields(block)]
    lines = [line for field in fields or [{"text": text}] for line in _lines(field)]
    return any(map(ENDS.match, lines))


def _fields(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from block.get("fields") or ()
    if block.get("type") == "section":  # of the plain form
        yield block.get("text") or {}


def _lines(field: Mapping[str, Any]) -> list[str]:
    return str(field.get("text", "")).split("\n")


def _card(card: Card) -> Drawn:
    tries = (_card_in(card, room) for room in ROOMS)
    return next(
        (it for it in tries if cost(it.blocks) <= LIMIT - MARGIN), _card_in(card, ROOMS[-1])
    )


def _card_in(card: Card, room: Room) -> Drawn:
    warning, facts, footer = _warning(card), list(_facts(card, room.fact)), _footer(card, room.fact)
    said = (_sentence(card.did, room.said), mrkdwn.ours(card.hint, room.said))
    doings = " ".join(text for text in said if text)
    shown = [f"*{label}:* {value}" for label, value in facts]
    blocks = [block_kit.section(warning)] if warning else []
    blocks.append(block_kit.header(title(card)))
    blocks += [
        block_kit.fields(shown[at : at + block_kit.FIELDS])
        for at in range(0, len(shown), block_kit.FIELDS)
    ]
    blocks.append(block_kit.context(footer))
    blocks += [block_kit.context(doings)] if doings else []
    blocks += _actions(card, room.buttons)
    spoken = [f"{label}: {value}" for label, value in facts]
    whole = [warning, Literal(title(card)), *shown, footer, doings]
    lines = [warning, outside(title(card), 600), *spoken, footer, doings]
    return drawn(lines, blocks, whole=whole)


def _sentence(text: str, room: int) -> str:
    said = mrkdwn.ours(text, room)
    return f"{said}." if said and not said.endswith((".", "!", "?", "…")) else said


def _warning(card: Card) -> str:
    place = outside(card.provider, 60) or "the marketplace"
    panic = f"🚨 *The customer asked {place} for help*" if card.panicked else ""
    urgency = f"⚠️ *Urgency:* {outside(card.urgency, 60)}" if card.urgency.strip() else ""
    return " · ".join(text for text in (panic, urgency) if text)


def _facts(card: Card, room: int) -> Iterator[tuple[str, str]]:
    """Label and mrkdwn value of what is known, deadlines first."""
    place = outside(card.provider, 60) or "Marketplace"
    times = (
        ("Customer wrote", mrkdwn.ago(card.waiting_since)),
        ("Due", " · ".join(filter(None, (mrkdwn.deadline(card.due_at), card.left)))),
        (f"{place} takes over", mrkdwn.deadline(card.takeover_at)),
    )
    texts = (
        ("Order", outside(card.order, room)),
        ("Item", outside(card.item, room) if len(title(card)) > 150 else ""),
        ("Country", mrkdwn.flag(card.country)),
        ("Topic", outside(card.topic, room)),
        ("Assignee", outside(card.assignee, room)),
        ("Held by", mrkdwn.mention(card.holder)),
        *((outside(name, 60), outside(value, room)) for name, value in card.extra[:10]),
    )
    yield STATUS, status(card)
    yield from ((label, value) for label, value in (*times, *texts) if value)


def _footer(card: Card, room: int) -> str:
    account = card.key.account
    parts = (
        outside(card.provider, 60),
        outside(account, 60),
        outside(str(card.key), room),
        outside(card.email, room) if card.customer.strip() != card.email.strip() else "",
        f"opened {mrkdwn.moment(card.opened_at)}",
        f"follow-up of {outside(card.follows, 100)}" if card.follows.strip() else "",
        mrkdwn.link(card.url),
    )
    return " · ".join(part for part in parts if part)


def _actions(card: Card, most: int) -> list[Block]:
    main, menu = _divided(card.actions)
    # A button's ticket is its thread's: its name here may be cut.
    key = block_kit.about(str(card.key))
    own = dict(card.labels)
    elements = [_button(name, _label(name, own), key) for name in main[:most]]
    if menu and most:
        action_id = Target.TICKET.action_id(Button.MORE)
        options = [block_kit.option(_label(name, own), name) for name in menu]
        elements.append({"type": "overflow", "action_id": action_id, "options": options})
    return [block_kit.actions(Target.TICKET.block_id(key), elements)] if elements else []


def _divided(names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The buttons and the menu of two to five options; whatever else is named is a button."""
    known = [name.strip()[:100] for name in names if name.strip()]
    at = known.index(Button.MORE) if Button.MORE in known else len(known)
    main = dict.fromkeys(known[:at])
    menu = list(dict.fromkeys(name for name in known[at:] if name != Button.MORE))
    alone = menu if len(menu) == 1 else menu[OPTIONS:]
    return list(main | dict.fromkeys(alone)), [] if len(menu) == 1 else menu[:OPTIONS]


def _button(name: str, label: str, key: str) -> Block:
    style = "primary" if name == Button.REPLY else ""
    return block_kit.button(label, Target.TICKET.action_id(name), key, style)


def _label(name: str, own: Mapping[str, str]) -> str:
    return LABELS.get(name) or own.get(name) or mrkdwn.label(name)
