"""The modals of a marketplace's own actions: a form from its fields, and for money a second step
that says exactly what will happen. Pure.
"""

from __future__ import annotations

import re

from slackbridge.model import Action, Field, TicketKey
from slackbridge.slack import kit, wording
from slackbridge.slack.kit import Block
from slackbridge.slack.views import INPUT_LIMIT, goes_out, modal

AMOUNT = re.compile(r"\d+([.,]\d+)?")
OPTIONS = 100  # static_select takes so many
FORM, MONEY = "action", "money"
TYPED = "typed"


def form(key: TicketKey, provider: str, action: Action, meta: str) -> Block:
    """An action's form; what is entered comes back under each field's name."""
    blocks = [kit.section(wording.ours(action.explains, 2_000))] if action.explains else []
    blocks += [_input(field) for field in action.fields]
    blocks.append(kit.context(goes_out(key, provider)))
    return modal(action.label, FORM, meta, blocks, "Next" if action.money else "Do it")


def asking(action: Action) -> Block:
    """While the marketplace is asked what would happen."""
    text = kit.section("Asking the marketplace what exactly will happen…")
    return modal(action.label, "message", "", [text], "")


def sure(key: TicketKey, provider: str, action: Action, said: str, word: str, meta: str) -> Block:
    """The second step: what will happen, in the marketplace's words, and a word to type."""
    blocks = [
        kit.section(f"*{wording.outside(action.label, 100)}* · `{wording.outside(str(key), 100)}`"),
        kit.literal(said, 2_500),
        _typed(word),
        kit.context(f"{goes_out(key, provider)}. This cannot be undone."),
    ]
    return modal(action.label, MONEY, meta, blocks, "Do it now")


def word_of(action: Action, values: dict[str, str]) -> str:
    """What has to be typed: the amount that was entered, else the action's name."""
    amount = values.get("amount", "")
    return amount if AMOUNT.fullmatch(amount) else action.name.upper()


def _typed(word: str) -> Block:
    return {
        "type": "input",
        "block_id": TYPED,
        "label": kit.plain(f"Type {word} to confirm", 100),
        "element": {"type": "plain_text_input", "action_id": TYPED, "max_length": 100},
    }


def _input(field: Field) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field.name[: kit.ID_LIMIT],
        "optional": field.optional,
        "label": kit.plain(field.label, 200),
        "element": _choice(field) if field.options else _line(field),
    }
    return block | ({"hint": kit.plain(field.hint, 200)} if field.hint else {})


def _choice(field: Field) -> Block:
    options = {value: kit.option(label, value) for value, label in field.options[:OPTIONS]}
    element: Block = {
        "type": "static_select",
        "action_id": field.name[: kit.ID_LIMIT],
        "options": list(options.values()),
    }
    first = options.get(field.initial)
    return element | ({"initial_option": first} if first else {})


def _line(field: Field) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": field.name[: kit.ID_LIMIT],
        "multiline": field.multiline,
        "max_length": max(1, min(field.max_length, INPUT_LIMIT)),
    }
    return element | ({"initial_value": field.initial} if field.initial else {})
