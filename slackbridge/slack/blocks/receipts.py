"""Draws the receipt of an intent, and what the bridge itself has to say. Pure.

A receipt holds no rich text: its quote is removed once the outcome is settled, and Slack refuses to
replace rich text with any other block (`block_mismatch`).
"""

from __future__ import annotations

from slackbridge.domain.intent import Press
from slackbridge.domain.view import Notice, Words
from slackbridge.slack.blocks import block_kit, mrkdwn
from slackbridge.slack.blocks.block_kit import Block
from slackbridge.slack.blocks.drawn import TEXT_LIMIT, Drawn, Literal, drawn
from slackbridge.slack.blocks.ids import Target
from slackbridge.text.clean import clean

BUTTONS = {  # label and style
    Press.UNDO: ("Undo", ""),
    Press.SEND_NOW: ("Send now", ""),
    Press.SEND: ("Send to the customer", "primary"),
    Press.SEND_TEXT: ("Send the text alone", "primary"),
    Press.KEEP: ("Keep as a note", ""),
    Press.RETRY: ("Retry", "primary"),
    Press.DISCARD: ("Discard", "danger"),
    Press.CHECK: ("Check again", "primary"),
    Press.AGAIN: ("Send again", ""),
    Press.WAS_SENT: ("It was sent", ""),
}
TWICE = block_kit.confirm("Send it again?", "The customer may get it twice.", "Send again")
QUOTE = 2_900
MARGIN = 250  # for the plain form's own words


def draw_words(words: Words) -> Drawn:
    """The words, the agent's own text where it shows nowhere else, and what can be done."""
    text = mrkdwn.ours(words.text)
    quote = clean(words.quote).strip()
    blocks, buttons = [block_kit.section(text)], _buttons(words)
    room = block_kit.LIMIT - block_kit.cost([*blocks, *buttons]) - MARGIN
    short = mrkdwn.affordable(quote, min(QUOTE - 2, room), room)
    blocks += [block_kit.literal(f"“{short}”", QUOTE)] if quote else []
    spoken = f"“{mrkdwn.passage(quote, TEXT_LIMIT - 10)}”" if quote else ""
    whole = [text, Literal(f"“{short}”" if quote else "")]
    return drawn([text, spoken], [*blocks, *buttons], whole=whole)


def _buttons(words: Words) -> list[Block]:
    if not words.buttons:
        return []
    # In a thread the button's ticket is the thread's: its name here may be cut.
    value = f"{block_kit.about(str(words.key))}|{block_kit.about(words.intent)}"
    buttons = [_button(press, value) for press in dict.fromkeys(words.buttons)]
    return [block_kit.actions(Target.INTENT.block_id(value), buttons)]


def _button(press: Press, value: str) -> Block:
    label, style = BUTTONS[press]
    confirm = TWICE if press is Press.AGAIN else None
    return block_kit.button(label, Target.INTENT.action_id(press), value, style, confirm)


def draw_notice(notice: Notice) -> Drawn:
    """What the bridge has to say, with at most one button."""
    text = mrkdwn.ours(notice.text)
    blocks = [block_kit.section(text)]
    if notice.button.strip():
        block_id = Target.ACCOUNT.block_id(notice.account, notice.button)
        label = mrkdwn.line(notice.label, 75) or mrkdwn.label(notice.button)
        button = block_kit.button(label, Target.ACCOUNT.action_id(notice.button), notice.account)
        blocks.append(block_kit.actions(block_id, [button]))
    return drawn([text], blocks)
