"""What ClickBank offers, as data: the reasons, the forms, the capabilities. Pure.

Source: ClickBank's Tickets API 1.3. A ticket is opened for a receipt, and opening one of type
`rfnd` or `cncl` moves money by itself. Closing a ticket withdraws what it asks for, and reopening
it asks again: on a refund or a cancellation both decide over money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from slackbridge.domain.model import Action, Capabilities, Field, Status, Ticket

REASONS = {
    "rfnd": (
        ("ticket.type.refund.1", "Never received the product"),
        ("ticket.type.refund.2", "Not satisfied with the product"),
        ("ticket.type.refund.3", "Product not compatible with the computer"),
        ("ticket.type.refund.4", "Could not get technical support"),
        ("ticket.type.refund.5", "Did not authorize the purchase"),
        ("ticket.type.refund.6", "Does not recognize the purchase"),
        ("ticket.type.refund.7", "Duplicate purchase, or bought before"),
        ("ticket.type.refund.returned", "Product returned"),
        ("ticket.type.refund.not.mobile", "Product not compatible with the mobile device"),
        ("ticket.type.refund.8", "Other"),
    ),
    "cncl": (
        ("ticket.type.cancel.1", "No additional value for the recurring payments"),
        ("ticket.type.cancel.2", "Not satisfied with the subscription"),
        ("ticket.type.cancel.3", "Could not get support from the vendor"),
        ("ticket.type.cancel.4", "Product not compatible with the computer"),
        ("ticket.type.cancel.5", "Cannot afford the continuing payments"),
        ("ticket.type.cancel.6", "Did not know of the continuing payments"),
        ("ticket.type.cancel.not.mobile", "Product not compatible with the mobile device"),
        ("ticket.type.cancel.7", "Other"),
    ),
    "tech": (
        ("ticket.type.tech_support.1", "Unable to log in"),
        ("ticket.type.tech_support.2", "Problems downloading the product"),
        ("ticket.type.tech_support.3", "No valid registration code"),
        ("ticket.type.tech_support.4", "Product does not work"),
        ("ticket.type.tech_support.10", "Never received the product"),
        ("ticket.type.tech_support.9", "Other"),
    ),
}
TYPES = {"rfnd": "REFUND", "cncl": "CANCEL", "tech": "TECH_SUPPORT"}
MADE = {"refund": "rfnd", "cancel": "cncl", "tech": "tech"}  # action -> type of the new ticket
CREATE = "create"
ASKING = frozenset({"REFUND", "CANCEL", ""})  # types that ask for money; '' = ClickBank names none
WHAT = {"rfnd": "Refund", "cncl": "Cancel", "tech": "Support"}
REFUND_TYPES = (
    ("FULL", "The whole amount"),
    ("PARTIAL_PERCENT", "A percentage, 1 to 80"),
    ("PARTIAL_AMOUNT", "An amount, in the customer's currency"),
)
BY_ITSELF = (
    "ClickBank refunds by itself about 24 hours after a refund is asked for, every day of the week "
    "(goods that were shipped: once they are back)."
)
CLOSING = (
    "Closing a ticket by hand cancels what it asks for: closing a refund ticket withdraws the "
    "customer's refund request. ClickBank tells the customer by e-mail."
)
REOPENING = "The ticket becomes active again, and the customer gets your comment by e-mail."
REFUNDING = (
    "A refund of a recurring product (rfnd) refunds this receipt and stops billing; "
    "of any other product it refunds the sale."
)
CANCELLING = (
    "A cancellation of a recurring product (cncl) only stops billing and refunds nothing; "
    "of a product that is not recurring it refunds the sale."
)
CHANGING = (
    "Changing a ticket to a refund always means a full refund. "
    "Change the type only with the customer's consent: ClickBank asks for that."
)
RETURNING = (
    "Tells ClickBank that the goods are back, and lets the refund of this ticket complete. "
    "Only for goods that were shipped: for anything else ClickBank refuses it."
)
TWICE = (
    "The customer's own refund request stays open beside this refund, and ClickBank pays it, too. "
    "To pay a part instead of what they ask for, close this ticket as well."
)
_COMMENT = Field("comment", "Comment, which the customer can read", multiline=True, optional=True)
_SKU = Field("sku", "SKU, if the order has several items", optional=True, max_length=100)
_TYPES = tuple(
    zip(TYPES, ("Refund, always full", "Cancellation", "Technical support"), strict=True)
)
_ACTIVE = frozenset({Status.NEEDS_AGENT, Status.WAITING})
_HOW_MUCH = (
    Field("refund_type", "How much", options=REFUND_TYPES, initial="FULL"),
    Field(
        "amount",
        "Percentage or amount",
        optional=True,
        hint="Empty for the whole amount; else such as 25 or 12.50",
        max_length=12,
    ),
)
_RETAIN = Field(
    "retain",
    "Subscription, if there is one",
    options=(("false", "Stops"), ("true", "Goes on, and bills again")),
    optional=True,
    initial="false",
)


def _reason(kind: str) -> Field:
    return Field("reason", "Reason", options=REASONS[kind])


ACTIONS = (
    Action("close", "Close", CLOSING, (_COMMENT,), statuses=_ACTIVE),
    Action(
        "reopen",
        "Reopen",
        REOPENING,
        (Field("comment", "Comment, which the customer can read", multiline=True),),
        statuses=frozenset({Status.CLOSED}),
    ),
    Action(
        "change",
        "Change the type",
        CHANGING,
        (Field("type", "New type", options=_TYPES), _COMMENT),
        money=True,
        types=frozenset(TYPES.values()),
        statuses=_ACTIVE,
    ),
    Action(
        "returned",
        "Goods are back",
        RETURNING,
        money=True,
        types=frozenset({"REFUND"}),
        statuses=_ACTIVE,
    ),
    Action(
        "refund",
        "Refund",
        REFUNDING,
        (*_HOW_MUCH, _reason("rfnd"), _RETAIN, _SKU, _COMMENT),
        money=True,
        opens=True,
    ),
    Action(
        "cancel",
        "Cancel the subscription",
        CANCELLING,
        (_reason("cncl"), _SKU, _COMMENT),
        money=True,
        opens=True,
    ),
    Action(
        "tech",
        "Open a support ticket",
        "Opens a new technical support ticket for the same order; no money moves.",
        (_reason("tech"), _SKU, _COMMENT),
        opens=True,
    ),
)
OPENING = Action(
    CREATE,
    "New ticket",
    "Opens a ticket for a receipt; ClickBank tells the customer by e-mail. A support ticket moves "
    "no money. A refund or a cancellation does, and is asked twice: "
    f"{REFUNDING} {CANCELLING}",
    (
        Field("receipt", "Receipt", max_length=40),
        Field(
            "reason",
            "What for",
            options=tuple(
                (value, f"{WHAT[kind]}: {label}")
                for kind, reasons in REASONS.items()
                for value, label in reasons
            ),
        ),
        replace(_HOW_MUCH[0], label="How much, of a refund", optional=True),
        _HOW_MUCH[1],
        _RETAIN,
        _SKU,
        _COMMENT,
    ),
    opens=True,
)
CAPABILITIES = Capabilities(
    statuses=frozenset({Status.NEEDS_AGENT, Status.CLOSED}),
    reply_limit=1_936,  # of ASCII letters; `too_long` measures the real URL
    recent_first=True,
    actions=ACTIONS,
    create=OPENING,
    searches=frozenset(
        {"order", "email", "item", "name", "topic", "needs", "created", "closed", "status", "sort"}
    ),
    status_forms={Status.CLOSED: "close", Status.NEEDS_AGENT: "reopen"},
    why_not={
        "solved": "ClickBank knows no solved tickets; it can only close one, "
        "and closing a refund ticket withdraws the customer's refund request",
        "waiting for customer": "ClickBank has no such status: "
        "a ticket waits for the customer as soon as you have answered",
        "reply with a status": "ClickBank cannot be answered and closed in one step; "
        "answer first, then press Close",
        "internal": "every comment at ClickBank is e-mailed to the customer; "
        "keep the note in Slack",
        "private": "ClickBank keeps no notes for vendors; keep the note in Slack",
        "assign": "ClickBank does not assign tickets to people; claim it in Slack",
        "follow_up": "ClickBank has no follow-up tickets; reopen this one instead",
    },
)


def kind_of(reason: str) -> str:
    """The type of ticket that a reason is for, as a call names it; '' for no reason of ours."""
    return next((kind for kind, reasons in REASONS.items() if reason in dict(reasons)), "")


def moment(at: datetime) -> str:
    """A time in a sentence; Slack's date tokens do not work in a form."""
    return f"{at.astimezone(UTC):%a %d %b %Y, %H:%M} UTC"


def adapted(action: Action, ticket: Ticket | None, values: Mapping[str, str]) -> Action:
    """The action as it is for this ticket (None = not known) and these values; see `Adapts`."""
    if action.name == CREATE:
        return replace(action, money=TYPES.get(kind_of(values.get("reason", ""))) in ASKING)
    if action.name in ("close", "reopen"):
        asks = ticket is None or ticket.type in ASKING
        return replace(action, money=asks, explains=_explains(action, ticket))
    if ticket is None:
        return action
    known = {"sku"} if ticket.item else set()
    fields = tuple(field for field in action.fields if field.name not in known)
    twice = action.name == "refund" and ticket.type == "REFUND" and ticket.status.active
    explains = f"{action.explains} {TWICE}" if twice else action.explains
    return replace(action, fields=fields, explains=explains)


def _explains(action: Action, ticket: Ticket | None) -> str:
    if ticket is None or ticket.type not in ASKING:
        return action.explains
    if action.name == "reopen":
        return f"{action.explains} It asks for money again. {BY_ITSELF}"
    due = f" Its time is {moment(ticket.due_at)}." if ticket.due_at else ""
    return f"{action.explains} Left open, it is worked off: {BY_ITSELF}{due}"
