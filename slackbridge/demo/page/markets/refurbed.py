"""refurbed's customers' side for the page: HTML, attachments, internal messages, help requests."""

from __future__ import annotations

from html import escape

from slackbridge.demo.page.markets.market import IMAGES, Content, Json, Letter, number
from slackbridge.demo.page.markets.sheet import By, Line, Paper, Rights, Sheet
from slackbridge.demo.page.problem import Problem, unknown
from slackbridge.demo.world import ACCOUNT
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.refurbed.markup import plain
from slackbridge.sandbox.refurbed.records import Message, Ticket
from slackbridge.sandbox.refurbed.vocabulary import Scope, Sender, Status

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


class Refurbed:
    """The adapter."""

    name, label, account = "refurbed", "refurbed", ACCOUNT
    html = files = True
    writes: tuple[str, ...] = (
        "UpdateTicket",
        "CreateTicket",
        "RequestTopicChange",
        "GenerateReturnShippingLabel",
        "CreateTicketHelpRequest",
        "UpdateTicketHelpRequest",
    )

    def __init__(self, desk: RefurbedSandbox) -> None:
        self.desk = desk

    def sheets(self) -> list[Sheet]:
        return [self._sheet(ticket) for ticket in self.desk.tickets.values()]

    def sheet(self, ticket: str) -> Sheet:
        found = self.desk.tickets.get(number(ticket))
        if found is None:
            raise unknown(f"ticket {ticket} at {self.label}")
        return self._sheet(found)

    def open(self, letter: Letter) -> str:
        made = self.desk.customer_opens(
            name=letter.name,
            email=letter.email,
            html=_html(letter),
            attachments=letter.files,
            topic="general",
        )
        return str(made)

    def arrive(self, story: Json) -> str:
        return str(self.desk.customer_opens(**story))

    def write(self, ticket: str, letter: Letter) -> str:
        return str(self.desk.customer_writes(int(ticket), _html(letter), letter.files))

    def close(self, ticket: str) -> None:
        self.desk.close(int(ticket))

    def reopen(self, ticket: str) -> None:
        raise Problem(
            "At refurbed a solved ticket opens again when its customer writes, a closed one never."
        )

    def file(self, number: str) -> Content:
        found = self.desk.files.get(number)
        if found is None:
            raise unknown(f"file {number} at {self.label}")
        attachment, data = found
        return Content(attachment.filename, attachment.content_type, data)

    def _sheet(self, ticket: Ticket) -> Sheet:
        item, closed = ticket.item, ticket.status == Status.CLOSED
        return Sheet(
            id=str(ticket.id),
            title=f"{ticket.topic.replace('_', ' ').capitalize()}: {item.name}",
            customer=item.customer_name,
            email=item.customer_email,
            status=ticket.status,
            label=LABELS.get(ticket.status, ticket.status),
            open=ticket.status not in (Status.SOLVED, Status.CLOSED),
            at=ticket.updated_at,
            facts=self._facts(ticket),
            history=[self._line(message) for message in ticket.messages],
            can=Rights(write=not closed, close=not closed),
        )

    def _facts(self, ticket: Ticket) -> list[tuple[str, str]]:
        item = ticket.item
        return [
            ("Order" if not item.buyback else "Sold to refurbed", str(item.order_id)),
            ("Item", item.name),
            ("Country", item.country),
            ("Assigned to", self.desk.agents.get(ticket.assignee, ticket.assignee)),
            ("Urgency", ticket.urgency.capitalize()),
            ("Merchant's notes", ticket.notes),
            ("Follow-up to", str(ticket.follow_up_to or "")),
            *(("Help request", f"{each.topic}: {each.status}") for each in ticket.help_requests),
        ]

    def _line(self, message: Message) -> Line:
        author = message.author
        papers = (
            Paper(
                file.filename,
                f"/page/markets/{self.name}/files/{file.path.split('/')[2]}",
                file.content_type in IMAGES,
            )
            for file in message.attachments
        )
        return Line(
            str(message.id),
            message.at,
            SIDES.get(author.sender, "system"),
            author.name,
            plain(message.body_html),
            message.body_html,
            message.scope == Scope.INTERNAL,
            tuple(papers),
        )


def _html(letter: Letter) -> str:
    """What was typed as text is as harmless in HTML."""
    lines = escape(letter.words, quote=False).splitlines()
    return letter.html or f"<p>{'<br>'.join(lines)}</p>"
