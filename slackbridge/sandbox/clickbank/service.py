"""The calls of the Tickets API. All arguments are strings of the query."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase

from slackbridge.sandbox.clickbank import records, wire
from slackbridge.sandbox.clickbank.records import Order, Ticket
from slackbridge.sandbox.clickbank.refusal import forbidden, invalid
from slackbridge.sandbox.clickbank.state import State

Query = Mapping[str, str]
Reply = tuple[int, str]  # status and body
FIGURE = re.compile(r"\d{1,9}(\.\d{1,2})?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LONGEST_RANGE = timedelta(days=7)
RANGES: dict[str, Callable[[Ticket], float | None]] = {
    "createDate": lambda ticket: ticket.opened_at,
    "updateDate": lambda ticket: ticket.updated_at,
    "closeDate": lambda ticket: ticket.closed_at,
}


class Service:
    """One method per call; each raises Refusal."""

    def __init__(self, state: State) -> None:
        self._state = state

    def page(self, query: Query, asked: str) -> Reply:
        rows = self._found(query)
        number = 1 if self._state.ignore_page or not asked.isdigit() else int(asked)
        size = self._state.page_size * 3 // 5 if self._state.short_pages else self._state.page_size
        start = (number - 1) * size
        shown, more = rows[start : start + size], len(rows) > start + size
        state, comments = self._state, self._state.list_comments
        made = [wire.ticket_row(row, state, comments=comments) for row in shown]
        return 206 if more else 200, wire.body_of_list(made, state)

    def count(self, query: Query) -> Reply:
        wanted = {k: v for k, v in query.items() if k in ("type", "status", "receipt")}
        return 200, str(len(self._found(wanted)))

    def get(self, id: str) -> Reply:
        return self._ticket(self._of(id))

    def update(self, id: str, query: Query) -> Reply:
        ticket, comment = self._of(id), query.get("comment", "")
        match query.get("action", ""):
            case "":
                if not comment:
                    raise invalid("A comment is required")
                said = self._state.say(ticket, records.VENDOR, "COMMENTED", comment)
                self._state.commit("reply", ticket, comment_id=said.id, text=comment)
            case "close":
                if ticket.status == records.CLOSED:
                    raise forbidden("The ticket is already closed")
                self._state.close_ticket(ticket, records.VENDOR, comment)
            case "reopen":
                self._reopen(ticket, comment)
            case "change":
                self._state.change(ticket, self._type(query), records.VENDOR, comment)
            case _:
                raise invalid("The action is not supported")
        return (200, "[]") if self._state.answer_ships else self._ticket(ticket)

    def create(self, receipt: str, query: Query) -> Reply:
        kind = self._type(query)
        if query.get("reason", "") not in records.REASONS[query["type"]]:
            raise invalid("The reason is not valid for this ticket type")
        order = self._state.order(receipt)
        amount = self._amount(order, query) if kind == records.REFUND else order.left
        if kind != records.TYPES["tech"] and order.left <= 0:
            raise invalid("This order has been refunded already")
        if kind == records.CANCEL and order.recurring and not order.billing:
            raise invalid("Subscription already canceled")
        self._item(order, query)
        more = {"source": "API", "refund_type": query.get("refundType", "")}
        text = query.get("comment", "")
        ticket = self._state.open_ticket(order, kind, records.VENDOR, text, **more)
        if query.get("refundType", "FULL") != "FULL":
            ticket.refund_amount = amount
        self._pay(ticket, amount, query)
        return self._ticket(ticket)

    def order(self, receipt: str, query: Query) -> Reply:
        """orders2: ClickBank's Orders API wants the `sku` of one item for a cart of several."""
        order = self._state.order(receipt)
        self._item(order, query)
        return 200, wire.body_of_order(order, query.get("sku", ""), self._state)

    def returned(self, id: str) -> Reply:
        ticket = self._state.tickets.get(int(id)) if id.isdigit() else None
        if ticket is None or not ticket.order.physical:
            raise invalid("The ticket was not found or is not for a physical purchase")
        self._state.commit("returned", ticket)
        self._state.refund(ticket, ticket.refund_amount or ticket.order.left)
        return 204, ""

    def refund_amounts(self, receipt: str, query: Query) -> Reply:
        order = self._state.order(receipt)
        self._item(order, query)
        if query.get("refundType") == "FULL" and not self._state.full_amounts:
            raise invalid("refundAmount is required")
        amount = self._amount(order, query)
        usd = wire.money(round(amount * order.usd_rate))
        body = (
            f'{{"usdAmount":"{usd}","customerAmount":"{wire.money(amount)}",'
            f'"customerCurrency":"{order.currency}","productAmount":"{usd}",'
            '"productCurrency":"USD"}'
        )
        return 200, body

    def _of(self, id: str) -> Ticket:
        if not id.isdigit():
            raise forbidden()
        return self._state.ticket(int(id))

    def _ticket(self, ticket: Ticket) -> Reply:
        return 200, wire.body_of_ticket(wire.ticket_row(ticket, self._state), self._state)

    def _type(self, query: Query) -> str:
        if query.get("type", "") not in records.TYPES:
            raise invalid("The type must be one of rfnd, cncl, tech")
        return records.TYPES[query["type"]]

    def _reopen(self, ticket: Ticket, comment: str) -> None:
        if ticket.status != records.CLOSED:
            raise invalid("Only closed tickets can be reopened")
        if not comment:
            raise invalid("A comment is required to reopen a ticket")
        self._state.reopen_ticket(ticket, records.VENDOR, comment)

    def _pay(self, ticket: Ticket, amount: int, query: Query) -> None:
        """Refund or cancel, as opening a ticket of this type does."""
        if ticket.type == records.REFUND:
            retain = query.get("retainSubscription", "") == "true"
            self._state.refund(ticket, amount, retain=retain)
        elif ticket.type == records.CANCEL and ticket.order.recurring:
            self._state.stop_billing(ticket)
            self._state.close_ticket(ticket, "CBSYSTEM")
        elif ticket.type == records.CANCEL:
            self._state.refund(ticket, amount)

    def _item(self, order: Order, query: Query) -> None:
        skus = (order.sku, *order.others)
        if order.others and query.get("sku", "") not in skus:
            raise invalid("The sku is required for orders with multiple items")

    def _amount(self, order: Order, query: Query) -> int:
        """Hundredths of the customer's currency."""
        kind, text = query.get("refundType", ""), query.get("refundAmount", "")
        if kind == "FULL":
            return order.left
        if kind not in ("PARTIAL_PERCENT", "PARTIAL_AMOUNT") or not FIGURE.fullmatch(text):
            raise invalid("refundType or refundAmount is not valid")
        if not self._state.partial_refunds:
            raise forbidden()
        figure = round(float(text) * 100)
        if kind == "PARTIAL_PERCENT":
            if not 100 <= figure <= 8_000:
                raise invalid("The percentage must be between 1 and 80")
            figure = round(order.amount * figure / 10_000)
        if not 0 < figure <= order.left:
            raise invalid("The refund amount exceeds what is left of the order")
        return figure

    def _found(self, query: Query) -> list[Ticket]:
        state, found = self._state, [*self._state.tickets.values()]
        if "status" in query:
            status = records.STATUSES.get(query["status"])
            # A status that only a driver knows is listed with the open ones.
            known = (*records.STATUSES.values(),)
            found = [
                t
                for t in found
                if t.status == status or (status == "OPEN" and t.status not in known)
            ]
        if "type" in query:
            found = [t for t in found if t.type == self._type(query)]
        if "receipt" in query:
            pattern = _pattern(query["receipt"])
            found = [t for t in found if fnmatchcase(t.order.receipt, pattern)]
        for name, moment in RANGES.items():
            if f"{name}From" in query or f"{name}To" in query:
                first, last = self._range(query, name)
                found = [t for t in found if _within(moment(t), first, last)]
        match state.list_order:
            case "newest":
                return found[::-1]
            case "updated":
                return sorted(found, key=lambda t: (-t.updated_at, -t.id))
        return found

    def _range(self, query: Query, name: str) -> tuple[date, date]:
        first, last = _day(query.get(f"{name}From", "")), _day(query.get(f"{name}To", ""))
        today = datetime.fromtimestamp(self._state.clock.now(), wire.PACIFIC).date()
        if last < first or last - first > LONGEST_RANGE:
            raise invalid("The date range cannot be more than 7 days")
        if last > today and not self._state.future_days:
            raise invalid("The date range cannot end in the future")
        return first, last


def _pattern(receipt: str) -> str:
    if len(receipt.replace("%", "")) < 4 or receipt.startswith("%"):
        raise invalid("The receipt must have 4 or more characters")
    return receipt.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]").replace("%", "*")


def _day(text: str) -> date:
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise invalid("Dates must be in the format yyyy-mm-dd, both ends given")


def _within(at: float | None, first: date, last: date) -> bool:
    return at is not None and first <= datetime.fromtimestamp(at, wire.PACIFIC).date() <= last
