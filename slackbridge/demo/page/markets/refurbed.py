"""refurbed's customers' side for the page: HTML, attachments, internal messages, help requests."""

from __future__ import annotations

from html import escape
from typing import Any

from slackbridge.demo.page.customer import (
    Attachment,
    By,
    CustomerMessage,
    CustomerTicket,
    Message,
    Rights,
)
from slackbridge.demo.page.files import IMAGES
from slackbridge.demo.page.markets.market import Market
from slackbridge.demo.page.responses import Problem, unknown
from slackbridge.demo.world import ACCOUNT
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.refurbed.markup import plain
from slackbridge.sandbox.refurbed.records import Message as Record
from slackbridge.sandbox.refurbed.records import Ticket
from slackbridge.sandbox.refurbed.vocabulary import Scope, Sender, Status
from slackbridge.sandbox.slack.files import Shared

LABELS: dict[str, str] = {
    Status.OPEN: "Open",
    Status.PENDING: "Answered",
    Status.SOLVED: "Solved",
    Status.CLOSED: "Closed",
}
SIDES: dict[str, By] = {
    Sender.CUSTOMER: "customer",
    Sender.MERCHANT: "merchant",
    Sender.REFURBED: "marketplace",
}


class Refurbed(Market[RefurbedSandbox]):
    name, label, account = "refurbed", "refurbed", ACCOUNT
    html = files = True
    writes = (
        "UpdateTicket",
        "CreateTicket",
        "RequestTopicChange",
        "GenerateReturnShippingLabel",
        "CreateTicketHelpRequest",
        "UpdateTicketHelpRequest",
    )

    def _opening(self, message: CustomerMessage) -> dict[str, Any]:
        customer = {"name": message.name, "email": message.email, "topic": "general"}
        return {**customer, "html": _html(message), "attachments": message.files}

    def write(self, id: str, message: CustomerMessage) -> str:
        return str(self.sandbox.customer_writes(int(id), _html(message), message.files))

    def reopen(self, id: str) -> None:
        raise Problem(
            "At refurbed a solved ticket opens again when its customer writes, a closed one never."
        )

    def file(self, id: str) -> Shared:
        found = self.sandbox.files.get(id)
        if found is None:
            raise unknown(f"file {id} at {self.label}")
        attachment, data = found
        return Shared(attachment.filename, attachment.content_type, data)

    def _shown(self, ticket: Ticket) -> CustomerTicket:
        item, closed = ticket.item, ticket.status == Status.CLOSED
        return CustomerTicket(
            id=str(ticket.id),
            title=f"{ticket.topic.replace('_', ' ').capitalize()}: {item.name}",
            customer=item.customer_name,
            email=item.customer_email,
            status=ticket.status,
            label=LABELS.get(ticket.status, ticket.status),
            open=ticket.status not in (Status.SOLVED, Status.CLOSED),
            at=ticket.updated_at,
            facts=self._facts(ticket),
            history=[self._message(message) for message in ticket.messages],
            can=Rights(write=not closed, close=not closed),
        )

    def _facts(self, ticket: Ticket) -> list[tuple[str, str]]:
        item = ticket.item
        return [
            ("Order" if not item.buyback else "Sold to refurbed", str(item.order_id)),
            ("Item", item.name),
            ("Country", item.country),
            ("Assigned to", self.sandbox.agents.get(ticket.assignee, ticket.assignee)),
            ("Urgency", ticket.urgency.capitalize()),
            ("Merchant's notes", ticket.notes),
            ("Follow-up to", str(ticket.follow_up_to or "")),
            *(("Help request", f"{each.topic}: {each.status}") for each in ticket.help_requests),
        ]

    def _message(self, message: Record) -> Message:
        author = message.author
        attachments = (
            Attachment(
                file.filename,
                f"/page/markets/{self.name}/files/{file.path.split('/')[2]}",
                file.content_type in IMAGES,
            )
            for file in message.attachments
        )
        return Message(
            str(message.id),
            message.at,
            SIDES.get(author.sender, "system"),
            author.name,
            plain(message.body_html),
            message.body_html,
            message.scope == Scope.INTERNAL,
            tuple(attachments),
        )


def _html(message: CustomerMessage) -> str:
    """The message's HTML, or its text escaped."""
    lines = escape(message.words, quote=False).splitlines()
    return message.html or f"<p>{'<br>'.join(lines)}</p>"
