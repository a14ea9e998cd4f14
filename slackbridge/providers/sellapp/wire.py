"""SellApp's JSON as our values. Pure: makes no calls and raises nothing.

Source: SellApp's API reference and SDKs. v1 has `read_by` (a number of unknown meaning) where v2
has `read_status`, PHP writes an empty object as `[]` and a list with gaps as an object, and an
object may be bare or under `data`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from slackbridge.domain.model import (
    Author,
    Conversation,
    Message,
    Person,
    Status,
    Ticket,
    TicketKey,
    fingerprint,
)
from slackbridge.providers.lenient import (
    EPOCH,
    Lenient,
    Moment,
    Names,
    Text,
    number,
    unread,
)
from slackbridge.providers.sellapp import forms
from slackbridge.text.document import Document, from_text
from slackbridge.text.html import parse
from slackbridge.text.sanitize import has_tags

BOUGHT = frozenset({"refund", "replace", "resend"})  # actions that need an order
AUTHORS = {"CUSTOMER": Author.CUSTOMER, "STORE": Author.AGENT}
MARKUP = re.compile(r"\s*<[^>]*>.*>\s*|.*<br\s*/?>.*", re.DOTALL | re.IGNORECASE)


def _figure(value: object) -> object:
    return 0 if isinstance(value, bool) else value  # pydantic takes True for 1


Figure = Annotated[int, BeforeValidator(_figure)]


class Customer(Lenient):
    """Who asks."""

    name: Text = ""
    email: Text = ""


class Reference(Lenient):
    """Something that the ticket is about: `type` is order, product or another word."""

    type: Text = ""
    id: Text = ""


NOTHING = Reference()


class ReadStatus(Lenient):
    """Who has read the newest message; None = not told."""

    customer: bool | None = None
    store: bool | None = None

    def __str__(self) -> str:
        """Who, in words; '' = not told."""
        if self.customer is None or self.store is None:
            return ""
        sides = {"the customer": self.customer, "the store": self.store}
        return " and ".join(name for name, read in sides.items() if read) or "nobody"


class TicketRow(Lenient):
    """A ticket, in a list or alone."""

    id: Text = ""
    title: Text = ""
    status: Text = ""
    customer: Annotated[Customer, BeforeValidator(forms.customer)] = Customer()
    reference: Annotated[list[Reference], BeforeValidator(forms.references)] = Field(
        default_factory=list
    )
    created_at: Moment = None
    updated_at: Moment = None
    archived: bool = False
    read_status: ReadStatus = ReadStatus()
    read_by: Text = ""
    order_id: Text = ""
    reason: Text = ""
    message_count: int | None = None
    store_id: Text = ""

    @property
    def created(self) -> datetime:
        return self.created_at or self.updated_at or EPOCH

    @property
    def order(self) -> str:
        return self.order_id or self._about("order").id

    def _about(self, type: str) -> Reference:
        return next((one for one in self.reference if one.type == type), NOTHING)

    @property
    def closed(self) -> bool:
        return self.status.upper() == "CLOSED"

    @property
    def neutral(self) -> Status:
        """A guess, as a row does not say who wrote last; in doubt it needs an agent."""
        if self.closed or self.archived:
            return Status.CLOSED
        unread = self.read_status
        waiting = unread.store is True and unread.customer is False
        return Status.WAITING if waiting else Status.NEEDS_AGENT

    @property
    def revision(self) -> str:
        """Of the facts that a list and a single ticket both have, so that the two agree."""
        facts = (self.status, self.archived, self.message_count, self.read_status, self.read_by)
        return fingerprint(self.updated_at or self.created, repr(facts))

    def is_already(self, wanted: Mapping[str, object]) -> bool:
        """Whether the ticket has these values."""
        facts = {"status": self.status.upper(), "archived": self.archived}
        return wanted.items() <= facts.items()

    def ticket(self, account: str, url: str) -> Ticket:
        """The neutral ticket, without knowing its messages."""
        first = self.reference[0] if self.reference else NOTHING
        read = str(self.read_status) if self.neutral.active else ""
        product = self._about("product").id
        extra = (("product", product), ("reason", self.reason), ("newest read by", read))
        nothing = BOUGHT if not self.order else frozenset()
        return Ticket(
            key=TicketKey(account, self.id),
            status=self.neutral,
            raw_status=(self.status or "unknown") + (", archived" if self.archived else ""),
            created_at=self.created,
            updated_at=self.updated_at or self.created,
            revision=self.revision,
            customer=Person(self.customer.name, self.customer.email),
            order=self.order,
            topic=self.title,
            type=self._about("order").type or first.type,
            url=url,
            extra=tuple((label, value) for label, value in extra if value),
            barred=nothing | ({"archive"} if self.archived else frozenset()),
        )


class MessageRow(Lenient):
    """A message; `ticket_id` names its ticket in a webhook."""

    id: Text = ""
    author: Text = ""
    sender: Text = ""
    content: Text = ""
    created_at: Moment = None
    updated_at: Moment = None
    ticket_id: Text = ""

    def read(self, id: str, start: datetime) -> Message:
        """The neutral message; an unknown author is the system."""
        return Message(
            id=id,
            author=AUTHORS.get(self.author.upper(), Author.SYSTEM),
            name=self.sender,
            at=self.created_at or self.updated_at or start,
            body=body(self.content),
        )


def ticket_in(data: object) -> TicketRow | None:
    """The ticket of an answer, under `data` or bare; None if there is none with an id."""
    found = TicketRow.of(_inner(data))
    return found if found is not None and found.id else None


def message_in(data: object) -> MessageRow | None:
    """The message of an answer; None if there is none with an id."""
    found = MessageRow.of(_inner(data))
    return found if found is not None and found.id else None


def _inner(data: object) -> object:
    return data["data"] if isinstance(data, dict) and "data" in data else data


def body(content: str) -> Document:
    """A message's text. Its format is not documented; what is clearly HTML is parsed as that."""
    if has_tags(content) and not MARKUP.fullmatch(content):
        return from_text(content)
    return parse(content)


def messages(rows: Sequence[MessageRow], start: datetime) -> tuple[Message, ...]:
    """Each message once, by time, then number; every one has a stable id."""
    found: dict[str, Message] = {}
    seen: dict[str, MessageRow] = {}
    names = Names()
    for row in rows:
        if not row.model_fields_set:
            unread("row")
            continue  # it was no object
        if row.id and seen.get(row.id) == row:
            continue  # it has shifted over the edge of a page
        seen[row.id] = row
        id = names.unique(row.id, row.author, row.created_at, row.content)
        found[id] = row.read(id, start)
    return tuple(sorted(found.values(), key=lambda one: (one.at, number(one.id))))


def conversation(ticket: Ticket, found: tuple[Message, ...]) -> Conversation:
    """A ticket with its messages, by which its status and `waiting_since` are corrected."""
    spoken = [one for one in found if one.author in (Author.CUSTOMER, Author.AGENT)]
    if not ticket.status.active or not spoken:
        return Conversation(ticket, found)
    if spoken[-1].author is Author.AGENT:
        return Conversation(replace(ticket, status=Status.WAITING), found)
    last = max((n for n, one in enumerate(spoken) if one.author is Author.AGENT), default=-1)
    since = spoken[last + 1].at
    return Conversation(replace(ticket, status=Status.NEEDS_AGENT, waiting_since=since), found)
