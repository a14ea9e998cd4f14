"""Tickets, messages, what can be asked of a marketplace, and what it can do: frozen values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from slackbridge.domain.files import Attachment as Attachment
from slackbridge.domain.files import File, FileLimits
from slackbridge.text.document import Document

ACCOUNT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ACCOUNT = "~"  # no marketplace has such an id


@dataclass(frozen=True, slots=True, order=True)
class TicketKey:
    """A ticket anywhere: the configured account's name and the provider's own id.

    Written `account:id`. Account names hold no colon, so the first colon divides.
    """

    account: str
    id: str

    def __str__(self) -> str:
        return f"{self.account}:{self.id}"

    @classmethod
    def of_account(cls, account: str) -> TicketKey:
        """The key of the record of an account itself."""
        return cls(account, _ACCOUNT)

    @property
    def is_account(self) -> bool:
        return self.id == _ACCOUNT

    @classmethod
    def parse(cls, text: str) -> TicketKey:
        """Read `account:id`. Raises ValueError for anything else."""
        account, colon, ticket = text.strip().partition(":")
        if not colon or not ticket or not ACCOUNT_NAME.fullmatch(account):
            raise ValueError(
                f"{text!r} is not a ticket key; write account:id, as the card shows it"
            )
        return cls(account, ticket)


class Status(StrEnum):
    """Whose turn it is, in words that fit every marketplace."""

    NEEDS_AGENT = "needs agent"
    WAITING = "waiting for customer"
    SOLVED = "solved"
    CLOSED = "closed"

    @property
    def active(self) -> bool:
        return self in (Status.NEEDS_AGENT, Status.WAITING)


class Author(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    AGENT = "agent"
    MARKETPLACE = "marketplace"
    SYSTEM = "system"


class Scope(StrEnum):
    """Who may read a message: everybody, only the seller and the marketplace, or the seller."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Person:
    """A name and an e-mail address; either may be empty."""

    name: str = ""
    email: str = ""

    def __str__(self) -> str:
        return self.name or self.email


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a ticket, as the provider has it. `id` is unique within the ticket.

    `aside` names the side conversation it is part of, such as a question to the marketplace, which
    never holds a reply or note of ours. '' = the ticket's own conversation.
    """

    id: str
    author: Author
    name: str
    at: datetime
    body: Document
    scope: Scope = Scope.PUBLIC
    attachments: tuple[Attachment, ...] = ()
    aside: str = ""

    @property
    def of_agent(self) -> bool:
        """Whether it may be the echo of a reply or note of ours."""
        return self.author is Author.AGENT and not self.aside


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as the provider has it. Times are aware; absent facts are empty or None.

    `revision` changes whenever anything that a card or thread shows may have changed; polls compare
    it. `raw_status` is the provider's own word. `barred` names actions that are not offered for
    this ticket. `recheck` is after how many seconds to read it again although its revision is the
    same (0 = never), for facts that do not change the revision. `help_requests`: whether the
    marketplace was asked for help (None = it knows no such thing). `ended_at` is when it was solved
    or closed; None = it is active, or the marketplace does not tell.
    """

    key: TicketKey
    status: Status
    raw_status: str
    created_at: datetime
    updated_at: datetime
    revision: str
    customer: Person = Person()
    country: str = ""
    order: str = ""
    item: str = ""
    topic: str = ""
    type: str = ""
    urgency: str = ""
    panicked: bool = False
    help_requests: bool | None = None
    assignee: Person | None = None
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    takeover_at: datetime | None = None
    ended_at: datetime | None = None
    notes: str = ""
    follows: str = ""
    url: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    barred: frozenset[str] = frozenset()
    recheck: float = 0.0


@dataclass(frozen=True, slots=True)
class Conversation:
    """A ticket with all its messages, oldest first."""

    ticket: Ticket
    messages: tuple[Message, ...]

    @property
    def last_words(self) -> Document | None:
        """The customer's last public message."""
        said = (m for m in reversed(self.messages) if m.author is Author.CUSTOMER)
        return next((m.body for m in said if m.scope is Scope.PUBLIC), None)


class Kind(StrEnum):
    """What an agent asked for."""

    REPLY = "reply"  # to the customer
    NOTE = "note"  # stays in Slack
    INTERNAL = "internal"  # a note that the marketplace's agents can read too
    PRIVATE = "private"  # a note kept at the marketplace for the seller only
    STATUS = "status"
    ASSIGN = "assign"
    FOLLOW_UP = "follow_up"
    ACTION = "action"  # something only this marketplace offers
    NOTICE = "notice"  # something the bridge itself has to say, once

    @property
    def sent(self) -> bool:
        """Whether this goes to the marketplace."""
        return self not in (Kind.NOTE, Kind.NOTICE)

    @property
    def speaks(self) -> bool:
        """Whether it adds text at the marketplace that cannot be undone."""
        return self in (Kind.REPLY, Kind.INTERNAL, Kind.FOLLOW_UP)

    @property
    def ordered(self) -> bool:
        """Whether it waits for earlier intents of the thread: the customer may see the order."""
        return self not in (Kind.ASSIGN, Kind.PRIVATE)

    @property
    def scope(self) -> Scope:
        """Who may read the message that it adds."""
        return Scope.INTERNAL if self is Kind.INTERNAL else Scope.PUBLIC


@dataclass(frozen=True, slots=True)
class Act:
    """One call at a marketplace.

    `text` is plain text; `status` goes with a reply in the same call or stands alone; `email`
    names the assignee ('' = nobody); `action` names the action, `fields` are its form's values.
    `files` go with a reply or an internal note, in the same call.
    `key` is the same for every attempt at what an agent asked for once, and unique within the
    ticket; '' = there is none.
    """

    kind: Kind
    text: str = ""
    status: Status | None = None
    email: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    action: str = ""
    files: tuple[File, ...] = ()
    key: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """One input of an action's form. With `options` (value, label) it is a choice."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    optional: bool = False
    multiline: bool = False
    hint: str = ""
    initial: str = ""
    max_length: int = 2_000


@dataclass(frozen=True, slots=True)
class Action:
    """Something that only this marketplace offers: a button in *More*, with a form.

    `explains` says what will happen. An action that moves `money` is confirmed twice, with the
    marketplace's own preview, and never retried automatically; a `repeatable` one may be. `types`
    and `statuses` limit it to such tickets (empty = all; `statuses`: all active ones). One that
    `opens` a ticket is answered with that ticket.
    """

    name: str
    label: str
    explains: str = ""
    fields: tuple[Field, ...] = ()
    money: bool = False
    repeatable: bool = False
    opens: bool = False
    types: frozenset[str] = frozenset()
    statuses: frozenset[Status] = frozenset()

    def __post_init__(self) -> None:
        if any(field.name == "name" for field in self.fields):
            raise ValueError(f"action {self.name!r}: no field of a form may be called 'name'")

    def chosen(self, values: Mapping[str, str]) -> str:
        """The action with the chosen values in one line, for the record of who moved what."""
        short = [f for f in self.fields if not f.multiline and values.get(f.name)]
        told = [dict(f.options).get(values[f.name], values[f.name]) for f in short]
        return f"{self.label} ({', '.join(told)})"[:200] if told else self.label


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a marketplace can do; a button that it does not offer is hidden.

    `status_forms`: for statuses that need a form first, such as a comment or a warning that closing
    withdraws the customer's refund, the action with that form. `create` opens a ticket. `searches`
    are the QUERY_FIELDS that tickets can be looked up by, beside their id. `orders`: the order
    behind a ticket is shown; never declared, as it follows from `capabilities.Orders` and from the
    account's settings. `files` are the limits of what may go with a reply or an internal note
    (None = no files). `why_not` says why something is not offered, by its name.
    """

    statuses: frozenset[Status] = frozenset()
    reply_with_status: frozenset[Status] = frozenset()
    reply_limit: int = 20_000
    internal_notes: bool = False
    private_notes: bool = False
    assign: bool = False
    follow_up: bool = False
    recent_first: bool = False
    closed_is_final: bool = False
    actions: tuple[Action, ...] = ()
    create: Action | None = None
    searches: frozenset[str] = frozenset({"order", "email"})
    orders: bool = False
    status_forms: Mapping[Status, str] = field(default_factory=dict)
    why_not: Mapping[str, str] = field(default_factory=dict)
    files: FileLimits | None = None

    def named(self, action: str) -> Action | None:
        """The action of that name, `create` included."""
        offered = (*self.actions, *([self.create] if self.create else ()))
        return next((one for one in offered if one.name == action), None)


@dataclass(frozen=True, slots=True)
class Query:
    """What to look a ticket up by: `id` alone, or all of the others that are set.

    `item` is an order item's id, `name` a part of the customer's name, `assignee` an e-mail
    address, `kind` `order` or `buyback`. `country` (ISO alpha-2), `topic`, `urgency` and `status`,
    in the marketplace's words, may hold several values, comma-separated; `status` may be `ENDED`.
    `needs` `agent`: the seller has to act. `help` `yes` or `no`: the marketplace was asked for
    help. `created` and `closed` are ranges as `domain.days.Days` writes them. `sort`: '' = newest
    first, `due` = whose deadline is next first.
    """

    id: str = ""
    order: str = ""
    email: str = ""
    item: str = ""
    name: str = ""
    country: str = ""
    topic: str = ""
    urgency: str = ""
    assignee: str = ""
    needs: str = ""
    help: str = ""
    kind: str = ""
    created: str = ""
    closed: str = ""
    status: str = ""
    sort: str = ""


ENDED = "ended"  # of `Query.status`: solved and closed tickets, whatever the marketplace's words
QUERY_FIELDS = tuple(field.name for field in fields(Query) if field.name != "id")


def fingerprint(at: datetime, facts: str) -> str:
    """`<updated_at in ms>.<12 hex>`: short, and ordered in time by its first half."""
    digest = hashlib.sha256(facts.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{int(at.timestamp() * 1000)}.{digest}"
