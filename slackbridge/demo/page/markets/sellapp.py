"""SellApp's customers' side for the page: titles and plain text."""

from __future__ import annotations

from slackbridge.demo.markets import SELLAPP
from slackbridge.demo.page.markets.market import Json, Letter, WordsOnly, number
from slackbridge.demo.page.markets.sheet import By, Line, Rights, Sheet
from slackbridge.demo.page.problem import unknown
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from slackbridge.sandbox.sellapp.records import CLOSED, CUSTOMER, OPEN, STORE, Message, Ticket

LABELS = {OPEN: "Open", CLOSED: "Closed"}
SIDES: dict[str, By] = {CUSTOMER: "customer", STORE: "merchant"}


class SellApp(WordsOnly):
    """The adapter."""

    name, label, account = "sellapp", "SellApp", SELLAPP
    writes: tuple[str, ...] = ("UpdateTicket", "CreateMessage")

    def __init__(self, desk: SellAppSandbox) -> None:
        self.desk = desk

    def sheets(self) -> list[Sheet]:
        return [_sheet(ticket) for ticket in self.desk.tickets.values()]

    def sheet(self, ticket: str) -> Sheet:
        found = self.desk.tickets.get(number(ticket))
        if found is None:
            raise unknown(f"ticket {ticket} at {self.label}")
        return _sheet(found)

    def open(self, letter: Letter) -> str:
        made = self.desk.customer_opens(
            title=letter.headline, email=letter.email, text=letter.words
        )
        return str(made)

    def arrive(self, story: Json) -> str:
        return str(self.desk.customer_opens(**story))

    def write(self, ticket: str, letter: Letter) -> str:
        return str(self.desk.customer_writes(int(ticket), letter.words))

    def close(self, ticket: str) -> None:
        self.desk.close(int(ticket))

    def reopen(self, ticket: str) -> None:
        self.desk.reopen(int(ticket))


def _sheet(ticket: Ticket) -> Sheet:
    closed = ticket.status == CLOSED
    label = LABELS.get(ticket.status, ticket.status)
    kind, about = ticket.reference or ("", 0)
    return Sheet(
        id=str(ticket.id),
        title=ticket.title,
        customer=ticket.email,
        email=ticket.email,
        status=ticket.status,
        label=f"{label}, archived" if ticket.archived else label,
        open=not closed and not ticket.archived,
        at=max([ticket.updated_at, *(each.at for each in ticket.messages[-1:])]),
        facts=[
            ("About", f"{kind} {about}" if kind else ""),
            ("Order", str(ticket.order_id or "")),
            ("Reason", ticket.reason or ""),
        ],
        history=[_line(message) for message in ticket.messages],
        can=Rights(close=not closed, reopen=closed or ticket.archived),
    )


def _line(message: Message) -> Line:
    by = SIDES.get(message.author, "system")
    return Line(str(message.id), message.at, by, message.sender or "Store", message.content)
