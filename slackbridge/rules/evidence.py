"""Did it happen? Pure: what a ticket, read again, says about an attempt of unknown outcome.

A marketplace may rewrite what it is given (sanitised HTML, entities, white space), so texts are
compared in normal form, and a text that is neither ours nor clearly another's proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Conversation, Kind, Message, Scope, Status
from slackbridge.text.document import digest, normalise, plain

ALIKE = 0.6
SAMPLE = 2_000
EARLIER_SECONDS = 300.0  # how far a marketplace's clock may be behind
TELLING = 30  # characters that nobody else writes by chance


@dataclass(frozen=True, slots=True)
class Happened:
    """It did; `message` is the id at the marketplace, '' where an act leaves none."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """It is not there (yet)."""


@dataclass(frozen=True, slots=True)
class Differs:
    """Something is there that may or may not be it."""


Evidence = Happened | Absent | Differs


def baseline(conversation: Conversation) -> tuple[str, ...]:
    """The ids of the agents' messages that are there before an attempt."""
    return tuple(m.id for m in conversation.messages if m.of_agent)


def candidates(
    messages: Iterable[Message], known: Collection[str], scope: Scope
) -> tuple[Message, ...]:
    """New messages that an attempt of ours may have made."""
    return tuple(m for m in messages if m.of_agent and m.scope is scope and m.id not in known)


def of_message(intent: Intent, conversation: Conversation, taken: Collection[str]) -> Evidence:
    """Evidence for a reply or internal note. `taken`: ids that other intents own."""
    known = {*taken, *intent.baseline}
    found = candidates(conversation.messages, known, intent.kind.scope)
    ours = intent.fingerprint
    for message in found:
        if digest(plain(message.body)) == ours:
            return Happened(message.id)
    for message in found:
        if _holds(intent.text, plain(message.body)):
            return Happened(message.id)
    if any(alike(intent.text, plain(message.body)) for message in found):
        return Differs()
    return Absent()


def digests(conversation: Conversation) -> dict[str, str]:
    """What the agents' messages say, by their ids."""
    return {m.id: digest(plain(m.body)) for m in conversation.messages if m.of_agent}


def of_forgotten(
    intent: Intent, written: float, conversation: Conversation, known: Collection[str]
) -> Evidence:
    """Evidence for a reply that nobody remembers having sent. `known`: ids of other messages."""
    before = {m.id for m in conversation.messages if m.at.timestamp() < written - EARLIER_SECONDS}
    return of_message(intent, conversation, {*known, *before})


def surely_ours(intent: Intent, conversation: Conversation, taken: Collection[str]) -> str:
    """The id of the message that a call, certainly made, has added; '' if it does not show."""
    match of_message(intent, conversation, taken):
        case Happened(id):
            return id
    known = {*taken, *intent.baseline}
    found = candidates(conversation.messages, known, intent.kind.scope)
    if not found:
        return ""
    return max(found, key=lambda m: likeness(intent.text, plain(m.body))).id


def of_ticket(intent: Intent, conversation: Conversation) -> Evidence:
    """Evidence for an act that sets something: it is so, or it is not (and may be repeated)."""
    ticket = conversation.ticket
    match intent.kind:
        case Kind.STATUS:
            done = intent.status is not None and status_holds(ticket.status, intent.status)
        case Kind.ASSIGN:
            holder = ticket.assignee.email if ticket.assignee else ""
            done = holder.casefold() == intent.email.casefold()
        case Kind.PRIVATE:
            done = _stands_in(intent.text, ticket.notes)
        case _:
            done = False
    return Happened() if done else Absent()


def status_holds(now: Status, wanted: Status) -> bool:
    """Whether a wanted status is reached; a reopened ticket may wait for the customer at once."""
    return now is wanted or (wanted is Status.NEEDS_AGENT and now.active)


def _stands_in(text: str, notes: str) -> bool:
    """Whether whole lines of `notes` are the lines of `text`, in a row."""
    ours, theirs = (
        "\n".join(["", *map(normalise, filter(str.strip, each.splitlines())), ""])
        for each in (text, notes)
    )
    return ours in theirs


def _holds(ours: str, theirs: str) -> bool:
    """Whether all of ours stands in theirs: a marketplace may add a greeting or a footer."""
    text = normalise(ours)
    return len(text) >= TELLING and text in normalise(theirs)


def alike(ours: str, theirs: str) -> bool:
    """Whether they may be one text; a marketplace may cut it short, or add a footer."""
    a, b = normalise(ours), normalise(theirs)
    return bool(a and b) and (a in b or b in a or likeness(ours, theirs) >= ALIKE)


def likeness(ours: str, theirs: str) -> float:
    """0 to 1, on the first 2,000 characters in normal form."""
    a, b = normalise(ours)[:SAMPLE], normalise(theirs)[:SAMPLE]
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0


def absence_proved(intent: Intent, now: float, settle: float) -> bool:
    """Absence counts only when seen twice, the second time `settle` after the first deadline."""
    attempt = intent.attempt
    if attempt is None:
        return True
    return bool(attempt.absent_at) and now >= attempt.deadline + settle
