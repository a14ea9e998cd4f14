"""What an action at ClickBank would do, in exact words, and whether it has happened. Read-only.

Source: ClickBank's Tickets API 1.3 (`refundAmounts`, and what each type of ticket does). Its page
calls `refundAmount` required for every type, two public clients send FULL alone: where that is
refused, the sum is not known beforehand, and is said to be so.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from slackbridge.domain.errors import Failure, Rejected, Unauthorized
from slackbridge.domain.model import Act, Status
from slackbridge.providers.clickbank.actions import Call, opens
from slackbridge.providers.clickbank.forms import (
    BY_ITSELF,
    CANCELLING,
    CAPABILITIES,
    CHANGING,
    MADE,
    REFUNDING,
    TYPES,
    kind_of,
    moment,
)
from slackbridge.providers.clickbank.orders import Sale
from slackbridge.providers.clickbank.reading import SHORTEST_RECEIPT, Reader
from slackbridge.providers.clickbank.refund_types import asked_for, foreseen
from slackbridge.providers.clickbank.wire import CANCEL, PACIFIC, REFUND, TicketRow

PAGES = 5  # of a receipt's tickets
ROUNDING = timedelta(seconds=2)  # ClickBank's clock shows whole seconds
ANY_ZONE = timedelta(hours=26)  # how far a time without a zone may be off
WHOLE = {"refundType": "FULL"}
MAIL = "The customer is told by e-mail."


class Previews:
    """What an act would do to one ticket. `row` is the ticket; without an id, a receipt's next."""

    def __init__(self, reader: Reader, row: TicketRow) -> None:
        self._reader = reader
        self._row = row

    async def words(self, act: Act, call: Call) -> str:
        """What `call` would do. Raises the failures."""
        row = self._row
        if opens(act) and call.params["type"] != "tech":
            made = self._refund if call.params["type"] == "rfnd" else self._cancel
            return f"{await made(call)}{await self._beside(call)}"
        match act.action:
            case "change":
                return await self._change(call)
            case "returned":
                return await self._returned()
            case "close" if row.type.upper() in (REFUND, CANCEL):
                return await self._close()
            case "reopen" if row.type.upper() == REFUND:
                owed = await self._owed()
                return f"The refund request is open again, for {owed}. {BY_ITSELF} {MAIL}"
            case "reopen" if row.type.upper() == CANCEL:
                return f"The cancellation is open again, and ClickBank works it off. {MAIL}"
        action = CAPABILITIES.named(act.action)
        return action.explains if action else ""

    async def _refund(self, call: Call) -> str:
        wanted = ("refundType", "refundAmount", "sku")
        params = {name: call.params[name] for name in wanted if name in call.params}
        amounts = await self._sum(params)
        goes_on = call.params.get("retainSubscription") == "true"
        then = "A subscription goes on, and bills the customer again." if goes_on else REFUNDING
        return f"Receipt {self._row.receipt}: the customer gets back {amounts}. {then}"

    async def _cancel(self, call: Call) -> str:
        head, sale = f"Receipt {self._row.receipt}:", await self._sale(call.params.get("sku", ""))
        recurring = sale.recurring if sale else None
        if sale and recurring:
            billing = f" ({sale.billing})" if sale.billing else ""
            return f"{head} the billing of this subscription stops{billing}; nothing is refunded."
        sku = {"sku": call.params["sku"]} if "sku" in call.params else {}
        amounts = await self._sum({**sku, **WHOLE})
        if recurring is None:
            return f"{head} {CANCELLING} That refund would be {amounts}."
        return f"{head} this is no subscription, so the sale is refunded: {amounts}."

    async def _change(self, call: Call) -> str:
        row, was = self._row, self._row.type.upper()
        if call.params["type"] == "rfnd":
            amounts = await self._sum({**self._sku(), **WHOLE})
            return f"Receipt {row.receipt} is refunded in full: {amounts}. {REFUNDING}"
        if was == REFUND:
            owed = await self._owed()
            ends = f"The customer's refund request ends: ClickBank no longer pays {owed} by itself."
            return f"{ends} {CHANGING}"
        if was == CANCEL:
            return f"The customer's cancellation ends: a subscription goes on. {CHANGING}"
        return CHANGING

    async def _close(self) -> str:
        row = self._row
        if row.type.upper() == CANCEL:
            return (
                "This withdraws the customer's cancellation: a subscription goes on, and bills "
                f"them again. {MAIL}"
            )
        due = f" The time of this one is {moment(row.due)}." if row.due else ""
        return (
            f"This withdraws the customer's refund request: they do not get back "
            f"{await self._owed()}. {MAIL} Left open, it is paid: {BY_ITSELF}{due}"
        )

    async def _returned(self) -> str:
        sale = await self._sale(self._row.product_item_no)
        if sale and sale.shipped is False:
            raise Rejected(
                "ClickBank's order says that nothing was shipped, and so it would refuse this"
            )
        owed = await self._owed()
        said = f"The goods are confirmed to be back, and the refund completes: {owed}."
        unsure = " Whether goods were shipped is not known; if not, ClickBank refuses this."
        return said + ("" if sale and sale.shipped else unsure)

    async def _owed(self) -> str:
        """What the ticket asks for, in words."""
        row = self._row
        if (params := foreseen(row.refund_type, row.refund_amount)) is not None:
            return await self._sum({**self._sku(), **params}, strict=False)
        return asked_for(row.refund_type, row.refund_amount)

    async def _sum(self, params: dict[str, str], *, strict: bool = True) -> str:
        """What a refund would come to, in words. With `strict`, raises the refusal of a part."""
        try:
            return await self._reader.amounts(self._row.receipt, params)
        except Unauthorized:
            raise
        except Rejected as failure:
            whole = params.get("refundType") == "FULL"
            if strict and not whole:
                raise
            asked = asked_for(params.get("refundType", ""), params.get("refundAmount", ""))
            return f"{asked}; ClickBank does not say beforehand how much that is ({failure.reason})"

    def _sku(self) -> dict[str, str]:
        return {"sku": self._row.product_item_no} if self._row.product_item_no else {}

    async def _sale(self, item: str) -> Sale | None:
        """The order, if ClickBank shows it: it only makes the words more exact."""
        try:
            return await self._reader.sale(self._row.receipt, item)
        except Unauthorized:
            raise
        except Failure:
            return None

    async def _beside(self, call: Call) -> str:
        """What is asked for beside a new refund or cancellation, and is paid, too."""
        row, said = self._row, ""
        found = {row.ticket_id: row}
        if len(row.receipt) >= SHORTEST_RECEIPT:
            rows = await self._reader.of_receipt(row.receipt, PAGES)
            found |= {one.ticket_id: one for one in rows}
        for one in found.values():
            if one.ticket_id and one.neutral.active and one.type.upper() == REFUND:
                said += f" {_stays_open(one, whole=call.params.get('refundType') == 'FULL')}"
        return said


def _stays_open(row: TicketRow, *, whole: bool) -> str:
    asked = asked_for(row.refund_type or "FULL", row.refund_amount)
    due = f" about {moment(row.due)}" if row.due else ""
    head = f"Attention: the refund request of ticket {row.ticket_id} ({asked}) stays open beside it"
    if whole:
        return f"{head}; ClickBank works it off{due}, and no document says what it still pays then."
    return (
        f"{head}, and ClickBank pays it, too, by itself{due}: the customer gets both. To pay only "
        "this, close that ticket as well, which withdraws the request."
    )


async def settled(reader: Reader, row: TicketRow, act: Act, since: datetime) -> bool | None:
    """Whether `act` happened to the ticket `row` after `since`, by ClickBank's clock."""
    match act.action:
        case "close":
            return row.neutral is Status.CLOSED
        case "reopen":
            return row.neutral is not Status.CLOSED
        case "change":
            return row.type.upper() == TYPES.get(act.fields.get("type", ""))
        case name if opens(act):
            kind = MADE.get(name) or kind_of(act.fields.get("reason", ""))
            known = len(row.receipt) >= SHORTEST_RECEIPT
            return await _made(reader, row, TYPES.get(kind, ""), since) if known else None
    return None


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
