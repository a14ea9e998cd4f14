"""What the service stores: tickets, messages, order items, help requests. No wire format here.

Times are Unix seconds by the service's own clock, ids are ints. Status, sender and scope are
plain strings so that a driver can inject values unknown to clients.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from slackbridge.sandbox.clock import HOUR
from slackbridge.sandbox.refurbed.vocabulary import Checkpoint, Scope, Sender, Status

OVERDUE_AFTER = 24 * HOUR
TAKEOVER_AFTER = 48 * HOUR


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message. refurbed shows the e-mail address of merchants only."""

    sender: str
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file; `path` is its address below the server's root."""

    filename: str
    path: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ids increase over the whole service."""

    id: int
    at: float
    author: Author
    body_html: str
    scope: str = Scope.PUBLIC
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """The order item a ticket is about, with the customer who ordered (or sold) it."""

    id: int
    order_id: int
    name: str
    country: str
    customer_name: str
    customer_email: str
    buyback: bool = False


@dataclass(slots=True)
class HelpRequest:
    """A merchant's question to refurbed about a ticket, with its own messages."""

    id: int
    ticket_id: int
    topic: str
    created_at: float
    status: str = Status.OPEN
    messages: list[Message] = field(default_factory=list)


@dataclass(slots=True)
class Ticket:
    """One ticket. `awaiting_since` is set while the merchant owes an answer."""

    id: int
    item: Item
    topic: str
    created_at: float
    updated_at: float
    status: str = Status.OPEN
    urgency: str = ""
    assignee: str = ""
    awaiting_since: float | None = None
    panicked: bool = False
    notes: str = ""
    follow_up_to: int | None = None
    topic_change_allowed: bool = True
    messages: list[Message] = field(default_factory=list)
    help_requests: list[HelpRequest] = field(default_factory=list)

    @property
    def needs_seller(self) -> bool:
        return self.awaiting_since is not None

    @property
    def checkpoints(self) -> list[tuple[Checkpoint, float]]:
        """The deadlines of the service level, empty while nobody waits for the merchant."""
        since = self.awaiting_since
        if since is None:
            return []
        return [
            (Checkpoint.AWAITING_REPLY_SINCE, since),
            (Checkpoint.OVERDUE, since + OVERDUE_AFTER),
            (Checkpoint.REFURBED_TAKEOVER, since + TAKEOVER_AFTER),
        ]

    def become(self, status: str, at: float) -> None:
        """Take a status. The merchant owes an answer only in OPEN."""
        self.status = status
        self.updated_at = at
        if status != Status.OPEN:
            self.awaiting_since = None

    def hear(self, message: Message) -> None:
        """Append a message and react to it as refurbed's state machine does."""
        self.messages.append(message)
        self.updated_at = message.at
        match message.author.sender:
            case Sender.CUSTOMER:
                self.become(Status.OPEN, message.at)
                self.awaiting_since = message.at
            case Sender.REFURBED:
                self.awaiting_since = message.at
            case Sender.MERCHANT if message.scope == Scope.PUBLIC:
                self.become(Status.PENDING, message.at)
