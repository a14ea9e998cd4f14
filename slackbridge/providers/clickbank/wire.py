"""ClickBank's JSON as our values. Pure: makes no calls and raises nothing.

Source: ClickBank's XSD of the Tickets API 1.3, and what its clients report: a list of one comes as
the bare object, null as `{"@nil": "true"}`, numbers as strings, `ticketid` in either case. Anything
may be missing; an unknown role is the system. A time without a zone is taken to be US Pacific,
ClickBank's business zone: a guess, since no document names one, and recognisable by that zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict, Field

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
from slackbridge.providers import lenient
from slackbridge.providers.clickbank.refund_types import asked_for
from slackbridge.providers.lenient import EPOCH, YEARS, Lenient, Names, Text, blanked, number
from slackbridge.text.clean import clean
from slackbridge.text.document import from_text
from slackbridge.text.html import parse

PACIFIC = ZoneInfo("America/Los_Angeles")
PROCESSED_AFTER = timedelta(hours=24)  # of a refund ticket, on every day of the week
REFUND, CANCEL, CLOSED, EXPIRED = "REFUND", "CANCEL", "CLOSED", "EXPIRED"
AUTHORS = {"VENDOR": Author.AGENT, "CUSTOMER": Author.CUSTOMER, "CBCSR": Author.MARKETPLACE}
SAYS = ("COMMENTED", "OPENED")
WHO = {
    "VENDOR": "The vendor",
    "CUSTOMER": "The customer",
    "CBCSR": "ClickBank",
    "CBSYSTEM": "ClickBank",
    "USER": "A user",
}
DID = {
    "ASSIGNED": "assigned the ticket",
    "CHANGED": "changed the type of the ticket",
    "CLOSED": "closed the ticket",
    "EXPIRED": "let the ticket expire",
    "REOPENED": "reopened the ticket",
    "APPROVED": "approved the request",
    "DISAPPROVED": "disapproved the request",
    "ATTACHMENT": "added an attachment, open ClickBank",
    "ADMIN_CHANGE": "changed the ticket",
    "REFUND_ACKED": "acknowledged the refund",
    "NEW_PHOTO_ID": "added a new photo ID",
}
LONGEST_FIGURE = 40
DEEPEST = 3  # wrappings around a list
WRAPPINGS = frozenset({"ticketdata", "ticketlist", "tickets", "list"})


def nil(value: object) -> bool:
    """Whether this is Jersey's null."""
    return isinstance(value, dict) and all(str(key).startswith("@") for key in value)


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Keys in lower case, and None where Jersey writes an object of attributes for null."""
    return {key.lower(): None if nil(value) else value for key, value in row.items()}


def _unwrapped(value: object) -> object:
    """A list of comments without an object of one key around it."""
    if isinstance(value, dict) and len(value) == 1:
        (inner,) = value.values()
        return inner if isinstance(inner, list | dict) else value
    return value


def _comments(value: object) -> object:
    return [plain(row) for row in lenient.objects(_unwrapped(value) or None)]


def _are_comments(value: object) -> bool:
    """Whether these may be comments: a list of objects, one bare object, or none."""
    value = _unwrapped(value)
    return value in (None, "") or isinstance(value, dict) or blanked(value) is not None


def _figure(value: object) -> object:
    number = isinstance(value, int | Decimal | str) and not isinstance(value, bool)
    return clean(str(value)).strip()[:LONGEST_FIGURE] if number else ""


def _moment(value: object) -> datetime | None:
    """ISO 8601, compact form included; None if invalid. Without a zone, it is in PACIFIC."""
    try:
        at = datetime.fromisoformat(str(value).strip())
        if at.year not in YEARS:
            return None
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=PACIFIC)
    except ValueError:
        return None


Figure = Annotated[str, BeforeValidator(_figure)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]


class Row(Lenient):
    """An object whose keys are case-insensitive."""

    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", ""))

    @classmethod
    def of(cls, data: object) -> Self | None:
        """Read an object; None if it is not one."""
        return super().of(plain(data)) if isinstance(data, dict) else None


class Comment(Row):
    """ticketCommentData."""

    comment_id: Text = ""
    date: Moment = None
    comment: Text = ""
    action: Text = ""
    comment_role: Text = ""

    @property
    def speaks(self) -> bool:
        """Whether it changes whose move it is."""
        says = bool(self.comment.strip()) or self.action in ("REOPENED", "ATTACHMENT")
        return says and self.comment_role in AUTHORS

    @property
    def answers(self) -> bool:
        """Whether it is the vendor's answer; a reopened ticket still needs one."""
        return self.comment_role == "VENDOR" and self.action != "REOPENED"

    def message(self, id: str, at: datetime, customer: str) -> Message:
        """The neutral message; an act without words becomes a message of the system."""
        author = AUTHORS.get(self.comment_role, Author.SYSTEM)
        name = {Author.CUSTOMER: customer, Author.AGENT: ""}.get(author, "ClickBank")
        when = self.date or at
        if self.comment.strip() or self.action in (*SAYS, ""):
            attached = self.action == "ATTACHMENT"
            body = parse(self.comment + (f"\n\n[{self._did()}]" if attached else ""))
            return Message(id, author, name, when, body)
        return Message(id, Author.SYSTEM, "ClickBank", when, from_text(self._did()))

    def _did(self) -> str:
        who = WHO.get(self.comment_role, "Somebody")
        return f"{who} {DID.get(self.action, self.action.replace('_', ' ').lower())}"


class TicketRow(Row):
    """ticketData."""

    ticket_id: Text = ""
    receipt: Text = ""
    status: Text = ""
    type: Text = ""
    comments: Annotated[list[Comment], BeforeValidator(_comments)] = Field(default_factory=list)
    opened_date: Moment = None
    closed_date: Moment = None
    expiration_date: Moment = None
    update_time: Moment = None
    description: Text = ""
    refund_type: Text = ""
    refund_amount: Figure = ""
    customer_first_name: Text = ""
    customer_last_name: Text = ""
    email: Text = ""
    email_at_order_time: Text = ""
    locale: Text = ""
    note: Text = ""
    product_item_no: Text = ""
    source: Text = ""

    @classmethod
    def of(cls, data: object) -> Self | None:
        """Read an object; None if it is not one, or if its comments are no comments."""
        comments = plain(data).get("comments") if isinstance(data, dict) else None
        return super().of(data) if _are_comments(comments) else None

    @property
    def id(self) -> str:
        return self.ticket_id

    @property
    def ordered(self) -> list[Comment]:
        """Oldest first; of one instant by number, else as ClickBank has them."""
        start = self.opened_date or EPOCH
        real = [one for one in self.comments if one.comment or one.action or one.date]
        return sorted(real, key=lambda one: (one.date or start, number(one.comment_id)))

    @property
    def updated(self) -> datetime:
        dates = [one.date for one in self.comments if one.date]
        return self.update_time or max(dates, default=None) or self.opened_date or EPOCH

    @property
    def name(self) -> str:
        return f"{self.customer_first_name} {self.customer_last_name}".strip()

    @property
    def neutral(self) -> Status:
        if self.status.upper() == CLOSED:
            return Status.CLOSED
        spoken = [one for one in self.ordered if one.speaks]
        return Status.WAITING if spoken and spoken[-1].answers else Status.NEEDS_AGENT

    @property
    def waiting_since(self) -> datetime | None:
        """Since when the vendor's answer is awaited."""
        since: datetime | None = None
        for one in self.ordered:
            if one.speaks:
                since = None if one.answers else since or one.date
        return since or self.opened_date

    @property
    def _ended(self) -> datetime | None:
        """When it was closed, by the same clock as its comments."""
        dates = (one.date for one in self.comments if one.action in (CLOSED, EXPIRED))
        return max(filter(None, dates), default=self.closed_date)

    @property
    def topic(self) -> str:
        return self.type.replace("_", " ").lower()

    def ticket(self, account: str, url: str) -> Ticket:
        """The neutral ticket; its revision covers all that is read here."""
        status = self.neutral
        return Ticket(
            key=TicketKey(account, self.ticket_id),
            status=status,
            raw_status=self.status or "UNKNOWN",
            created_at=self.opened_date or self.updated,
            updated_at=self.updated,
            revision=fingerprint(self.updated, self.model_dump_json()),
            customer=Person(self.name, self.email or self.email_at_order_time),
            order=self.receipt,
            item=self.product_item_no,
            topic=self.topic,
            type=self.type.strip().upper(),
            waiting_since=self.waiting_since if status is Status.NEEDS_AGENT else None,
            due_at=self.due if status.active else None,
            ended_at=None if status.active else self._ended,
            url=url,
            extra=tuple((name, value) for name, value in self._extra() if value),
        )

    def conversation(self, account: str, url: str) -> Conversation:
        """The ticket with its comments, oldest first; every message has an id of its own."""
        opened = self.opened_date or self.updated
        customer, taken, names = self.name, set[str](), Names()
        messages = []
        for one in self.ordered:
            id = one.comment_id
            if id in ("", "0") or id in taken:
                id = names.of(one.date, one.comment_role, one.action, one.comment)
            taken.add(id)
            messages.append(one.message(id, opened, customer))
        return Conversation(self.ticket(account, url), tuple(messages))

    @property
    def due(self) -> datetime | None:
        """When ClickBank acts by itself; on a refund ticket, it then pays the money back."""
        if self.expiration_date or self.type.upper() != REFUND or not self.opened_date:
            return self.expiration_date
        return self.opened_date + PROCESSED_AFTER

    def _extra(self) -> Iterator[tuple[str, str]]:
        yield "refund", asked_for(self.refund_type, self.refund_amount)
        if self.closed_date and self.neutral is Status.CLOSED:
            yield "closed", f"{self.closed_date.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        yield "description", self.description
        yield "note", self.note
        yield "language", self.locale
        yield "source", self.source
        if self.email_at_order_time.casefold() != self.email.casefold():
            yield "e-mail at order time", self.email_at_order_time


def tickets_in(data: object) -> list[TicketRow] | None:
    """The tickets of an answer, wrapped or bare, one or many; None for anything else.

    A row that is no ticket becomes one without an id.
    """
    for _ in range(DEEPEST):
        if not isinstance(data, dict) or len(data) != 1 or not WRAPPINGS & {*plain(data)}:
            break
        (data,) = data.values()
    if data is None or data == "" or nil(data):
        return []
    if isinstance(data, dict):
        data = [data] if "ticketid" in plain(data) else None
    rows = blanked(data)
    return None if rows is None else [TicketRow.of(row) or TicketRow() for row in rows]
