"""The next post of a thread: what the marketplace shows and Slack does not yet. Pure.

It follows from the record and the conversation. Messages are posted in the provider's order, long
ones in parts, each exactly once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from slackbridge.domain.chat import CARD, edit_effect, edit_of, message_effect, part_of
from slackbridge.domain.model import Conversation, Message
from slackbridge.domain.record import Patch, StoredTicket
from slackbridge.domain.view import Item, Part
from slackbridge.rules import edits
from slackbridge.rules.edits import Edited
from slackbridge.text.document import Document
from slackbridge.text.weight import split_by_weight, weight

PART_LIMIT = 3_000
PART_ROOM = 9_000
"""Of the 10,000 characters of JSON that a post may have; the rest is for its header and footer."""

ROOM_BESIDE_FILES = 5_000
"""For the last part of a message that has attachments."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message to be posted. Its effect identifies it for good.

    `print` is that of the marketplace's message which it completes ('' = it completes none).
    """

    effect: str
    item: Item
    print: str = ""


def shown_before(stored: StoredTicket, at: float) -> set[str]:
    """The ids of the messages that Slack showed before that moment (Unix seconds)."""
    return {
        id for id, value in stored.parts.items() if value[:1] == "=" or float(value.split()[0]) < at
    }


def not_recorded(stored: StoredTicket, standing: Iterable[tuple[str, str]]) -> Patch:
    """The patch for parts that are in Slack (effect and ts, in order) but not in the record."""
    parts: dict[str, str] = {}
    for effect, ts in standing:
        if _is_next(effect, ts, stored):
            patch = posted(effect, ts, "", stored)
            parts |= patch["parts"]
            stored = stored.patched(patch)
    return Patch(parts=parts) if parts else Patch()


def _is_next(effect: str, ts: str, stored: StoredTicket) -> bool:
    """Whether this post is the next part of what the record knows of its message."""
    if (part := part_of(effect)) is not None:
        shown = stored.shown(part.message)
        return not shown.whole and part.number == len(shown.parts) + 1
    if (edit := edit_of(effect)) is None or ts in stored.timestamps():
        return False
    shown = stored.shown(edit.message)
    begun = len(shown.begun) if shown.becoming == edit.print else 0
    return shown.whole and edit.number == begun + 1


def posted(effect: str, ts: str, channel: str, stored: StoredTicket, print: str = "") -> Patch:
    """The patch for an effect that is known to be in Slack at `ts`; `print` as in Post."""
    if effect == CARD:
        return Patch(channel=channel, root=ts)
    if (edit := edit_of(effect)) is not None:
        last = edit.number == edit.total
        value = stored.shown(edit.message).with_edit(edit.print, ts, last=last)
        return Patch(parts={edit.message: value.text})
    if (part := part_of(effect)) is None:
        return Patch()
    last = part.number == part.total
    value = stored.shown(part.message).with_part(ts, last=last, print=print)
    return Patch(parts={part.message: value.text})


def next_part(stored: StoredTicket, conversation: Conversation) -> Post | None:
    """The first part of the first message that Slack does not show yet."""
    for message in conversation.messages:
        if not stored.whole(message.id):
            part = _part(message, len(stored.shown_parts(message.id)))
            effect = message_effect(message.id, part.number, part.total)
            return Post(effect, part, edits.print_of(message) if part.number == part.total else "")
    return None


def next_edit(stored: StoredTicket, edited: Sequence[Edited], now: float) -> Post | None:
    """The first part of the first edit that Slack does not show yet, and that may be shown now."""
    for message, print in edits.unshown(stored, edited):
        shown = stored.shown(message.id)
        if edits.held_back(shown, now) is None:
            begun = len(shown.begun) if shown.becoming == print else 0
            part = replace(_part(message, begun), edited=True)
            return Post(edit_effect(message.id, print, part.number, part.total), part)
    return None


def pieces_of(message: Message) -> tuple[Document, ...]:
    """The bodies of a message's parts.

    A message of which some parts are shown is cut anew at each pass, perhaps by a newer version:
    what Slack takes must be cut in the same places for ever.
    """
    pieces = split_by_weight(message.body, PART_LIMIT, PART_ROOM)
    if message.attachments and weight(pieces[-1]) > ROOM_BESIDE_FILES:
        last = split_by_weight(pieces[-1], PART_LIMIT // 2, ROOM_BESIDE_FILES)
        pieces = (*pieces[:-1], *last)
    return pieces


def _part(message: Message, done: int) -> Part:
    pieces = pieces_of(message)
    number = min(done + 1, len(pieces))
    return Part(
        author=message.author,
        name=message.name,
        scope=message.scope,
        at=message.at,
        body=pieces[number - 1],
        number=number,
        total=len(pieces),
        attachments=message.attachments if number == len(pieces) else (),
    )
