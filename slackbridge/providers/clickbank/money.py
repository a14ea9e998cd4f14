"""What an action at ClickBank would do, in exact words, and whether it has happened. Read-only.

Source: ClickBank's Tickets API 1.3 (`refundAmounts`, and what each type of ticket does).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from slackbridge.domain.errors import Rejected
from slackbridge.domain.model import Act, Status
from slackbridge.providers.clickbank.actions import (
    CANCELLING,
    CAPABILITIES,
    MADE,
    REFUNDING,
    TYPES,
    Call,
)
from slackbridge.providers.clickbank.reading import Reader
from slackbridge.providers.clickbank.wire import PACIFIC, REFUND, TicketRow

PAGES = 5  # of a receipt's tickets
ROUNDING = timedelta(seconds=2)  # ClickBank's clock shows whole seconds
ANY_ZONE = timedelta(hours=26)  # how far a time without a zone may be off
WHOLE = {"refundType": "FULL"}


async def preview(reader: Reader, row: TicketRow, act: Act, call: Call) -> str:
    """What `call` would do to the ticket `row`. Raises the failures."""
    match act.action:
        case "refund":
            return await _refund(reader, row, call)
        case "cancel":
            return f"Receipt {row.receipt}: {CANCELLING} {await _if_refunded(reader, row, call)}"
        case "change" if call.params["type"] == "rfnd":
            full = await reader.amounts(row.receipt, WHOLE)
            return f"Receipt {row.receipt} is refunded in full: {full}. {REFUNDING}"
        case "returned":
            owed = await reader.amounts(row.receipt, _owed(row))
            return f"The goods are confirmed to be back, and the refund completes: {owed}."
        case "close" if row.type == REFUND:
            return "This withdraws the customer's refund request. They are told by e-mail."
    action = CAPABILITIES.named(act.action)
    return action.explains if action else ""


async def settled(reader: Reader, row: TicketRow, act: Act, since: datetime) -> bool | None:
    """Whether `act` happened to the ticket `row` after `since`, by ClickBank's clock."""
    match act.action:
        case "close":
            return row.neutral is Status.CLOSED
        case "reopen":
            return row.neutral is not Status.CLOSED
        case "change":
            return row.type == TYPES.get(act.fields.get("type", ""))
        case name if name in MADE:
            return await _made(reader, row, TYPES[MADE[name]], since)
    return None


async def _refund(reader: Reader, row: TicketRow, call: Call) -> str:
    wanted = ("refundType", "refundAmount", "sku")
    params = {name: call.params[name] for name in wanted if name in call.params}
    amounts = await reader.amounts(row.receipt, params)
    goes_on = call.params.get("retainSubscription") == "true"
    then = "A subscription goes on, and bills the customer again." if goes_on else REFUNDING
    return f"Receipt {row.receipt}: the customer gets back {amounts}. {then}"


async def _if_refunded(reader: Reader, row: TicketRow, call: Call) -> str:
    sku = {"sku": call.params["sku"]} if "sku" in call.params else {}
    try:
        return f"That refund would be {await reader.amounts(row.receipt, {**sku, **WHOLE})}."
    except Rejected:  # cancelling a subscription refunds nothing
        return "ClickBank does not say how much that refund would be."


def _owed(row: TicketRow) -> dict[str, str]:
    """What a refund ticket asks for, as `refundAmounts` wants it."""
    if row.refund_type.startswith("PARTIAL") and row.refund_amount:
        return {"refundType": row.refund_type, "refundAmount": row.refund_amount}
    return WHOLE


async def _made(reader: Reader, row: TicketRow, type: str, since: datetime) -> bool | None:
    """Whether such a ticket was opened through the API; None if it may be the customer's."""
    verdicts = {
        _ours(one, since)
        for one in await reader.of_receipt(row.receipt, PAGES)
        if one.type == type
        and one.ticket_id != row.ticket_id
        and one.receipt.casefold() == row.receipt.casefold()
    }
    if True in verdicts:
        return True
    return None if None in verdicts else False


def _ours(one: TicketRow, since: datetime) -> bool | None:
    """Whether this is the new ticket; None if its time or source does not tell."""
    opened = one.opened_date
    if opened is None:
        return None
    if opened.tzinfo is PACIFIC:
        return None if opened > since - ANY_ZONE else False
    if opened < since - ROUNDING:
        return False
    return True if one.source == "API" else None
