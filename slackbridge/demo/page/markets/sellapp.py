"""SellApp's customers' side for the page: titles and plain text."""

from __future__ import annotations

from typing import Any

from slackbridge.demo.markets import SELLAPP
from slackbridge.demo.page.customer import By, CustomerMessage, CustomerTicket, Message, Rights
from slackbridge.demo.page.markets.market import Market
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from slackbridge.sandbox.sellapp.records import CLOSED, CUSTOMER, OPEN, STORE, Ticket
from slackbridge.sandbox.sellapp.records import Message as Record

LABELS = {OPEN: "Open", CLOSED: "Closed"}
SIDES: dict[str, By] = {CUSTOMER: "customer", STORE: "merchant"}


class SellApp(Market[SellAppSandbox]):
    name, label, account = "sellapp", "SellApp", SELLAPP
    writes = ("UpdateTicket", "CreateMessage")

    def _opening(self, message: CustomerMessage) -> dict[str, Any]:
        return {"title": message.headline, "email": message.email, "text": message.words}

    def reopen(self, id: str) -> None:
        self.sandbox.reopen(int(id))

    def _shown(self, ticket: Ticket) -> CustomerTicket:
        closed = ticket.status == CLOSED
        label = LABELS.get(ticket.status, ticket.status)
        kind, about = ticket.reference or ("", 0)
        return CustomerTicket(
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
            history=[_message(message) for message in ticket.messages],
            can=Rights(close=not closed, reopen=closed or ticket.archived),
        )


def _message(message: Record) -> Message:
    by = SIDES.get(message.author, "system")
    return Message(str(message.id), message.at, by, message.sender or "Store", message.content)
