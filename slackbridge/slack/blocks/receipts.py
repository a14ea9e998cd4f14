"""Draws the receipt of an intent, and what the bridge itself has to say. Pure.

A receipt holds no rich text: its quote is removed once the outcome is settled, and Slack refuses to
replace rich text with any other block (`block_mismatch`).
"""

from __future__ import annotations

from slackbridge.domain.intent import Press
from slackbridge.domain.view import Notice, Words
from slackbridge.slack.blocks import block_kit, mrkdwn
from slackbridge.slack.blocks.block_kit import Block, Drawn
from slackbridge.slack.blocks.ids import Target
from slackbridge.text.clean import clean

BUTTONS = {  # label and style
    Press.UNDO: ("Undo", ""),
    Press.SEND_NOW: ("Send now", ""),
    Press.SEND: ("Send to the customer", "primary"),
    Press.KEEP: ("Keep as a note", ""),
    Press.RETRY: ("Retry", "primary"),
    Press.DISCARD: ("Discard", "danger"),
    Press.CHECK: ("Check again", "primary"),
    Press.AGAIN: ("Send again", ""),
    Press.WAS_SENT: ("It was sent", ""),
}
TWICE = block_kit.confirm("Send it again?", "The customer may get it twice.", "Send again")
QUOTE = 2_900


def draw_words(words: Words) -> Drawn:
    """The words, the agent's own text where it shows nowhere else, and what can be done."""
    text = mrkdwn.ours(words.text)
    quote = clean(words.quote).strip()
    blocks = [block_kit.section(text)]
    blocks += [block_kit.literal(f"“{mrkdwn.shorten(quote, QUOTE - 2)}”", QUOTE)] if quote else []
    if words.buttons:
        value = f"{words.key}|{words.intent}"
        buttons = [_button(press, value) for press in dict.fromkeys(words.buttons)]
        blocks.append(block_kit.actions(Target.INTENT.block_id(value), buttons))
    spoken = f"“{mrkdwn.passage(quote, block_kit.TEXT_LIMIT - 10)}”" if quote else ""
    return block_kit.drawn([text, spoken], blocks)


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
    return block_kit.drawn([text], blocks)
