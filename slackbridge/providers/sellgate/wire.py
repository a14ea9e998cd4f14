"""Sellgate's JSON as our values. Pure: makes no calls and raises nothing.

Source: docs.sellgate.cc/tickets, which shows one example of the list and one of a ticket. Every
field is optional. A ticket alone lacks much of what its row in the list has, so the two are merged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

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
    Rows,
    Text,
    blanked,
    exact,
)
from slackbridge.text.clean import clean
from slackbridge.text.document import from_text

OPEN, CLOSED = "open", "closed"
CUSTOMER, OWNER = "customer", "owner"
AGENTS = frozenset({"seller", OWNER, "store", "admin"})  # one person under four names
LONGEST_SUM = 18  # digits before the point; beyond it is no price
LOOK_AGAIN = 300.0  # seconds after which a ticket that lacks its row of the list is read again
UNSAID = ("not known now", "what only Sellgate's list tells, which fails: amount, product, invoice")
# Their changes come with others, and revisions of earlier versions stay what they were.
UNREVISED = {"closed_at", "has_owner_reply"}


def _sum(value: object) -> Decimal | None:
    """An exact amount, from text or a Decimal; None if it is no plausible price."""
    return exact(value, LONGEST_SUM)


Settable = Literal["open", "closed"]
Sum = Annotated[Decimal | None, BeforeValidator(_sum)]


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to the customer."""

    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of status."""

    status: Settable


class TicketRow(Lenient):
    """A ticket as the list shows it."""

    id: Text = ""
    subject: Text = ""
    status: Text = ""
    awaiting_response_from: Text = ""
    customer_email: Text = ""
    order_id: Text = ""
    invoice_id: Text = ""
    product_name: Text = ""
    order_amount: Sum = None
    order_currency: Text = ""
    message_count: int | None = None
    created_at: Moment = None
    updated_at: Moment = None
    closed_at: Moment = None
    has_owner_reply: bool | None = None

    @property
    def created(self) -> datetime:
        return self.created_at or self.updated_at or EPOCH

    @property
    def updated(self) -> datetime:
        return self.updated_at or self.created

    @property
    def neutral(self) -> Status:
        """An unknown status, and an open one that awaits nobody, needs an agent."""
        status = self.status.casefold()
        if status == CLOSED:
            return Status.CLOSED
        waiting = status == OPEN and self.awaiting_response_from.casefold() == CUSTOMER
        return Status.WAITING if waiting else Status.NEEDS_AGENT

    @property
    def price(self) -> str:
        """Such as `29.90 USD`; '' where nothing was bought."""
        if self.order_amount is None:
            return ""
        return f"{self.order_amount:f} {self.order_currency}".rstrip()

    def ticket(self, account: str, url: str) -> Ticket:
        """The neutral ticket; its revision covers all that is read here."""
        extra = (("amount", self.price), ("invoice", self.invoice_id), *self._course())
        return Ticket(
            key=TicketKey(account, self.id),
            status=self.neutral,
            raw_status=self.status or "unknown",
            created_at=self.created,
            updated_at=self.updated,
            revision=fingerprint(self.updated, self.model_dump_json(exclude=UNREVISED)),
            ended_at=self.closed_at if self.neutral is Status.CLOSED else None,
            customer=Person(email=self.customer_email),
            order=self.order_id,
            item=self.product_name,
            topic=self.subject,
            url=url,
            extra=tuple((name, value) for name, value in extra if value),
        )

    def _course(self) -> tuple[tuple[str, str], ...]:
        """When it was closed, or that nobody has answered it yet."""
        if self.neutral is Status.CLOSED:
            closed = self.closed_at.strftime("%Y-%m-%d %H:%M %Z") if self.closed_at else ""
            return (("closed", closed),)
        return (("first reply", "none yet" if self.has_owner_reply is False else ""),)


class MessageRow(Lenient):
    """A message of a ticket; plain text."""

    id: Text = ""
    sender: Text = ""
    message: Text = ""
    created_at: Moment = None

    @property
    def author(self) -> Author:
        sender = self.sender.casefold()
        if sender in AGENTS:
            return Author.AGENT
        return Author.CUSTOMER if sender == CUSTOMER else Author.SYSTEM


class Detail(TicketRow):
    """A ticket as it shows itself, with all its messages."""

    messages: Rows[MessageRow] = Field(default_factory=list)

    def row(self, listed: TicketRow) -> TicketRow:
        """Merged: the ticket's own values, else those its messages imply, else the list's."""
        names = TicketRow.model_fields
        said = {name: value for name in names if (value := getattr(self, name)) not in ("", None)}
        return listed.model_copy(update={**self._told(listed), **said})

    def conversation(self, account: str, url: str, row: TicketRow) -> Conversation:
        """The ticket with its messages by time, then as they came; every message has an id."""
        names = Names()
        messages = []
        for one in self._ordered(row.created):
            id = names.unique(one.id, one.sender, one.created_at, one.message)
            name = row.customer_email if one.author is Author.CUSTOMER else ""
            at = one.created_at or row.created
            messages.append(Message(id, one.author, name, at, from_text(one.message)))
        return Conversation(row.ticket(account, url), tuple(messages))

    def _ordered(self, start: datetime) -> list[MessageRow]:
        return sorted(self.messages, key=lambda one: one.created_at or start)

    def _told(self, listed: TicketRow) -> dict[str, Any]:
        """The values that the list will have once it has caught up with the messages."""
        ordered = self._ordered(listed.created)
        spoken = [one for one in ordered if one.author in (Author.AGENT, Author.CUSTOMER)]
        fresh = listed.message_count == len(ordered) and listed.awaiting_response_from
        if not spoken or fresh:
            return {}
        replied = any(one.author is Author.AGENT for one in spoken)
        answered = spoken[-1].author is Author.AGENT
        times = [at for at in (listed.updated_at, ordered[-1].created_at) if at is not None]
        return {
            "awaiting_response_from": CUSTOMER if answered else OWNER,
            "message_count": len(ordered),
            "has_owner_reply": replied,
            "updated_at": max(times, default=None),
        }


def in_part(told: Conversation) -> Conversation:
    """A ticket without its row of the list. It says so, and its revision has no time: it must not
    count as older than what the list has shown, nor as what the list will show.
    """
    ticket, unsaid = told.ticket, UNSAID
    part = replace(
        ticket,
        revision=f"part.{ticket.revision}",
        extra=(*ticket.extra, unsaid),
        recheck=LOOK_AGAIN,
    )
    return replace(told, ticket=part)


class Meta(Lenient):
    """The counts of a list. Its offset is not read, as it does not fit numbered pages."""

    total: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list: its rows, their number with the unreadable ones, and the counts."""

    rows: tuple[TicketRow, ...]
    size: int
    meta: Meta
    stats: dict[str, str]

    @classmethod
    def of(cls, data: object) -> Listing | None:
        """Read a page; None if it is not one."""
        fields = data if isinstance(data, dict) else {}
        rows = fields.get("data")
        if not isinstance(rows, list) or blanked(rows) is None:
            return None
        read = (TicketRow.of(row) for row in rows)
        return cls(
            tuple(row for row in read if row is not None),
            len(rows),
            Meta.of(fields.get("meta")) or Meta(),
            _counts(fields.get("stats")),
        )

    @property
    def by_change(self) -> bool:
        """Whether the rows are certainly ordered by their last change, the newest first."""
        changes = [row.updated for row in self.rows]
        births = [row.created for row in self.rows]
        newest_first = changes == sorted(changes, reverse=True)
        return newest_first and births != sorted(births, reverse=True)

    def limit(self, asked: int) -> int:
        """Rows a page: as many as asked for, or fewer if the answer tells or shows so.

        A page that is shorter than the total, without a word of its limit, may be capped.
        """
        told = self.meta.limit or 0
        if 0 < told <= asked:
            return told
        capped = 0 < self.size < asked and (self.meta.total or 0) > self.size
        return self.size if capped else asked

    def ends(self, page: int, asked: int) -> bool:
        """Whether nothing follows page number `page` of `asked` rows each."""
        if not self.size:
            return True
        total, seen = self.meta.total, (page - 1) * self.limit(asked) + self.size
        if total is None or total < seen:  # a count that the page itself disproves
            return self.size < self.limit(asked)
        return page * self.limit(asked) >= total


def detail(data: object) -> Detail | None:
    """The ticket of an answer, wrapped in `data` or bare; None if it is no whole ticket."""
    inner = data.get("data", data) if isinstance(data, dict) else None
    found = Detail.of(inner)
    if found is None or not isinstance(inner, dict):
        return None
    # All messages are part of every ticket: without them it is no whole one.
    whole = blanked(inner.get("messages")) is not None
    return found if whole else None


def _counts(stats: object) -> dict[str, str]:
    """The counts by their names in words: `needsResponse` is "needs response"."""
    if not isinstance(stats, dict):
        return {}
    return {
        _words(str(name)): clean(str(value))
        for name, value in stats.items()
        if isinstance(value, int | Decimal | str) and not isinstance(value, bool)
    }


def _words(name: str) -> str:
    spaced = "".join(f" {c.lower()}" if c.isupper() else c for c in clean(name))
    return spaced.replace("_", " ").strip()
