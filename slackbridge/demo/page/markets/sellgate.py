"""Sellgate's customers' side for the page: subjects, plain text, and what was bought."""

from __future__ import annotations

from typing import Any

from slackbridge.demo.markets import SELLGATE
from slackbridge.demo.page.customer import By, CustomerMessage, CustomerTicket, Message, Rights
from slackbridge.demo.page.markets.market import Market, money
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from slackbridge.sandbox.sellgate.records import CLOSED, CUSTOMER, OPEN, Order, Ticket
from slackbridge.sandbox.sellgate.records import Message as Record

LABELS = {OPEN: "Open", CLOSED: "Closed"}


class Sellgate(Market[SellgateSandbox]):
    name, label, account = "sellgate", "Sellgate", SELLGATE
    writes = ("ReplyToTicket", "UpdateTicket")

    def _opening(self, message: CustomerMessage) -> dict[str, Any]:
        return {"subject": message.headline, "email": message.email, "text": message.words}

    def reopen(self, id: str) -> None:
        self.sandbox.reopen(id)

    def _key(self, id: str) -> str:
        return id

    def _shown(self, ticket: Ticket) -> CustomerTicket:
        closed = ticket.status == CLOSED
        return CustomerTicket(
            id=ticket.id,
            title=ticket.subject,
            customer=ticket.email,
            email=ticket.email,
            status=ticket.status,
            label=LABELS.get(ticket.status, ticket.status),
            open=not closed,
            at=ticket.updated_at,
            facts=_facts(ticket.order) if ticket.order else (),
            history=[_message(message, ticket) for message in ticket.messages],
            can=Rights(close=not closed, reopen=closed),
        )


def _facts(order: Order) -> list[tuple[str, str]]:
    return [
        ("Order", order.id),
        ("Invoice", order.invoice),
        ("Product", order.product),
        ("Paid", money(order.amount, order.currency)),
    ]


def _message(message: Record, ticket: Ticket) -> Message:
    by: By = "system"
    if message.sender == CUSTOMER:
        by = "customer"
    elif ticket.owner_wrote(message):
        by = "merchant"
    name = ticket.email if by == "customer" else message.sender.capitalize()
    return Message(message.id, message.at, by, name, message.text)
