"""What the service stores: orders, tickets, comments. No wire format here.

Times are Unix seconds by the service's own clock; money is in hundredths. Status, type, role and
action are plain strings so that a driver can inject values unknown to clients.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from slackbridge.sandbox.clock import HOUR

# Of a refund ticket, on every day of the week ("We Changed Our Refund Policy", ClickBank's blog).
PROCESSED_AFTER = 24 * HOUR

OPEN, REOPENED, CLOSED = "OPEN", "REOPENED", "CLOSED"
REFUND, CANCEL, TECH_SUPPORT = "REFUND", "CANCEL", "TECH_SUPPORT"
VENDOR, CUSTOMER, CSR, SYSTEM = "VENDOR", "CUSTOMER", "CBCSR", "CBSYSTEM"
TYPES = {"rfnd": REFUND, "cncl": CANCEL, "tech": TECH_SUPPORT}
STATUSES = {"open": OPEN, "reopened": REOPENED, "closed": CLOSED}

REASONS = {
    "rfnd": tuple(f"ticket.type.refund.{n}" for n in (*range(1, 9), "returned", "not.mobile")),
    "cncl": tuple(f"ticket.type.cancel.{n}" for n in (*range(1, 8), "not.mobile")),
    "tech": tuple(f"ticket.type.tech_support.{n}" for n in (1, 2, 3, 4, 9, 10)),
}


@dataclass(slots=True)
class Order:
    """A sale. `refunded` is what the customer got back; `billing` says that more payments come.

    `others` are the SKUs of a cart's further items; with any, calls must name the `sku` meant.
    """

    receipt: str
    first_name: str
    last_name: str
    email: str
    sku: str
    amount: int
    currency: str
    usd_rate: float = 1.0
    locale: str = "EN"
    recurring: bool = False
    physical: bool = False
    billing: bool = False
    refunded: int = 0
    others: tuple[str, ...] = ()
    bought_at: float = 0.0

    @property
    def left(self) -> int:
        return self.amount - self.refunded


@dataclass(frozen=True, slots=True)
class Comment:
    """One entry of a ticket: a text, an action, or both."""

    id: int
    at: float
    role: str
    action: str
    text: str = ""


@dataclass(slots=True)
class Ticket:
    """One ticket of an order."""

    id: int
    order: Order
    type: str
    opened_at: float
    updated_at: float
    status: str = OPEN
    source: str = "CUSTOMER_WAM"
    description: str = ""
    note: str = ""
    refund_type: str = ""
    refund_amount: int = 0
    closed_at: float | None = None
    messages: list[Comment] = field(default_factory=list)

    @property
    def expires_at(self) -> float | None:
        return self.opened_at + PROCESSED_AFTER if self.type == REFUND else None
