"""Evidence in a ticket, read again, for an attempt of unknown outcome. Pure.

A marketplace may rewrite texts (sanitised HTML, entities, white space), so they are compared in
normal form; a text that is similar but not equal proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from difflib import SequenceMatcher

from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Conversation, Kind, Message, Status
from slackbridge.text.clean import digest, normalise
from slackbridge.text.document import plain

ALIKE = 0.6
SAMPLE = 2_000
CLOCK_SKEW_SECONDS = 300.0  # how far a marketplace's clock may be behind
TELLING = 30  # characters; a shorter text may occur in another's by chance


@dataclass(frozen=True, slots=True)
class Happened:
    """It was done. `message` is its id at the marketplace, '' for an act that adds none."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """It is not there (yet)."""


@dataclass(frozen=True, slots=True)
class Differs:
    """A similar message is there that may or may not be it."""


Evidence = Happened | Absent | Differs


def baseline(conversation: Conversation) -> tuple[str, ...]:
    """The ids of the agents' messages, before an attempt."""
    return tuple(m.id for m in conversation.messages if m.of_agent)


def _candidates(
    intent: Intent, conversation: Conversation, taken: Collection[str]
) -> tuple[Message, ...]:
    """New messages that the intent's attempt may have added."""
    known, scope = {*taken, *intent.baseline}, intent.kind.scope
    new = (m for m in conversation.messages if m.of_agent and m.id not in known)
    return tuple(m for m in new if m.scope is scope)


def of_message(intent: Intent, conversation: Conversation, taken: Collection[str]) -> Evidence:
    """Evidence for a reply or internal note. `taken`: ids of other intents' messages."""
    found = _candidates(intent, conversation, taken)
    ours = intent.fingerprint
    whole = [message for message in found if carries(intent, message)]
    for message in whole:
        if digest(plain(message.body)) == ours:
            return Happened(message.id)
    for message in whole:
        if _contains(plain(message.body), intent.text):
            return Happened(message.id)
    if any(similar(intent.text, plain(message.body)) for message in found):
        return Differs()
    return Absent()


def carries(intent: Intent, message: Message) -> bool:
    """Whether a message has as many files as were sent; a marketplace may rename them.

    The same text without them is only similar: a human decides. One that has more is fine.
    """
    return len(message.attachments) >= len(intent.files)


def digests(conversation: Conversation) -> dict[str, str]:
    """The digests of the agents' messages, by their ids."""
    return {m.id: digest(plain(m.body)) for m in conversation.messages if m.of_agent}


def of_unrecorded(
    intent: Intent, written: float, conversation: Conversation, known: Collection[str]
) -> Evidence:
    """Evidence for a reply whose attempt Redis may have lost. `known`: ids of other messages."""
    since = written - CLOCK_SKEW_SECONDS
    before = {m.id for m in conversation.messages if m.at.timestamp() < since}
    return of_message(intent, conversation, {*known, *before})


def of_answered(intent: Intent, conversation: Conversation, taken: Collection[str]) -> Evidence:
    """Evidence in the answer of a call that took it: a similar new message is it, rewritten."""
    found = of_message(intent, conversation, taken)
    if not isinstance(found, Differs):
        return found
    return Happened(message_of_sent(intent, conversation, taken))


def message_of_sent(intent: Intent, conversation: Conversation, taken: Collection[str]) -> str:
    """The id of the message that a call, certainly made, has added; '' if it is not shown."""
    match of_message(intent, conversation, taken):
        case Happened(id):
            return id
    found = _candidates(intent, conversation, taken)
    best = max(found, key=lambda m: similarity(intent.text, plain(m.body)), default=None)
    return best.id if best else ""


def of_ticket(intent: Intent, conversation: Conversation) -> Evidence:
    """Evidence for an act that sets something: it is set, or not (and may be repeated)."""
    ticket = conversation.ticket
    match intent.kind:
        case Kind.STATUS:
            done = intent.status is not None and status_holds(ticket.status, intent.status)
        case Kind.ASSIGN:
            holder = ticket.assignee.email if ticket.assignee else ""
            done = holder.casefold() == intent.email.casefold()
        case Kind.PRIVATE:
            done = _has_lines(ticket.notes, intent.text)
        case _:
            done = False
    return Happened() if done else Absent()


def status_holds(now: Status, wanted: Status) -> bool:
    """Whether a wanted status is reached; a reopened ticket may at once wait for the customer."""
    return now is wanted or (wanted is Status.NEEDS_AGENT and now.active)


def _has_lines(notes: str, text: str) -> bool:
    """Whether `notes` has the lines of `text` as whole lines, in a row."""
    ours, theirs = (
        "\n".join(["", *map(normalise, filter(str.strip, each.splitlines())), ""])
        for each in (text, notes)
    )
    return ours in theirs


def _contains(theirs: str, ours: str) -> bool:
    """Whether theirs holds all of ours: a marketplace may add a greeting or a footer."""
    text = normalise(ours)
    return len(text) >= TELLING and text in normalise(theirs)


def similar(ours: str, theirs: str) -> bool:
    """Whether they may be one text; a marketplace may truncate it or add a footer."""
    a, b = normalise(ours), normalise(theirs)
    return bool(a and b) and (a in b or b in a or similarity(ours, theirs) >= ALIKE)


def similarity(ours: str, theirs: str) -> float:
    """0 to 1, on the first 2,000 characters in normal form."""
    a, b = normalise(ours)[:SAMPLE], normalise(theirs)[:SAMPLE]
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0


def absence_proved(intent: Intent, now: float, settle: float) -> bool:
    """Whether two looks found nothing, the second `settle` seconds after the deadline."""
    attempt = intent.attempt
    if attempt is None:
        return True
    return bool(attempt.absent_at) and now >= attempt.deadline + settle
