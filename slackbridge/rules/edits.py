"""Messages that were changed at the marketplace after they were shown. Pure.

A print of the text and the names of its files is kept with each message that is shown. Addresses,
authors' names and times are not part of it: they may change by themselves.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable

from slackbridge.domain.model import Conversation, Message
from slackbridge.domain.record import StoredTicket
from slackbridge.domain.shown import ShownMessage
from slackbridge.text.clean import normalise
from slackbridge.text.document import plain

HOUR = 3_600.0
Edited = tuple[Message, str]
"""A message and the print of what it has become."""

MOST = 3  # posts of edits of one message within an hour


def print_of(message: Message) -> str:
    """Four characters that change when its text or its files do."""
    names = sorted(normalise(file.name) for file in message.attachments)
    told = "\0".join([normalise(plain(message.body)), *names])
    return urlsafe_b64encode(hashlib.sha256(told.encode("utf-8", "replace")).digest()[:3]).decode()


def edited(stored: StoredTicket, conversation: Conversation) -> list[Edited]:
    """The messages that Slack shows whole but as they were before, with their prints now.

    Each print is made for it: once a pass is enough.
    """
    found = []
    for message in conversation.messages:
        shown = stored.shown(message.id)
        if shown.whole and shown.print and (now := print_of(message)) != shown.print:
            found.append((message, now))
    return found


def unshown(stored: StoredTicket, edits: Iterable[Edited]) -> list[Edited]:
    """Those of the edits that Slack still does not show."""
    return [(message, print) for message, print in edits if stored.shown(message.id).print != print]


def unprinted(stored: StoredTicket, conversation: Conversation) -> dict[str, str]:
    """New values for messages that are shown, but whose print is not known yet."""
    shown = {message.id: (stored.shown(message.id), message) for message in conversation.messages}
    return {
        id: value.printed(print_of(message)).text
        for id, (value, message) in shown.items()
        if value.whole and not value.own and not value.print
    }


def held_back(shown: ShownMessage, now: float) -> float | None:
    """Until when no further edit of a message is shown (Unix seconds); None = it may be now.

    Some marketplace may answer with another text at each read.
    """
    if shown.becoming:
        return None  # what was begun is shown whole
    lately = [float(ts) for ts in shown.edits if float(ts) > now - HOUR]
    return min(lately) + HOUR if len(lately) >= MOST else None
