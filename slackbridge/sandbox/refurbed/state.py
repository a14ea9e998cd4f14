"""All tickets of one merchant, the rules by which they change, and the ledger of it.

The API (`service`) and everybody else (`drivers`) change it. It knows no HTTP. Every method either
raises `Refusal` before anything has changed or commits completely.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import Any

from slackbridge.sandbox.clock import HOUR, Clock
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.refurbed.files import Files, Upload
from slackbridge.sandbox.refurbed.markup import plain
from slackbridge.sandbox.refurbed.orders import Return, Sale
from slackbridge.sandbox.refurbed.records import Author, HelpRequest, Item, Message, Ticket
from slackbridge.sandbox.refurbed.refusal import Refusal, invalid, not_found, wrong_state
from slackbridge.sandbox.refurbed.switches import Switches
from slackbridge.sandbox.refurbed.vocabulary import Scope, Status
from slackbridge.sandbox.state import BaseState

SOLVED_AFTER = 7 * 24 * HOUR  # of a PENDING ticket without activity
CLOSED_AFTER = 28 * 24 * HOUR  # of a SOLVED one

AGENTS = {
    "ines.weber@example.com": "Ines Weber",
    "marc.leroy@example.com": "Marc Leroy",
    "sara.cohen@example.com": "Sara Cohen",
    "tom.okafor@example.com": "Tom Okafor",
}


class State(BaseState[int, Ticket], Switches):
    """Tickets, order items, help requests, files and the merchant's agents (e-mail -> name)."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        super().__init__(clock, ledger)
        self.files = Files()
        self.agents = dict(AGENTS)
        self.items: dict[int, Item] = {}
        self.sales: dict[int, Sale] = {}
        self.help_requests: dict[int, HelpRequest] = {}
        self._ticket_ids = count(4711)
        self._message_ids = count(70001)
        self._help_ids = count(301)
        self._return_ids = count(601)
        self._item_ids = count(910001)
        self._order_ids = count(880001)

    def writable(self, ticket_id: int) -> Ticket:
        """A ticket that is not CLOSED. Raises Refusal (NOT_FOUND, FAILED_PRECONDITION)."""
        ticket = self.ticket(ticket_id)
        if ticket.status == Status.CLOSED:
            raise wrong_state(f"ticket {ticket_id} is closed")
        return ticket

    def help_request(self, ticket_id: int, help_request_id: int) -> HelpRequest:
        """Raises Refusal (NOT_FOUND) also if it belongs to another ticket."""
        found = self.help_requests.get(help_request_id)
        if found is None or found.ticket_id != ticket_id:
            raise not_found("help request", help_request_id)
        return found

    def writable_help(self, ticket_id: int, help_request_id: int) -> HelpRequest:
        """A help request that is not CLOSED. Raises Refusal (NOT_FOUND, FAILED_PRECONDITION)."""
        found = self.help_request(ticket_id, help_request_id)
        if found.status == Status.CLOSED:
            raise wrong_state(f"help request {help_request_id} is closed")
        return found

    def check_agent(self, email: str) -> None:
        """Raises Refusal (INVALID_ARGUMENT) for an address that is no agent's."""
        if email not in self.agents:
            raise invalid(f"assignee_user_email: no user {email!r}")

    def add_item(
        self,
        *,
        name: str,
        email: str,
        country: str,
        item: str,
        order_id: int | None = None,
        buyback: bool = False,
    ) -> Item:
        """Something a customer ordered (or sold), which tickets can be about."""
        number = order_id or next(self._order_ids)
        made = Item(next(self._item_ids), number, item, country, name, email, buyback)
        self.items[made.id] = made
        if not buyback:
            self.sales[made.id] = Sale(made, self.clock.now())
        return made

    def sale(self, ticket_id: int) -> Sale:
        """What the ticket's order item was sold for. Raises Refusal, also for a buyback."""
        item = self.ticket(ticket_id).item
        if item.id not in self.sales:
            raise not_found("order item", item.id)
        return self.sales[item.id]

    def begin_return(self, sale: Sale) -> Return:
        begun = Return(next(self._return_ids), self.clock.now())
        sale.returns.append(begun)
        return begun

    def note_refund(self, sale: Sale, figures: dict[str, Any], by: str) -> None:
        """Enter a refund on the newest ticket about the item in the ledger."""
        about = [ticket for ticket in self.tickets.values() if ticket.item is sale.item]
        data = {**figures, "order_item_id": sale.item.id, "by": by}
        for ticket in about[-1:]:
            self.commit("refund", ticket, **data)

    def open_ticket(self, item: Item, topic: str, follow_up_to: int | None = None) -> Ticket:
        """A ticket without messages yet."""
        at = self.clock.now()
        ticket = Ticket(next(self._ticket_ids), item, topic, at, at, follow_up_to=follow_up_to)
        self.tickets[ticket.id] = ticket
        return ticket

    def message(
        self, author: Author, html: str, scope: str = Scope.PUBLIC, uploads: Iterable[Upload] = ()
    ) -> Message:
        """A message with the next id, not yet on any ticket; its files are stored."""
        attachments = tuple(self.files.put(upload) for upload in uploads)
        number = next(self._message_ids)
        return Message(number, self.clock.now(), author, html, scope, attachments)

    def post(self, ticket: Ticket, message: Message, act: str) -> Message:
        """Put a message on a ticket under the name `act` in the ledger."""
        before = ticket.status
        ticket.hear(message)
        if before == Status.SOLVED and act == "customer_message" and not self.customer_reopens:
            ticket.become(before, message.at)
        self.commit(act, ticket, **_facts(message))
        if ticket.status != before:
            self.commit("status", ticket, was=before, status=ticket.status, by=act)
        return message

    def edit(
        self, ticket: Ticket, message_id: int, html: str | None, uploads: Iterable[Upload] = ()
    ) -> None:
        """Change a message in place: its text (None = as it is), and more files.

        The published description does not name edits; what Slack shows of one must be true anyway.
        """
        at = next(n for n, message in enumerate(ticket.messages) if message.id == message_id)
        old = ticket.messages[at]
        files = (*old.attachments, *(self.files.put(upload) for upload in uploads))
        new = replace(old, body_html=old.body_html if html is None else html, attachments=files)
        ticket.messages[at] = new
        ticket.updated_at = self.clock.now()
        self.commit("edited", ticket, **_facts(new))

    def set_status(self, ticket: Ticket, status: str, by: str) -> None:
        """Set a status; in the ledger even if it was the same before."""
        before = ticket.status
        ticket.become(status, self.clock.now())
        self.commit("status", ticket, was=before, status=status, by=by)

    def assign(self, ticket: Ticket, email: str) -> None:
        """Assign the ticket to an agent, '' for nobody."""
        ticket.assignee = email
        ticket.updated_at = self.clock.now()
        self.commit("assign", ticket, email=email)

    def set_notes(self, ticket: Ticket, notes: str) -> None:
        ticket.notes = notes
        ticket.updated_at = self.clock.now()
        self.commit("notes", ticket, notes=notes)

    def ask_for_help(self, ticket: Ticket, topic: str, message: Message) -> HelpRequest:
        """Open a help request with its first message."""
        asked = HelpRequest(next(self._help_ids), ticket.id, topic, self.clock.now())
        asked.messages.append(message)
        ticket.help_requests.append(asked)
        self.help_requests[asked.id] = asked
        ticket.updated_at = self.clock.now()
        facts = {"help_request_id": asked.id, "topic": topic, **_facts(message)}
        self.commit("help_request", ticket, **facts)
        return asked

    def add_help_message(self, asked: HelpRequest, message: Message, status: str, act: str) -> None:
        """Add a message to a help request, which takes `status`."""
        asked.messages.append(message)
        asked.status = status
        ticket = self.tickets[asked.ticket_id]
        self.commit(act, ticket, help_request_id=asked.id, **_facts(message))

    def age(self) -> None:
        """Apply what time alone does: idle PENDING becomes SOLVED, SOLVED becomes CLOSED."""
        now = self.clock.now()
        steps = {
            Status.PENDING: (SOLVED_AFTER, Status.SOLVED),
            Status.SOLVED: (CLOSED_AFTER, Status.CLOSED),
        }
        for ticket in self.tickets.values():
            for status, (after, then) in steps.items():
                due = ticket.updated_at + after
                if ticket.status == status and due <= now:
                    with self.clock.pinned(due):
                        self.set_status(ticket, then, by="time")

    def _no_ticket(self, ticket_id: int) -> Refusal:
        return not_found("ticket", ticket_id)


def _facts(message: Message) -> dict[str, Any]:
    return {
        "message_id": message.id,
        "scope": message.scope,
        "body_html": message.body_html,
        "text": plain(message.body_html),
        "attachments": [attachment.filename for attachment in message.attachments],
    }
