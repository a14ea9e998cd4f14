"""refurbed's JSON as our values. Pure: makes no calls and raises nothing.

Source: refurbed's published protos and OpenAPI document of the TicketService. Anything may be
missing; an unknown status needs an agent, an unknown sender is the system.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Self

from pydantic import Field

from slackbridge.domain.files import File as Sent
from slackbridge.domain.model import (
    Attachment,
    Author,
    Conversation,
    Message,
    Person,
    Scope,
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
    Rows,
    Shaped,
    Text,
    blanked,
    number,
)
from slackbridge.text.document import from_text
from slackbridge.text.html import from_plain, parse

STATUSES = {"PENDING": Status.WAITING, "SOLVED": Status.SOLVED, "CLOSED": Status.CLOSED}
AUTHORS = {"CUSTOMER": Author.CUSTOMER, "MERCHANT": Author.AGENT, "REFURBED": Author.MARKETPLACE}
MARKETPLACE, BUYBACK = "order", "buyback"
TOPIC_CHANGE, HELP_REPLY = "topic_change", "help_reply"  # names of actions
HELP = "Help requests"
ITEM_KEYS = {MARKETPLACE: "marketplace_order_item_id", BUYBACK: "buyback_order_item_id"}
ORDER_KEYS = {MARKETPLACE: "marketplace_order_id", BUYBACK: "buyback_order_id"}
NOTES = "notes"  # the id of a ticket's notes among its messages, whose ids are numbers
PANIC = "PANIC"  # an urgency
NONE = ("", "UNSPECIFIED", "0")  # how a field that is not given may be written
HELP_SECONDS = 300.0  # the longest time until a message in a help request shows


class User(Lenient):
    """A customer, an assignee, or an author (who has a `type`)."""

    type: Text = ""
    name: Text = ""
    email: Text = ""

    def person(self) -> Person:
        return Person(self.name, self.email)


class Item(Lenient):
    """What was sold (`marketplace_order_item`) or bought back (`buyback_order_item`)."""

    order_item_id: Text = ""
    order_id: Text = ""
    instance_name: Text = ""
    buyback_order_item_id: Text = ""
    buyback_order_id: Text = ""
    product_variant_name: Text = ""

    @property
    def id(self) -> str:
        return self.order_item_id or self.buyback_order_item_id

    @property
    def order(self) -> str:
        return self.order_id or self.buyback_order_id

    @property
    def name(self) -> str:
        return self.instance_name or self.product_variant_name


class Checkpoint(Lenient):
    """TicketSlaCheckpoint."""

    checkpoint_type: Text = ""
    at: Moment = None


class TicketRow(Lenient):
    """Ticket."""

    id: Text = ""
    status: Text = ""
    urgency_status: Text = ""
    created_at: Moment = None
    updated_at: Moment = None
    marketplace_order_item: Item | None = None
    buyback_order_item: Item | None = None
    topic_slug: Text = ""
    country: Text = ""
    customer: User = User()
    assignee: User = User()
    sla_checkpoints: Rows[Checkpoint] = Field(default_factory=list)
    seller_action_needed: bool = False
    customer_panicked: bool = False
    notes: Text = ""
    follow_up_to_ticket_id: Text = ""
    topic_change_allowed: bool = False
    has_help_requests: bool = False

    @property
    def item(self) -> Item:
        return self.marketplace_order_item or self.buyback_order_item or Item()

    @property
    def type(self) -> str:
        return BUYBACK if self.buyback_order_item else MARKETPLACE

    @property
    def created(self) -> datetime:
        return self.created_at or self.updated_at or EPOCH

    @property
    def neutral(self) -> Status:
        status = STATUSES.get(self.status, Status.NEEDS_AGENT)
        if status is Status.WAITING and self.seller_action_needed:
            return Status.NEEDS_AGENT
        return status

    @property
    def barred(self) -> frozenset[str]:
        """The actions that refurbed would refuse for this ticket."""
        topic = () if self.topic_change_allowed else (TOPIC_CHANGE,)
        return frozenset((*topic, *(() if self.has_help_requests else (HELP_REPLY,))))

    def ticket(self, account: str, url: str) -> Ticket:
        """The neutral ticket; its revision covers all that is read here.

        It does not cover help requests: a message in one does not move `updated_at` either.
        """
        updated = self.updated_at or self.created
        sla = {one.checkpoint_type: one.at for one in self.sla_checkpoints}
        return Ticket(
            key=TicketKey(account, self.id),
            status=self.neutral,
            raw_status=self.status or "UNSPECIFIED",
            created_at=self.created,
            updated_at=updated,
            revision=fingerprint(updated, self.model_dump_json()),
            customer=self.customer.person(),
            country=self.country,
            order=self.item.order,
            item=self.item.name,
            topic=self.topic_slug,
            type=self.type,
            urgency=_given(self.urgency_status),
            panicked=self.customer_panicked,
            help_requests=self.has_help_requests,
            assignee=self.assignee.person() if self.assignee.email else None,
            waiting_since=sla.get("AWAITING_REPLY_SINCE"),
            due_at=sla.get("OVERDUE"),
            takeover_at=sla.get("REFURBED_TAKEOVER"),
            notes=self.notes,
            follows=_given(self.follow_up_to_ticket_id),
            url=url,
            extra=((HELP, "yes"),) if self.has_help_requests else (),
            barred=self.barred,
            recheck=HELP_SECONDS if self.has_help_requests else 0.0,
        )


class File(Lenient):
    """TicketMessageAttachment."""

    filename: Text = ""
    url: Text = ""
    content_type: Text = ""


class MessageRow(Lenient):
    """TicketMessage."""

    id: Text = ""
    body_html: Text = ""
    created_at: Moment = None
    author: User = User()
    attachments: Rows[File] = Field(default_factory=list)

    def read(self, id: str, at: datetime, author: Author, scope: Scope) -> Message:
        """The neutral message; `at` is its time if it came without one."""
        name, when = self.author.name or self.author.email, self.created_at or at
        files = tuple(Attachment(f.filename, f.url, f.content_type) for f in self.attachments)
        body = parse(self.body_html)
        return Message(id, author, name, when, body, scope=scope, attachments=files)


class ScopedRow(Lenient):
    """ScopedTicketMessage."""

    message: MessageRow = MessageRow()
    scope: Text = ""

    def read(self, id: str, at: datetime) -> Message:
        """The neutral message. An unknown scope is taken to be internal."""
        author = AUTHORS.get(self.message.author.type, Author.SYSTEM)
        scope = Scope.PUBLIC if self.scope in ("PUBLIC", *NONE) else Scope.INTERNAL
        return self.message.read(id, at, author, scope)


class Listing(Shaped):
    """ListTicketsResponse. Proto's JSON leaves empty fields out, so `{}` is a list of none."""

    tickets: Rows[TicketRow] = Field(default_factory=list)
    has_more: bool = False

    @classmethod
    def of(cls, data: object) -> Self | None:
        """Read a page; a row that is no object becomes one without an id."""
        if isinstance(data, dict) and "tickets" in data:
            data = {**data, "tickets": blanked(data["tickets"])}  # None does not fit
        return super().of(data)


class Thread(Shaped):
    """The answer of GetTicket, UpdateTicket and CreateTicket."""

    ticket: TicketRow = TicketRow()
    messages: Rows[ScopedRow] = Field(default_factory=list)

    def conversation(self, account: str, url: str) -> Conversation:
        """The ticket with its messages by time, then numeric id; every message has an id."""
        start = self.ticket.created
        scoped = sorted(self.messages, key=lambda one: sort_key(one.message, start))
        ids = ids_of(one.message for one in scoped)
        messages = [one.read(id, start) for one, id in zip(scoped, ids, strict=True)]
        ticket = self.ticket.ticket(account, url)
        if ticket.notes.strip():
            messages.append(_notes_of(ticket, messages))
        return Conversation(ticket, tuple(messages))


def _notes_of(ticket: Ticket, messages: Sequence[Message]) -> Message:
    """The shop's own notes as a message of the thread, which an edit of them edits.

    refurbed does not say when they were written, only when the ticket last changed. Of notes that
    were deleted nothing is left to show.
    """
    at = max([ticket.updated_at, *(message.at for message in messages[-1:])])
    body = from_text(ticket.notes)
    return Message(NOTES, Author.AGENT, "Private notes", at, body, Scope.PRIVATE, aside=NOTES)


def sort_key(row: MessageRow, start: datetime) -> tuple[datetime, int]:
    """By time, then numeric id."""
    return row.created_at or start, number(row.id)


def ids_of(rows: Iterable[MessageRow]) -> Iterator[str]:
    """The ids of messages, in order; see `Names.unique`."""
    names = Names()
    for row in rows:
        facts = (row.author.type, row.author.name, row.created_at, row.body_html)
        yield names.unique("" if row.id in NONE else row.id, *facts)


def submission(text: str, files: Sequence[Sent] = ()) -> dict[str, Any]:
    """Plain text, and files, as the message of a write."""
    sent = [{"filename": f.name, "data": b64encode(f.data).decode()} for f in files]
    return {"body_html": from_plain(text), **({"attachments": sent} if sent else {})}


def _given(text: str) -> str:
    return "" if text in NONE else text
