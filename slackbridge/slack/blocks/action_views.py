"""The modals of a marketplace's own actions: a form, and for money a second step. Pure.

The second step says exactly what will happen and asks for a word to be typed.
"""

from __future__ import annotations

import re

from slackbridge.domain.model import Action, Field, TicketKey
from slackbridge.slack.blocks import block_kit, mrkdwn
from slackbridge.slack.blocks.block_kit import Block
from slackbridge.slack.blocks.ids import Callback, Input
from slackbridge.slack.blocks.views import INPUT_LIMIT, goes_out, modal

AMOUNT = re.compile(r"\d+([.,]\d+)?")
OPTIONS = 100  # static_select takes so many


def form(key: TicketKey, provider: str, action: Action, meta: str) -> Block:
    """An action's form; each input has the name of its field as block and action id."""
    blocks = [block_kit.section(mrkdwn.ours(action.explains, 2_000))] if action.explains else []
    blocks += [_input(field) for field in action.fields]
    blocks.append(block_kit.context(goes_out(key, provider)))
    return modal(action.label, Callback.FORM, meta, blocks, "Next" if action.money else "Do it")


def sure(key: TicketKey, provider: str, action: Action, said: str, word: str, meta: str) -> Block:
    """The second step: what will happen, in the marketplace's words, and a word to type."""
    head = f"*{mrkdwn.outside(action.label, 100)}* · `{mrkdwn.outside(str(key), 100)}`"
    line = {"type": "plain_text_input", "max_length": 100}
    blocks = [
        block_kit.section(head),
        block_kit.literal(said, 2_500),
        block_kit.input(Input.TYPED, f"Type {word} to confirm", line),
        block_kit.context(f"{goes_out(key, provider)}. This cannot be undone."),
    ]
    return modal(action.label, Callback.MONEY, meta, blocks, "Do it now")


def word_of(action: Action, values: dict[str, str]) -> str:
    """What has to be typed: the amount that was entered, else the action's name."""
    amount = values.get("amount", "")
    return amount if AMOUNT.fullmatch(amount) else action.name.upper()


def _input(field: Field) -> Block:
    element = _choice(field) if field.options else _line(field)
    shape = block_kit.input(field.name, field.label, element, field.hint)
    return shape | {"optional": field.optional}


def _choice(field: Field) -> Block:
    options = {value: block_kit.option(label, value) for value, label in field.options[:OPTIONS]}
    element: Block = {"type": "static_select", "options": list(options.values())}
    first = options.get(field.initial)
    return element | ({"initial_option": first} if first else {})


def _line(field: Field) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "multiline": field.multiline,
        "max_length": max(1, min(field.max_length, INPUT_LIMIT)),
    }
    return element | ({"initial_value": field.initial} if field.initial else {})
