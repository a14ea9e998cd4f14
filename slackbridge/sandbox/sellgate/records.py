"""What the service stores: tickets, messages, orders. No wire format here.

Times are Unix seconds by the server's own clock. Status and sender are plain strings, so that a
driver can inject values unknown to clients.
"""

from __future__ import annotations

from dataclasses import dataclass, field

OPEN, CLOSED = "open", "closed"
STATUSES = (OPEN, CLOSED)
CUSTOMER, OWNER = "customer", "owner"


@dataclass(frozen=True, slots=True)
class Order:
    """What was bought."""

    id: str
    invoice: str
    product: str
    amount: float
    currency: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message, plain text."""

    id: str
    at: float
    sender: str
    text: str


@dataclass(slots=True)
class Ticket:
    """One ticket; `awaiting` names who has to write next, '' = nobody."""

    id: str
    subject: str
    email: str
    created_at: float
    updated_at: float
    number: int
    order: Order | None = None
    status: str = OPEN
    awaiting: str = OWNER
    closed_at: float | None = None
    messages: list[Message] = field(default_factory=list)

    def become(self, status: str, at: float) -> None:
        self.status = status
        self.updated_at = at
        self.closed_at = at if status == CLOSED else None

    def hear(self, message: Message) -> None:
        """Append a message; the other side has to write next, if it is from one of the two."""
        self.messages.append(message)
        self.updated_at = message.at
        if message.sender == CUSTOMER:
            self.awaiting = OWNER
        elif self.owner_wrote(message):
            self.awaiting = CUSTOMER

    @property
    def answered(self) -> bool:
        return any(self.owner_wrote(message) for message in self.messages)

    @staticmethod
    def owner_wrote(message: Message) -> bool:
        return message.sender in ("seller", "owner", "store", "admin")
