"""Which customers' files are to be shared in a thread. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from slackbridge.domain.files import Attachment
from slackbridge.domain.model import Author, Conversation, Message
from slackbridge.domain.record import StoredTicket
from slackbridge.domain.upload import FileUpload
from slackbridge.rules import attaching

DAY = 86_400.0
SKEW_SECONDS = 60.0
MOST_OF_A_MESSAGE = 10
MOST_TRIES = 5
ENDLESS_TRIES = 12
FAILED = "📎 {name} could not be shown here: {why}. It is at the link above."


@dataclass(frozen=True, slots=True)
class UploadSettings:
    """What is shared: MIME types (`image/*` is a family), and at most so many bytes.

    Times are in seconds: one call to Slack takes at most `timeout`, and after `settle` more a
    thread shows what it did.
    """

    types: frozenset[str]
    most: int
    timeout: float = 10.0
    settle: float = 5.0
    retry: float = 2.0
    retry_max: float = 60.0

    @property
    def lasts(self) -> float:
        """How long one try may take: a look, the fetch, and three calls to Slack."""
        return 5 * self.timeout


def wanted(
    stored: StoredTicket,
    conversation: Conversation,
    types: frozenset[str],
    now: float,
    forgotten: float,
) -> dict[str, FileUpload]:
    """New uploads, by `<message>/<number>`: of messages that Slack has shown for a day at most.

    Whatever happened before `forgotten` (Unix seconds) Redis may not know any more.
    """
    found = {}
    for message in conversation.messages:
        if (since := _shown_at(stored, message)) < now - DAY:
            continue
        for number, file in _eligible(message, types):
            name = f"{message.id}/{number}"
            if name not in stored.files:
                look = since < forgotten + SKEW_SECONDS
                found[name] = FileUpload(
                    name=file.name, url=file.url, since=since, due=now, unsure=look
                )
    return found


def _shown_at(stored: StoredTicket, message: Message) -> float:
    """When its last part was posted; 0 for one that an agent's own message shows."""
    shown = stored.shown(message.id)
    return float(shown.parts[-1]) if shown.whole and shown.parts else 0.0


def _eligible(message: Message, types: frozenset[str]) -> Iterator[tuple[int, Attachment]]:
    if message.author is Author.AGENT:
        return
    for number, file in enumerate(message.attachments[:MOST_OF_A_MESSAGE], 1):
        known = file.content_type.partition(";")[0].strip()
        if file.url and (not known or attaching.fits(known, types)):
            yield number, file


def told(name: str, why: str) -> str:
    """What the thread says of a file of which only the link is shown, in mrkdwn."""
    return FAILED.format(name=attaching.quoted(name), why=why.rstrip("."))
