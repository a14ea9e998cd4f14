"""The modals of replies, follow-ups and claims. Pure.

Limits: Slack's reference of views (title and buttons 24, private_metadata 3,000, 100 blocks) and
of plain_text_input (3,000 characters).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slackbridge.domain.model import TicketKey
from slackbridge.slack.blocks import block_kit, mrkdwn, rich_text
from slackbridge.slack.blocks.block_kit import Block
from slackbridge.slack.blocks.ids import Callback, How, Input
from slackbridge.text.document import Document, split

META_LIMIT = 3_000
INPUT_LIMIT = 3_000
LAST_LIMIT = 2_500
CHOICES: Mapping[str, str] = {
    How.SEND: "Send to the customer",
    How.SEND_SOLVE: "Send and solve",
    How.INTERNAL: "Internal note: the marketplace's agents can read it",
    How.PRIVATE: "Private note: only your team",
}


def reply_modal(
    key: TicketKey,
    title: str,
    last: Document | None,
    loading: bool,
    limit: int,
    choices: Sequence[str],
    warning: str,
    meta: str,
    provider: str = "",
    beside: str = "",
) -> Block:
    """Answer a customer or leave a note; `last` is the customer's last message.

    The modal can be used while `last` is `loading`. `limit` is the marketplace's, in characters;
    the first of `choices` is selected; `warning` is our mrkdwn, and so is `beside`, such as a line
    about the order.
    """
    blocks = [block_kit.section(f"⚠️ {mrkdwn.ours(warning, 900)}")] if warning.strip() else []
    blocks += _last(last, loading)
    blocks += [block_kit.context(beside)] if beside.strip() else []
    blocks.append(_text("Your message", limit))
    blocks += _how(choices)
    blocks.append(block_kit.context(goes_out(key, provider)))
    return modal(title, Callback.REPLY, meta, blocks, "Send")


def follow_up_modal(
    key: TicketKey, provider: str, limit: int, meta: str, title: str = "Open a follow-up"
) -> Block:
    """Open a new ticket that follows a closed one."""
    about = f"A new ticket to the same customer, as a follow-up of *{mrkdwn.outside(str(key))}*."
    blocks = [
        block_kit.section(about),
        _text("First message to the customer", limit),
        block_kit.context(goes_out(key, provider)),
    ]
    return modal(title, Callback.FOLLOW_UP, meta, blocks, "Open")


def confirm_modal(title: str, text: str, callback_id: str, meta: str, submit: str) -> Block:
    """A question; `text` is our mrkdwn."""
    return modal(title, callback_id, meta, [block_kit.section(mrkdwn.ours(text))], submit)


def message_modal(title: str, text: str) -> Block:
    """Something to read; `text` is our mrkdwn."""
    return modal(title, Callback.MESSAGE, "", [block_kit.section(mrkdwn.ours(text))], "")


def modal(title: str, callback_id: str, meta: str, blocks: list[Block], submit: str) -> Block:
    """A modal. Raises ValueError if `meta` is longer than Slack takes."""
    if len(meta) > META_LIMIT:
        raise ValueError(f"private_metadata takes {META_LIMIT} characters, not {len(meta)}")
    view: Block = {
        "type": "modal",
        "callback_id": callback_id[: block_kit.ID_LIMIT],
        "private_metadata": meta,
        "title": block_kit.plain(mrkdwn.line(title), 24, emoji=False),
        "close": block_kit.plain("Cancel" if submit else "Close", 24),
        "blocks": blocks,
    }
    return view | ({"submit": block_kit.plain(submit, 24)} if submit else {})


def goes_out(key: TicketKey, provider: str) -> str:
    """As which account, in words."""
    place = mrkdwn.outside(provider, 100)
    return f"Goes out as *{mrkdwn.outside(key.account, 100)}*" + (f" on {place}" if place else "")


def _last(last: Document | None, loading: bool) -> list[Block]:
    if loading:
        return [block_kit.context("Loading the last message…")]
    if last is None:
        return []
    parts = split(last, LAST_LIMIT)
    more = [block_kit.context("… the rest is in the thread")] if len(parts) > 1 else []
    return [block_kit.context("The customer's last message"), *rich_text.blocks(parts[0]), *more]


def _text(label: str, limit: int) -> Block:
    most = max(1, min(limit, INPUT_LIMIT))
    element = {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": most,
        "focus_on_load": True,
    }
    return block_kit.input(Input.TEXT, label, element, f"At most {most:,} characters.")


def _how(choices: Sequence[str]) -> list[Block]:
    names = dict.fromkeys(name.strip() for name in choices if name.strip())
    options = [
        block_kit.option(CHOICES.get(name) or mrkdwn.label(name), name) for name in list(names)[:10]
    ]
    if not options:
        return []
    radio = {"type": "radio_buttons", "options": options, "initial_option": options[0]}
    return [block_kit.input(Input.HOW, "What to do with it", radio)]
