"""ClickBank's customers' side for the page: plain text and refunds; a comment may be an action."""

from __future__ import annotations

from typing import Any

from slackbridge.demo.markets import CLICKBANK
from slackbridge.demo.page.customer import By, CustomerMessage, CustomerTicket, Message, Rights
from slackbridge.demo.page.markets.market import Market, money
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
ACTIONS = {
    "OPENED": "opened the ticket",
    "CLOSED": "closed the ticket",
    "REOPENED": "opened the ticket again",
    "CHANGED": "changed the ticket's type",
    "ATTACHMENT": "attached a file, which ClickBank's API never shows",
}


class ClickBank(Market[ClickBankSandbox]):
    name, label, account = "clickbank", "ClickBank", CLICKBANK
    writes = ("Update", "Create", "Returned")

    def _opening(self, message: CustomerMessage) -> dict[str, Any]:
        return {"name": message.name, "email": message.email, "text": message.words}

    def close(self, id: str) -> None:
        """By the customer: closing a refund ticket withdraws the request."""
        self.sandbox.close(int(id), records.CUSTOMER)

    def reopen(self, id: str) -> None:
        self.sandbox.reopen(int(id), text="")

    def _shown(self, ticket: Ticket) -> CustomerTicket:
        order, closed = ticket.order, ticket.status == records.CLOSED
        type = TYPES.get(ticket.type, ticket.type)
        return CustomerTicket(
            id=str(ticket.id),
            title=f"{type}: {order.sku}",
            customer=f"{order.first_name} {order.last_name}".strip(),
            email=order.email,
            status=ticket.status,
            label=LABELS.get(ticket.status, ticket.status),
            open=not closed,
            at=max([ticket.updated_at, *(each.at for each in ticket.messages[-1:])]),
            facts=_facts(ticket, type),
            history=[_message(comment, ticket) for comment in ticket.messages],
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


def _message(comment: Comment, ticket: Ticket) -> Message:
    order = ticket.order
    name = f"{order.first_name} {order.last_name}".strip()
    action = ACTIONS.get(comment.action, comment.action.lower())
    return Message(
        str(comment.id),
        comment.at,
        SIDES.get(comment.role, "system"),
        NAMES.get(comment.role, name if comment.role == records.CUSTOMER else comment.role),
        comment.text or f"({action})",
    )
