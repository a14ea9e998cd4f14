"""The ten calls: validated requests in, acts on the desk, JSON out. No HTTP here.

Every handler checks all it has to before it changes anything, so an error means nothing happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from slackbridge.sandbox.refurbed import requests
from slackbridge.sandbox.refurbed.files import Upload, sample
from slackbridge.sandbox.refurbed.listing import page
from slackbridge.sandbox.refurbed.markup import sanitised
from slackbridge.sandbox.refurbed.reading import Reader
from slackbridge.sandbox.refurbed.records import Author, Item, Message, Ticket
from slackbridge.sandbox.refurbed.refusal import invalid, not_found, wrong_state
from slackbridge.sandbox.refurbed.state import Desk
from slackbridge.sandbox.refurbed.vocabulary import HelpStatus, Scope, Sender, Status
from slackbridge.sandbox.refurbed.wire import help_answer, help_json, pick, ticket_answer

Json = dict[str, Any]
Handler = Callable[[Json, Author], Json]


class TicketService:
    """`root` gives the server's address, for links to files."""

    def __init__(self, desk: Desk, root: Callable[[], str]) -> None:
        self._desk = desk
        self._root = root
        self._methods: dict[str, tuple[Reader, Handler]] = {
            "ListTickets": (requests.LIST_TICKETS, self._list_tickets),
            "GetTicket": (requests.TICKET_ONLY, self._get_ticket),
            "UpdateTicket": (requests.UPDATE_TICKET, self._update_ticket),
            "CreateTicket": (requests.CREATE_TICKET, self._create_ticket),
            "RequestTopicChange": (requests.REQUEST_TOPIC_CHANGE, self._request_topic_change),
            "GenerateReturnShippingLabel": (requests.TICKET_ONLY, self._generate_label),
            "ListTicketHelpRequests": (requests.TICKET_ONLY, self._list_help),
            "GetTicketHelpRequest": (requests.GET_HELP_REQUEST, self._get_help),
            "CreateTicketHelpRequest": (requests.CREATE_HELP_REQUEST, self._create_help),
            "UpdateTicketHelpRequest": (requests.UPDATE_HELP_REQUEST, self._update_help),
        }

    def call(self, method: str, body: Any, author: Author) -> Json:
        """Run one call as `author`. Raises Refusal; KeyError for a method that is not there."""
        read, handle = self._methods[method]
        return handle(read(body, ""), author)

    def _list_tickets(self, request: Json, author: Author) -> Json:
        rows, more = page(self._desk.tickets, request)
        return {"tickets": pick(rows, self._desk.agents), "has_more": more}

    def _get_ticket(self, request: Json, author: Author) -> Json:
        return self._answer(self._desk.ticket(request["ticket_id"]))

    def _update_ticket(self, request: Json, author: Author) -> Json:
        desk, ticket = self._desk, self._desk.living(request["ticket_id"])
        if len(request) == 1:
            raise invalid("nothing to update")
        assignee = request.get("assignee_user_email")
        if assignee is not None:
            desk.known_agent(assignee)
        if "new_message" in request:
            scoped = request["new_message"]
            reply = self._message(scoped["message"], author, scoped["scope"])
            desk.post(ticket, reply, "reply")
        if assignee is not None or request.get("unassign"):
            desk.assign(ticket, assignee or "")
        if "notes" in request:
            desk.set_notes(ticket, request["notes"])
        self._update_status(ticket, request.get("status", Status.UNSPECIFIED))
        return self._answer(ticket)

    def _update_status(self, ticket: Ticket, status: str) -> None:
        if status != Status.UNSPECIFIED:
            self._desk.set_status(ticket, status, by="api")
        elif self._desk.assign_sets_pending and ticket.status != Status.PENDING:
            self._desk.set_status(ticket, Status.PENDING, by="default")

    def _create_ticket(self, request: Json, author: Author) -> Json:
        desk, item = self._desk, self._item(request["order_item_identifier"])
        original = request.get("follow_up_to_ticket_id")
        if original is not None and desk.ticket(original).status != Status.CLOSED:
            raise wrong_state(f"ticket {original} is not closed")
        message = self._message(request["message"], author)
        ticket = desk.open_ticket(item, request["topic"], original)
        desk.commit("create", ticket, follow_up_to=original)
        desk.post(ticket, message, "reply")
        if request.get("notes"):
            desk.set_notes(ticket, request["notes"])
        return self._answer(ticket)

    def _item(self, identifier: Json) -> Item:
        buyback = "buyback_order_item_id" in identifier
        (number,) = identifier.values()
        item = self._desk.items.get(number)
        if item is None or item.buyback != buyback:
            raise not_found("order item", number)
        return item

    def _request_topic_change(self, request: Json, author: Author) -> Json:
        ticket = self._desk.living(request["ticket_id"])
        if not ticket.topic_change_allowed:
            raise wrong_state(f"topic change of ticket {ticket.id} is not allowed")
        reason = request.get("attachment_exemption_reason", "UNSPECIFIED")
        if reason == "UNSPECIFIED" and not request["message"].get("attachments"):
            raise invalid("attachments or attachment_exemption_reason required")
        message = self._message(request["message"], author, Scope.INTERNAL)
        ticket.topic_change_allowed = False
        self._desk.post(ticket, message, "topic_change")
        return self._answer(ticket)

    def _generate_label(self, request: Json, author: Author) -> Json:
        ticket = self._desk.living(request["ticket_id"])
        delay = self._desk.label_delay
        if delay > 0:
            asyncio.get_running_loop().call_later(delay, self._post_label, ticket)
        else:
            self._post_label(ticket)
        return {}

    def _post_label(self, ticket: Ticket) -> None:
        if ticket.status == Status.CLOSED:
            return
        author = Author(Sender.SYSTEM, "refurbed")
        label = sample(f"return-label-{ticket.id}.pdf")
        html = "<p>A return shipping label has been created for this ticket.</p>"
        self._desk.post(ticket, self._desk.message(author, html, uploads=[label]), "label")

    def _list_help(self, request: Json, author: Author) -> Json:
        ticket = self._desk.ticket(request["ticket_id"])
        return {"help_requests": [help_json(asked) for asked in ticket.help_requests]}

    def _get_help(self, request: Json, author: Author) -> Json:
        asked = self._desk.help_request(request["ticket_id"], request["help_request_id"])
        return help_answer(asked, self._root())

    def _create_help(self, request: Json, author: Author) -> Json:
        ticket = self._desk.living(request["ticket_id"])
        message = self._message(request["message"], author)
        asked = self._desk.ask_for_help(ticket, request["topic"], message)
        return help_answer(asked, self._root())

    def _update_help(self, request: Json, author: Author) -> Json:
        asked = self._desk.living_help(request["ticket_id"], request["help_request_id"])
        message = self._message(request["new_message"], author)
        self._desk.help_says(asked, message, HelpStatus.OPEN, "help_reply")
        return help_answer(asked, self._root())

    def _answer(self, ticket: Ticket) -> Json:
        return ticket_answer(ticket, self._desk.agents, self._root())

    def _message(self, submission: Json, author: Author, scope: str = Scope.PUBLIC) -> Message:
        html = sanitised(submission["body_html"], rewrite=self._desk.rewrite_html)
        if not html:
            raise invalid("body_html: nothing left after sanitising")
        return self._desk.message(author, html, scope, _uploads(submission))


def _uploads(submission: Json) -> list[Upload]:
    return [(file["filename"], file["data"]) for file in submission.get("attachments", [])]
