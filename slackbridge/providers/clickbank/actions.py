"""What can be done at ClickBank: the capabilities, the forms, and the call of an act. Pure.

Source: ClickBank's Tickets API 1.3. A ticket is opened for a receipt, and opening one of type
`rfnd` or `cncl` moves money by itself; nothing here is idempotent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from slackbridge.domain.errors import Rejected, Unsupported
from slackbridge.domain.model import Act, Action, Capabilities, Field, Kind, Status
from slackbridge.providers.base import unsupported

Params = Mapping[str, str]
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
REFUND_TYPES = (
    ("FULL", "The whole amount"),
    ("PARTIAL_PERCENT", "A percentage, 1 to 80"),
    ("PARTIAL_AMOUNT", "An amount, in the customer's currency"),
)
FIGURE = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?")
MOST_PERCENT = 80_00  # hundredths, as all amounts here
CLOSING = (
    "Closing a ticket by hand cancels what it asks for: closing a refund ticket withdraws the "
    "customer's refund request. ClickBank tells the customer by e-mail."
)
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
RETURNING = "Tells ClickBank that the goods are back, and lets the refund of this ticket complete."
_COMMENT = Field("comment", "Comment, which the customer can read", multiline=True, optional=True)
_SKU = Field("sku", "SKU, if the order has several items", optional=True, max_length=100)
_TYPES = tuple(
    zip(TYPES, ("Refund, always full", "Cancellation", "Technical support"), strict=True)
)
_ACTIVE = frozenset({Status.NEEDS_AGENT, Status.WAITING})


def _reason(kind: str) -> Field:
    return Field("reason", "Reason", options=REASONS[kind])


ACTIONS = (
    Action("close", "Close", CLOSING, (_COMMENT,), statuses=_ACTIVE),
    Action(
        "reopen",
        "Reopen",
        "The ticket becomes active again, and the customer gets your comment by e-mail.",
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
        (
            Field("refund_type", "How much", options=REFUND_TYPES, initial="FULL"),
            Field(
                "amount",
                "Percentage or amount",
                optional=True,
                hint="Empty for the whole amount; else such as 25 or 12.50",
                max_length=12,
            ),
            _reason("rfnd"),
            Field(
                "retain",
                "Subscription, if there is one",
                options=(("false", "Stops"), ("true", "Goes on, and bills again")),
                optional=True,
                initial="false",
            ),
            _SKU,
            _COMMENT,
        ),
        money=True,
    ),
    Action(
        "cancel",
        "Cancel the subscription",
        CANCELLING,
        (_reason("cncl"), _SKU, _COMMENT),
        money=True,
    ),
    Action(
        "tech",
        "Open a support ticket",
        "Opens a new technical support ticket for the same order; no money moves.",
        (_reason("tech"), _SKU, _COMMENT),
    ),
)
CAPABILITIES = Capabilities(
    statuses=frozenset({Status.NEEDS_AGENT, Status.CLOSED}),
    reply_limit=1_936,  # of ASCII letters; `too_long` measures the real URL
    recent_first=True,
    actions=ACTIONS,
    searches=frozenset({"order", "email", "item", "name", "topic"}),
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


@dataclass(frozen=True, slots=True)
class Call:
    """One request that changes something; all of it is in the URL."""

    method: str
    path: str
    params: Params = field(default_factory=dict)


def call_of(id: str, act: Act, receipt: str = "") -> Call:
    """The call of an act. Raises Rejected for an invalid form, and Unsupported.

    `receipt` is the ticket's, needed only where `act.action` is in `MADE`.
    """
    if act.kind is Kind.REPLY:
        if act.status is not None:
            raise Unsupported(CAPABILITIES.why_not["reply with a status"])
        return _put(id, comment=act.text)
    match _name(act):
        case "close":
            return _put(id, action="close", comment=_said(act))
        case "reopen":
            if not _said(act):
                raise Rejected("ClickBank reopens a ticket only with a comment for the customer")
            return _put(id, action="reopen", comment=_said(act))
        case "change":
            kind = act.fields.get("type", "")
            if kind not in TYPES:
                raise Rejected("say which type the ticket shall have")
            return _put(id, action="change", type=kind, comment=_said(act))
        case "returned":
            return Call("POST", f"tickets/{id}/returned")
        case name if name in MADE:
            return _make(MADE[name], act, receipt)
    raise unsupported("ClickBank", CAPABILITIES, act)


def _name(act: Act) -> str:
    """The action of an act, which may be the form of a status; '' for anything else."""
    if act.kind is Kind.STATUS and act.status is not None:
        return CAPABILITIES.status_forms.get(act.status, "")
    return act.action if act.kind is Kind.ACTION else ""


def amount_of(fields: Mapping[str, str]) -> dict[str, str]:
    """`refundType` and `refundAmount` of a refund's form. Raises Rejected."""
    kind, amount = fields.get("refund_type", ""), fields.get("amount", "").strip()
    if kind == "FULL":
        if amount:
            raise Rejected("a refund of the whole amount takes no figure; leave it empty")
        return {"refundType": kind}
    if kind == "PARTIAL_PERCENT":
        percent = _hundredths(amount.removesuffix("%").strip())
        if not 100 <= percent <= MOST_PERCENT:
            raise Rejected("a percentage is a number from 1 to 80, such as 25 or 12.50")
        return {"refundType": kind, "refundAmount": _written(percent)}
    if kind == "PARTIAL_AMOUNT":
        if not (cents := _hundredths(amount)):
            raise Rejected("an amount is a number above 0 such as 12.50, without a currency")
        return {"refundType": kind, "refundAmount": _written(cents)}
    raise Rejected("say how much to refund: all, a percentage or an amount")


def _make(kind: str, act: Act, receipt: str) -> Call:
    """A new ticket for the receipt."""
    fields, reason = act.fields, act.fields.get("reason", "")
    if not receipt:
        raise Rejected("this ticket names no receipt, so ClickBank cannot open another for it")
    if reason not in dict(REASONS[kind]):
        raise Rejected("choose one of ClickBank's reasons")
    retain = fields.get("retain", "") if kind == "rfnd" else ""
    return Call(
        "POST",
        f"tickets/{quote(receipt, safe='')}",
        _given(
            type=kind,
            reason=reason,
            sku=fields.get("sku", "").strip(),
            comment=_said(act),
            retainSubscription=retain if retain in ("true", "false") else "",
            **(amount_of(fields) if kind == "rfnd" else {}),
        ),
    )


def _put(id: str, **params: str) -> Call:
    return Call("PUT", f"tickets/{id}", _given(**params))


def _given(**params: str) -> Params:
    return {name: value for name, value in params.items() if value}


def _said(act: Act) -> str:
    return (act.fields.get("comment", "") or act.text).strip()


def _hundredths(text: str) -> int:
    """An amount in hundredths; 0 for anything else, such as '1,000' or '1.005'."""
    found = FIGURE.fullmatch(text) if text.isascii() else None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 0


def _written(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"
