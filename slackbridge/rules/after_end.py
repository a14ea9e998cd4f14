"""What happens on a ticket after its end: whether to read it again, and whether the customer wrote.

Pure. Not every marketplace reopens a ticket when its customer writes on it, and not every one tells
when a ticket ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from slackbridge.domain.model import Author, Conversation, Message, Scope, Status, Ticket
from slackbridge.domain.record import StoredTicket

MOMENT = timedelta(seconds=2)
"""Between the time of a message and that of the change of its ticket, which some round."""

NOTHING = "-"  # what a ticket had when it ended, if its first message may have come after the end

HEARD = "📬 *The customer wrote after this ticket had ended.*"


@dataclass(frozen=True, slots=True)
class Watch:
    """Which ended tickets are looked at: those that changed after `oldest` (Unix seconds).

    Of a ticket that has no record, nothing is shown unless it changed after `since`, when the
    account was born: a first start shows no old tickets. `final`: nobody can write on a closed one.
    """

    oldest: float
    since: float
    final: bool = False

    def covers(self, ticket: Ticket) -> bool:
        """Whether it ended, or changed, lately enough."""
        return ticket.updated_at.timestamp() >= self.oldest

    def stirred(self, ticket: Ticket, known: str | None) -> bool:
        """Whether a listed ended ticket must be read again. `known` as `Store.revisions` has it."""
        if known:
            return ticket.revision != known
        changed = ticket.updated_at.timestamp()
        return changed > self.since and (known == "" or not self._rests(ticket))

    def _rests(self, ticket: Ticket) -> bool:
        """Whether nothing can have happened since its end."""
        if self.final and ticket.status is Status.CLOSED:
            return True
        return ticket.ended_at is not None and ticket.updated_at <= ticket.ended_at + MOMENT


def wrote(conversation: Conversation, ended_with: str) -> bool:
    """Whether the customer spoke last, and after the end.

    `ended_with` is the newest message that the ticket certainly had when it ended ('' = not known).
    Without either, the customer's message counts as later if nothing happened after it: the end
    itself would have changed the ticket.
    """
    ticket, spoken = conversation.ticket, _spoken(conversation)
    if ticket.status.active or not spoken or spoken[-1].author is not Author.CUSTOMER:
        return False
    last = spoken[-1]
    if ticket.ended_at is not None:
        return last.at > ticket.ended_at
    ids = [message.id for message in conversation.messages]
    if ended_with in ids:
        return ids.index(last.id) > ids.index(ended_with)
    return _was_last(last, ticket)


def came_late(stored: StoredTicket, conversation: Conversation) -> bool:
    """As `wrote`, by what is on record or about to be: before and after that, it is the same."""
    return wrote(conversation, ended_with(stored, conversation))


def ended_with(stored: StoredTicket, conversation: Conversation) -> str:
    """The newest message that the ticket certainly had when it ended, to be remembered; '' = none.

    That is what was shown before the end was seen, and of what came together with the end, what
    is not the last thing that happened.
    """
    messages = conversation.messages
    if stored.ended_with or conversation.ticket.status.active:
        return stored.ended_with
    if stored.ended:
        messages = tuple(m for m in messages if stored.whole(m.id))
    elif messages and not stored.whole(messages[-1].id) and _late(conversation):
        return messages[-2].id if len(messages) > 1 else NOTHING
    return messages[-1].id if messages else NOTHING if conversation.messages else ""


def _late(conversation: Conversation) -> bool:
    return _was_last(conversation.messages[-1], conversation.ticket)


def _was_last(message: Message, ticket: Ticket) -> bool:
    """Whether nothing happened on the ticket after this message."""
    return message.at + MOMENT >= ticket.updated_at


def _spoken(conversation: Conversation) -> Sequence[Message]:
    return [
        one
        for one in conversation.messages
        if one.author in (Author.CUSTOMER, Author.AGENT)
        and one.scope is Scope.PUBLIC
        and not one.aside
    ]
