"""Draws the receipt of an intent, and what the bridge itself has to say. Pure.

A receipt holds no rich text, with or without its quote: the quote goes away once the outcome is
settled, and Slack refuses to turn rich text into anything else (`block_mismatch`).
"""

from __future__ import annotations

from slackbridge.intent import Press
from slackbridge.slack import kit, wording
from slackbridge.slack.kit import Block, Drawn
from slackbridge.text import clean
from slackbridge.view import Notice, Words

# label, style
BUTTONS = {
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
QUOTE = 2_900


def draw_words(words: Words) -> Drawn:
    """The words, the agent's own text where it shows nowhere else, and what can be done."""
    text = wording.ours(words.text)
    quote = clean(words.quote).strip()
    blocks = [kit.section(text)]
    blocks += [kit.literal(f"“{wording.shorten(quote, QUOTE - 2)}”", QUOTE)] if quote else []
    if words.buttons:
        value = f"{words.key}|{words.intent}"
        buttons = [_button(press, value) for press in dict.fromkeys(words.buttons)]
        blocks.append(kit.actions(f"intent|{value}", buttons))
    spoken = f"“{wording.passage(quote, kit.TEXT_LIMIT - 10)}”" if quote else ""
    return kit.drawn([text, spoken], blocks)


def _button(press: Press, value: str) -> Block:
    label, style = BUTTONS[press]
    sure = _twice() if press is Press.AGAIN else None
    return kit.button(label, f"intent:{press}", value, style, sure)


def _twice() -> Block:
    return kit.confirm("Send it again?", "The customer may get it twice.", "Send again")


def draw_notice(notice: Notice) -> Drawn:
    """What the bridge has to say, with at most one button."""
    text = wording.ours(notice.text)
    blocks = [kit.section(text)]
    if notice.button.strip():
        label = wording.line(notice.label, 75) or wording.label(notice.button)
        button = kit.button(label, f"account:{notice.button}", notice.account)
        blocks.append(kit.actions(f"account|{notice.account}|{notice.button}", [button]))
    return kit.drawn([text], blocks)
