"""What the service stores: tickets and messages. No wire format here.

Times are Unix seconds by the server's own clock, ids are ints. Status and author are plain strings
so that a driver can inject values unknown to clients.
"""

from __future__ import annotations

from dataclasses import dataclass, field

STORE, CUSTOMER = "STORE", "CUSTOMER"
OPEN, CLOSED = "OPEN", "CLOSED"


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ids increase over the whole server."""

    id: int
    at: float
    author: str
    sender: str
    content: str


@dataclass(slots=True)
class Ticket:
    """One ticket. `reference` is (product | order, id) or nothing."""

    id: int
    title: str
    customer_id: int
    email: str
    created_at: float
    updated_at: float
    reference: tuple[str, int] | None = None
    order_id: int | None = None
    reason: str | None = None
    status: str = OPEN
    archived: bool = False
    read_by_customer: bool = True
    read_by_store: bool = False
    messages: list[Message] = field(default_factory=list)

    def hear(self, message: Message) -> None:
        """Append a message; the other side has not read it yet."""
        self.messages.append(message)
        self.read_by_store = message.author == STORE
        self.read_by_customer = message.author != STORE
