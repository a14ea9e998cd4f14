"""The call of an act at ClickBank. Pure.

Source: ClickBank's Tickets API 1.3. Nothing here is idempotent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from slackbridge.domain.errors import Rejected, Unsupported
from slackbridge.domain.model import Act, Kind
from slackbridge.providers.base import unsupported
from slackbridge.providers.clickbank.forms import (
    CAPABILITIES,
    CREATE,
    MADE,
    REASONS,
    TYPES,
    kind_of,
)

Params = Mapping[str, str]
FIGURE = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?")
MOST_PERCENT = 80_00  # hundredths, as all amounts here
RECEIPT = re.compile(r"[0-9A-Za-z-]{4,40}")


@dataclass(frozen=True, slots=True)
class Call:
    """One request that changes something; all of it is in the URL."""

    method: str
    path: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bought:
    """What a ticket is about: its receipt, and the SKU of the item where it names one."""

    receipt: str = ""
    item: str = ""


def opens(act: Act) -> bool:
    """Whether an act opens a ticket for a receipt."""
    return act.action in MADE or act.action == CREATE


def of_form(act: Act) -> Bought:
    """What the form of `CREATE` names. Raises Rejected."""
    receipt = act.fields.get("receipt", "").strip().upper()
    if not RECEIPT.fullmatch(receipt):
        raise Rejected("a receipt is 4 letters and digits or more, such as ABCD1234")
    return Bought(receipt)


def call_of(id: str, act: Act, bought: Bought = Bought()) -> Call:
    """The call of an act. Raises Rejected for an invalid form, and Unsupported.

    `bought` is the ticket's, needed only where the act `opens` another.
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
        case name if opens(act):
            kind = kind_of(act.fields.get("reason", "")) if name == CREATE else MADE[name]
            return _make(kind, act, bought)
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


def _make(kind: str, act: Act, bought: Bought) -> Call:
    """A new ticket for the receipt."""
    fields, reason = act.fields, act.fields.get("reason", "")
    if not bought.receipt:
        raise Rejected("this ticket names no receipt, so ClickBank cannot open another for it")
    if reason not in dict(REASONS.get(kind, ())):
        raise Rejected("choose one of ClickBank's reasons")
    retain = fields.get("retain", "") if kind == "rfnd" else ""
    return Call(
        "POST",
        f"tickets/{quote(bought.receipt, safe='')}",
        _given(
            type=kind,
            reason=reason,
            sku=fields.get("sku", "").strip() or bought.item,
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
