"""What others than the API do: customers, refurbed, the merchant's agents in refurbed's own pages.

Tests, the demo and `/sandbox/*` call these. One on an unknown or closed ticket raises `Refusal`.
Attachments are `(filename, bytes)` pairs.
"""

from __future__ import annotations

from collections.abc import Sequence

from slackbridge.sandbox.refurbed.files import Upload
from slackbridge.sandbox.refurbed.markup import sanitised
from slackbridge.sandbox.refurbed.orders import CURRENCY
from slackbridge.sandbox.refurbed.records import Author
from slackbridge.sandbox.refurbed.refusal import not_found
from slackbridge.sandbox.refurbed.state import State
from slackbridge.sandbox.refurbed.vocabulary import Scope, Sender, Status, Urgency

REFURBED = Author(Sender.REFURBED, "refurbed Support")
SYSTEM = Author(Sender.SYSTEM, "System")


class Drivers(State):
    """Methods that write return the message's id."""

    def customer_opens(
        self,
        *,
        name: str = "Kim Muster",
        email: str = "kim.muster@example.com",
        html: str = "<p>Hello, the battery drains within an hour.</p>",
        topic: str = "battery",
        country: str = "DE",
        item: str = "iPhone 12 | 64 GB | blue",
        order_id: int | None = None,
        buyback: bool = False,
        attachments: Sequence[Upload] = (),
    ) -> int:
        """A customer orders something and complains about it; returns the ticket's id."""
        bought = self.add_item(
            name=name, email=email, country=country, item=item, order_id=order_id, buyback=buyback
        )
        ticket = self.open_ticket(bought, topic)
        self.commit("ticket_opened", ticket, topic=topic, customer=email)
        self.customer_writes(ticket.id, html, attachments)
        return ticket.id

    def customer_writes(self, ticket_id: int, html: str, attachments: Sequence[Upload] = ()) -> int:
        """The customer adds a message; any status but CLOSED becomes OPEN, but see the switches."""
        item = self.ticket(ticket_id).item
        author = Author(Sender.CUSTOMER, item.customer_name)
        return self.someone_writes(ticket_id, author, html, attachments=attachments)

    def refurbed_writes(
        self, ticket_id: int, html: str, internal: bool = False, attachments: Sequence[Upload] = ()
    ) -> int:
        """An agent of refurbed writes, with `internal` to the merchant alone."""
        scope = Scope.INTERNAL if internal else Scope.PUBLIC
        return self.someone_writes(ticket_id, REFURBED, html, scope, attachments)

    def merchant_writes(
        self,
        ticket_id: int,
        html: str,
        agent: str = "ines.weber@example.com",
        internal: bool = False,
        attachments: Sequence[Upload] = (),
    ) -> int:
        """One of the merchant's agents answers in refurbed's own pages."""
        author = Author(Sender.MERCHANT, self.agents.get(agent, agent), agent)
        scope = Scope.INTERNAL if internal else Scope.PUBLIC
        clean = sanitised(html, rewrite=self.rewrite_html)
        return self.someone_writes(ticket_id, author, clean, scope, attachments)

    def system_writes(self, ticket_id: int, html: str, attachments: Sequence[Upload] = ()) -> int:
        """An automatic message, such as one about a shipment."""
        return self.someone_writes(ticket_id, SYSTEM, html, attachments=attachments)

    def someone_writes(
        self,
        ticket_id: int,
        author: Author,
        html: str,
        scope: str = Scope.PUBLIC,
        attachments: Sequence[Upload] = (),
    ) -> int:
        """Any author, also with a sender type or a scope unknown to clients."""
        ticket = self.writable(ticket_id)
        message = self.message(author, html, scope, attachments)
        return self.post(ticket, message, f"{author.sender.lower()}_message").id

    def edits(self, ticket_id: int, message_id: int, html: str) -> None:
        """Whoever wrote a message changes it."""
        self.edit(self.writable(ticket_id), message_id, html)

    def adds_files(self, ticket_id: int, message_id: int, attachments: Sequence[Upload]) -> None:
        """Whoever wrote a message adds files to it."""
        self.edit(self.writable(ticket_id), message_id, None, attachments)

    def solve(self, ticket_id: int) -> None:
        self.force_status(ticket_id, Status.SOLVED)

    def close(self, ticket_id: int) -> None:
        """Final: neither side can write any more."""
        self.force_status(ticket_id, Status.CLOSED)

    def force_status(self, ticket_id: int, status: str) -> None:
        """Any status, also one unknown to clients, and also out of CLOSED."""
        self.set_status(self.ticket(ticket_id), status, by="driver")

    def panic(self, ticket_id: int) -> None:
        """The customer presses the panic button, which calls refurbed for help."""
        self.writable(ticket_id).panicked = True
        self.set_urgency(ticket_id, Urgency.PANIC)

    def set_urgency(self, ticket_id: int, urgency: str) -> None:
        """'' for none, URGENT for refurbed's second level."""
        ticket = self.writable(ticket_id)
        ticket.urgency = urgency
        ticket.updated_at = self.clock.now()
        self.commit("urgency", ticket, urgency=urgency)

    def decide_topic_change(self, ticket_id: int, approve: bool, topic: str = "general") -> None:
        """refurbed's answer to a RequestTopicChange."""
        ticket = self.writable(ticket_id)
        ticket.topic = topic if approve else ticket.topic
        verdict = "approved" if approve else "declined"
        self.system_writes(ticket_id, f"<p>The request to change the topic was {verdict}.</p>")

    def answer_help_request(
        self,
        help_request_id: int,
        html: str = "<p>Thank you, please go ahead.</p>",
        status: str = Status.PENDING,
        attachments: Sequence[Upload] = (),
    ) -> int:
        """refurbed answers a help request; `status` SOLVED or CLOSED ends it."""
        if help_request_id not in self.help_requests:
            raise not_found("help request", help_request_id)
        asked = self.writable_help(self.help_requests[help_request_id].ticket_id, help_request_id)
        message = self.message(REFURBED, html, uploads=attachments)
        self.add_help_message(asked, message, status, "help_answer")
        return message.id

    def sends_back(self, ticket_id: int, state: str = "IN_TRANSIT") -> None:
        """The customer sends the item back, or its parcel comes on: a return's `state`."""
        sale = self.sale(ticket_id)
        one = sale.returns[-1] if sale.returns else self.begin_return(sale)
        one.state = state
        if state == "DELIVERED":
            one.delivered_at = self.clock.now()
            sale.state = "RETURNED"

    def refunds(self, ticket_id: int, target: str) -> None:
        """Somebody refunds in refurbed's own pages; `target` is what is still paid then."""
        sale = self.sale(ticket_id)
        self.note_refund(sale, sale.refund(CURRENCY, target, dry=False), by="driver")

    def set_eligibility(self, ticket_id: int, eligibility: str) -> None:
        """ELIGIBLE, or why the item cannot be refunded."""
        self.sale(ticket_id).eligibility = eligibility

    def add_agent(self, email: str, name: str) -> None:
        """A user of the merchant's account, to whom tickets can be assigned."""
        self.agents[email] = name

    def bulk(self, n: int, messages: int = 1) -> list[int]:
        """`n` simple OPEN tickets with `messages` messages of the customer each; their ids."""
        return [self._simple(number, messages) for number in range(1, n + 1)]

    def _simple(self, number: int, messages: int) -> int:
        email = f"customer{number}@example.org"
        ticket_id = self.customer_opens(
            name=f"Customer {number}", email=email, html=f"<p>Question {number}.1</p>"
        )
        for which in range(2, messages + 1):
            self.customer_writes(ticket_id, f"<p>Question {number}.{which}</p>")
        return ticket_id
