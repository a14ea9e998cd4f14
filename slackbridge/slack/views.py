"""The modals. Pure; what is entered comes back under the block and action ids `text` and `how`.

Limits: Slack's reference of views (title and buttons 24, private_metadata 3,000, 100 blocks) and
of plain_text_input (3,000 characters).
"""

from __future__ import annotations

from collections.abc import Sequence

from slackbridge.document import Document, split
from slackbridge.model import TicketKey
from slackbridge.slack import kit, richtext, wording
from slackbridge.slack.kit import Block

META_LIMIT = 3_000
INPUT_LIMIT = 3_000
LAST_LIMIT = 2_500
CHOICES = {
    "send": "Send to the customer",
    "send_solve": "Send and solve",
    "internal": "Internal note: the marketplace's agents can read it",
    "private": "Private note: only your team",
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
) -> Block:
    """Answer a customer or leave a note; `last` is the customer's last message.

    While it is `loading` the modal can be used already. `limit` is the marketplace's, in
    characters; `choices` are names of CHOICES, the first is chosen; `warning` is our mrkdwn.
    """
    blocks = [kit.section(f"⚠️ {wording.ours(warning, 900)}")] if warning.strip() else []
    blocks += _last(last, loading)
    blocks.append(_text("Your message", limit))
    blocks += _how(choices)
    blocks.append(kit.context(goes_out(key, provider)))
    return modal(title, "reply", meta, blocks, "Send")


def follow_up_modal(
    key: TicketKey, provider: str, limit: int, meta: str, title: str = "Open a follow-up"
) -> Block:
    """Open a new ticket that follows a closed one."""
    about = f"A new ticket to the same customer, as a follow-up of *{wording.outside(str(key))}*."
    blocks = [
        kit.section(about),
        _text("First message to the customer", limit),
        kit.context(goes_out(key, provider)),
    ]
    return modal(title, "follow_up", meta, blocks, "Open")


def confirm_modal(title: str, text: str, callback_id: str, meta: str, submit: str) -> Block:
    """A question; `text` is our mrkdwn."""
    return modal(title, callback_id, meta, [kit.section(wording.ours(text))], submit)


def message_modal(title: str, text: str) -> Block:
    """Something to read; `text` is our mrkdwn."""
    return modal(title, "message", "", [kit.section(wording.ours(text))], "")


def modal(title: str, callback_id: str, meta: str, blocks: list[Block], submit: str) -> Block:
    """A modal. Raises ValueError if `meta` is longer than Slack takes."""
    if len(meta) > META_LIMIT:
        raise ValueError(f"private_metadata takes {META_LIMIT} characters, not {len(meta)}")
    view: Block = {
        "type": "modal",
        "callback_id": callback_id[: kit.ID_LIMIT],
        "private_metadata": meta,
        "title": kit.plain(wording.line(title), 24, emoji=False),
        "close": kit.plain("Cancel" if submit else "Close", 24),
        "blocks": blocks,
    }
    return view | ({"submit": kit.plain(submit, 24)} if submit else {})


def goes_out(key: TicketKey, provider: str) -> str:
    """As which account, in words."""
    place = wording.outside(provider, 100)
    return f"Goes out as *{wording.outside(key.account, 100)}*" + (f" on {place}" if place else "")


def _last(last: Document | None, loading: bool) -> list[Block]:
    if loading:
        return [kit.context("Loading the last message…")]
    if last is None:
        return []
    parts = split(last, LAST_LIMIT)
    more = [kit.context("… the rest is in the thread")] if len(parts) > 1 else []
    return [kit.context("The customer's last message"), *richtext.blocks(parts[0]), *more]


def _text(label: str, limit: int) -> Block:
    most = max(1, min(limit, INPUT_LIMIT))
    return {
        "type": "input",
        "block_id": "text",
        "label": kit.plain(label, 100),
        "hint": kit.plain(f"At most {most:,} characters.", 100),
        "element": {
            "type": "plain_text_input",
            "action_id": "text",
            "multiline": True,
            "max_length": most,
            "focus_on_load": True,
        },
    }


def _how(choices: Sequence[str]) -> list[Block]:
    names = [name.strip() for name in choices if name.strip()]
    options = [
        kit.option(CHOICES.get(name) or wording.label(name), name)
        for name in list(dict.fromkeys(names))[:10]
    ]
    if not options:
        return []
    radio = {
        "type": "radio_buttons",
        "action_id": "how",
        "options": options,
        "initial_option": options[0],
    }
    label = kit.plain("What to do with it", 100)
    return [{"type": "input", "block_id": "how", "label": label, "element": radio}]
