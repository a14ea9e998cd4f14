"""ClickBank's customers' side for the page: plain text, refunds, comments that are only acts."""

from __future__ import annotations

from slackbridge.demo.markets import CLICKBANK
from slackbridge.demo.page.markets.market import Json, Letter, WordsOnly, money, number
from slackbridge.demo.page.markets.sheet import By, Line, Rights, Sheet
from slackbridge.demo.page.problem import unknown
from slackbridge.sandbox.clickbank import records
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.clickbank.records import Comment, Ticket

LABELS = {records.OPEN: "Open", records.REOPENED: "Open again", records.CLOSED: "Closed"}
TYPES = {
    records.REFUND: "Refund",
    records.CANCEL: "Cancellation",
    records.TECH_SUPPORT: "Technical support",
}
SIDES: dict[str, By] = {
    records.CUSTOMER: "customer",
    records.VENDOR: "merchant",
    records.CSR: "marketplace",
}
NAMES = {records.VENDOR: "Vendor", records.CSR: "ClickBank support", records.SYSTEM: "ClickBank"}
ACTS = {
    "OPENED": "opened the ticket",
    "CLOSED": "closed the ticket",
    "REOPENED": "opened the ticket again",
    "CHANGED": "changed the ticket's type",
    "ATTACHMENT": "attached a file, which ClickBank's API never shows",
}


class ClickBank(WordsOnly):
    """The adapter."""

    name, label, account = "clickbank", "ClickBank", CLICKBANK
    writes: tuple[str, ...] = ("Update", "Create", "Returned")

    def __init__(self, desk: ClickBankSandbox) -> None:
        self.desk = desk

    def sheets(self) -> list[Sheet]:
        return [_sheet(ticket) for ticket in self.desk.tickets.values()]

    def sheet(self, ticket: str) -> Sheet:
        found = self.desk.tickets.get(number(ticket))
        if found is None:
            raise unknown(f"ticket {ticket} at {self.label}")
        return _sheet(found)

    def open(self, letter: Letter) -> str:
        made = self.desk.customer_opens(name=letter.name, email=letter.email, text=letter.words)
        return str(made)

    def arrive(self, story: Json) -> str:
        return str(self.desk.customer_opens(**story))

    def write(self, ticket: str, letter: Letter) -> str:
        return str(self.desk.customer_writes(int(ticket), letter.words))

    def close(self, ticket: str) -> None:
        """By the customer: of a refund ticket this takes the request back."""
        self.desk.close(int(ticket), records.CUSTOMER)

    def reopen(self, ticket: str) -> None:
        self.desk.reopen(int(ticket), text="")


def _sheet(ticket: Ticket) -> Sheet:
    order, closed = ticket.order, ticket.status == records.CLOSED
    type = TYPES.get(ticket.type, ticket.type)
    return Sheet(
        id=str(ticket.id),
        title=f"{type}: {order.sku}",
        customer=f"{order.first_name} {order.last_name}".strip(),
        email=order.email,
        status=ticket.status,
        label=LABELS.get(ticket.status, ticket.status),
        open=not closed,
        at=max([ticket.updated_at, *(each.at for each in ticket.comments[-1:])]),
        facts=_facts(ticket, type),
        history=[_line(comment, ticket) for comment in ticket.comments],
        can=Rights(close=not closed, reopen=closed),
    )


def _facts(ticket: Ticket, type: str) -> list[tuple[str, str]]:
    order = ticket.order
    return [
        ("Type", type),
        ("Receipt", order.receipt),
        ("Product", order.sku),
        ("Paid", money(order.amount / 100, order.currency)),
        ("Paid back", money(order.refunded / 100, order.currency) if order.refunded else ""),
        ("Billing", "recurs" if order.billing else "stopped" if order.recurring else ""),
        ("Description", ticket.description),
    ]


def _line(comment: Comment, ticket: Ticket) -> Line:
    order = ticket.order
    name = f"{order.first_name} {order.last_name}".strip()
    act = ACTS.get(comment.action, comment.action.lower())
    return Line(
        str(comment.id),
        comment.at,
        SIDES.get(comment.role, "system"),
        NAMES.get(comment.role, name if comment.role == records.CUSTOMER else comment.role),
        comment.text or f"({act})",
    )
