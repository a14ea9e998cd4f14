"""Sellgate's customers' side for the page: subjects, plain text, and what was bought."""

from __future__ import annotations

from slackbridge.demo.markets import SELLGATE
from slackbridge.demo.page.markets.market import Json, Letter, WordsOnly, money
from slackbridge.demo.page.markets.sheet import By, Line, Rights, Sheet
from slackbridge.demo.page.problem import unknown
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from slackbridge.sandbox.sellgate.records import CLOSED, CUSTOMER, OPEN, Message, Order, Ticket

LABELS = {OPEN: "Open", CLOSED: "Closed"}


class Sellgate(WordsOnly):
    """The adapter."""

    name, label, account = "sellgate", "Sellgate", SELLGATE
    writes: tuple[str, ...] = ("ReplyToTicket", "UpdateTicket")

    def __init__(self, desk: SellgateSandbox) -> None:
        self.desk = desk

    def sheets(self) -> list[Sheet]:
        return [_sheet(ticket) for ticket in self.desk.tickets.values()]

    def sheet(self, ticket: str) -> Sheet:
        found = self.desk.tickets.get(ticket)
        if found is None:
            raise unknown(f"ticket {ticket} at {self.label}")
        return _sheet(found)

    def open(self, letter: Letter) -> str:
        return self.desk.customer_opens(
            subject=letter.headline, email=letter.email, text=letter.words
        )

    def arrive(self, story: Json) -> str:
        return str(self.desk.customer_opens(**story))

    def write(self, ticket: str, letter: Letter) -> str:
        return self.desk.customer_writes(ticket, letter.words)

    def close(self, ticket: str) -> None:
        self.desk.close(ticket)

    def reopen(self, ticket: str) -> None:
        self.desk.reopen(ticket)


def _sheet(ticket: Ticket) -> Sheet:
    closed = ticket.status == CLOSED
    return Sheet(
        id=ticket.id,
        title=ticket.subject,
        customer=ticket.email,
        email=ticket.email,
        status=ticket.status,
        label=LABELS.get(ticket.status, ticket.status),
        open=not closed,
        at=ticket.updated_at,
        facts=_facts(ticket.order) if ticket.order else (),
        history=[_line(message, ticket) for message in ticket.messages],
        can=Rights(close=not closed, reopen=closed),
    )


def _facts(order: Order) -> list[tuple[str, str]]:
    return [
        ("Order", order.id),
        ("Invoice", order.invoice),
        ("Product", order.product),
        ("Paid", money(order.amount, order.currency)),
    ]


def _line(message: Message, ticket: Ticket) -> Line:
    by: By = "system"
    if message.sender == CUSTOMER:
        by = "customer"
    elif ticket.owner_wrote(message):
        by = "merchant"
    name = ticket.email if by == "customer" else message.sender.capitalize()
    return Line(message.id, message.at, by, name, message.text)
