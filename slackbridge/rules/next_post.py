"""The next post of a thread: what the marketplace shows and Slack does not yet. Pure.

It follows from the record and the conversation. Messages are posted in the provider's order, long
ones in parts, each exactly once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from slackbridge.domain.chat import CARD, message_effect, part_of
from slackbridge.domain.model import Conversation, Message
from slackbridge.domain.record import MORE, Patch, StoredTicket
from slackbridge.domain.view import Item, Part
from slackbridge.text.document import split

PART_LIMIT = 3_000


@dataclass(frozen=True, slots=True)
class Post:
    """One message to be posted. Its effect identifies it for good."""

    effect: str
    item: Item


def shown_before(stored: StoredTicket, at: float) -> set[str]:
    """The ids of the messages that Slack showed before that moment (Unix seconds)."""
    return {
        id for id, value in stored.parts.items() if value[:1] == "=" or float(value.split()[0]) < at
    }


def not_recorded(stored: StoredTicket, standing: Iterable[tuple[str, str]]) -> Patch:
    """The patch for parts that are in Slack (effect and ts, in order) but not in the record."""
    parts: dict[str, str] = {}
    for effect, ts in standing:
        part = part_of(effect)
        if part is None or stored.whole(part.message):
            continue
        if part.number == len(stored.shown_parts(part.message)) + 1:
            patch = posted(effect, ts, "", stored)
            parts |= patch["parts"]
            stored = stored.patched(patch)
    return Patch(parts=parts) if parts else Patch()


def posted(effect: str, ts: str, channel: str, stored: StoredTicket) -> Patch:
    """The patch for an effect that is known to be in Slack at `ts`."""
    if effect == CARD:
        return Patch(channel=channel, root=ts)
    if (part := part_of(effect)) is None:
        return Patch()
    more = [MORE] if part.number < part.total else []
    stand = stored.shown_parts(part.message)
    return Patch(parts={part.message: " ".join([*stand, ts, *more])})


def next_part(stored: StoredTicket, conversation: Conversation) -> Post | None:
    """The first part of the first message that Slack does not show yet."""
    for message in conversation.messages:
        if not stored.whole(message.id):
            return _part(message, len(stored.shown_parts(message.id)))
    return None


def _part(message: Message, done: int) -> Post:
    pieces = split(message.body, PART_LIMIT)
    number = min(done + 1, len(pieces))
    part = Part(
        author=message.author,
        name=message.name,
        scope=message.scope,
        at=message.at,
        body=pieces[number - 1],
        number=number,
        total=len(pieces),
        attachments=message.attachments if number == len(pieces) else (),
    )
    return Post(message_effect(message.id, number, len(pieces)), part)
