"""The calls: JSON requests in, changes of the state, JSON answers out. No HTTP here.

Every handler checks everything before it changes anything, so an error means nothing happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from slackbridge.sandbox.refurbed import requests
from slackbridge.sandbox.refurbed.files import sample
from slackbridge.sandbox.refurbed.listing import page
from slackbridge.sandbox.refurbed.markup import sanitised
from slackbridge.sandbox.refurbed.order_service import OrderService
from slackbridge.sandbox.refurbed.reading import Reader
from slackbridge.sandbox.refurbed.records import Author, Item, Message, Ticket
from slackbridge.sandbox.refurbed.refusal import invalid, not_found, wrong_state
from slackbridge.sandbox.refurbed.state import State
from slackbridge.sandbox.refurbed.vocabulary import Scope, Sender, Status
from slackbridge.sandbox.refurbed.wire import help_answer, help_json, ticket_answer, ticket_json

Json = dict[str, Any]
Handler = Callable[[Json], Json]
# The user of the merchant that every token writes as.
MERCHANT = Author(Sender.MERCHANT, "Merchant Support", "support@example.com")


class Service:
    """`root` gives the server's address, for links to files."""

    def __init__(self, state: State, root: Callable[[], str]) -> None:
        self._state = state
        self._root = root
        self._read: dict[int, Json] = {}  # the last answer of GetTicket
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
            **OrderService(state).methods,
        }

    def call(self, method: str, body: Any) -> Json:
        """Run one call. Raises Refusal; KeyError for an unknown method."""
        read, handle = self._methods[method]
        return handle(read(body, ""))

    def _list_tickets(self, request: Json) -> Json:
        rows, more = page(self._state.tickets, request)
        agents = self._state.agents
        return {"tickets": [ticket_json(row, agents) for row in rows], "has_more": more}

    def _get_ticket(self, request: Json) -> Json:
        id = request["ticket_id"]
        if id in self._read and self._state.lagging_reads > 0:
            self._state.lagging_reads -= 1
            return self._read[id]
        self._read[id] = self._answer(self._state.ticket(id))
        return self._read[id]

    def _update_ticket(self, request: Json) -> Json:
        state, ticket = self._state, self._state.writable(request["ticket_id"])
        if len(request) == 1:
            raise invalid("nothing to update")
        assignee = request.get("assignee_user_email")
        if assignee is not None:
            state.check_agent(assignee)
        if "new_message" in request:
            scoped = request["new_message"]
            reply = self._message(scoped["message"], scoped["scope"])
            state.post(ticket, reply, "reply")
        if assignee is not None or request.get("unassign"):
            state.assign(ticket, assignee or "")
        if "notes" in request:
            state.set_notes(ticket, request["notes"])
        self._update_status(ticket, request.get("status", Status.UNSPECIFIED))
        return self._answer(ticket)

    def _update_status(self, ticket: Ticket, status: str) -> None:
        """`status` "defaults to pending unless specified otherwise", says the published proto.

        Whether that is so for a note or an assignment alone too, nobody outside refurbed knows;
        the switch is for the other reading.
        """
        if status != Status.UNSPECIFIED:
            self._state.set_status(ticket, status, by="api")
        elif self._state.update_sets_pending and ticket.status != Status.PENDING:
            self._state.set_status(ticket, Status.PENDING, by="default")

    def _create_ticket(self, request: Json) -> Json:
        state, item = self._state, self._item(request["order_item_identifier"])
        original = request.get("follow_up_to_ticket_id")
        if original is not None and state.ticket(original).status != Status.CLOSED:
            raise wrong_state(f"ticket {original} is not closed")
        message = self._message(request["message"])
        ticket = state.open_ticket(item, request["topic"], original)
        state.commit("create", ticket, follow_up_to=original)
        state.post(ticket, message, "reply")
        if request.get("notes"):
            state.set_notes(ticket, request["notes"])
        return self._answer(ticket)

    def _item(self, identifier: Json) -> Item:
        buyback = "buyback_order_item_id" in identifier
        (number,) = identifier.values()
        item = self._state.items.get(number)
        if item is None or item.buyback != buyback:
            raise not_found("order item", number)
        return item

    def _request_topic_change(self, request: Json) -> Json:
        ticket = self._state.writable(request["ticket_id"])
        if not ticket.topic_change_allowed:
            raise wrong_state(f"topic change of ticket {ticket.id} is not allowed")
        reason = request.get("attachment_exemption_reason", "UNSPECIFIED")
        if reason == "UNSPECIFIED" and not request["message"].get("attachments"):
            raise invalid("attachments or attachment_exemption_reason required")
        message = self._message(request["message"], Scope.INTERNAL)
        ticket.topic_change_allowed = False
        self._state.post(ticket, message, "topic_change")
        return self._answer(ticket)

    def _generate_label(self, request: Json) -> Json:
        ticket = self._state.writable(request["ticket_id"])
        delay = self._state.label_delay
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
        self._state.post(ticket, self._state.message(author, html, uploads=[label]), "label")

    def _list_help(self, request: Json) -> Json:
        ticket = self._state.ticket(request["ticket_id"])
        return {"help_requests": [help_json(asked) for asked in ticket.help_requests]}

    def _get_help(self, request: Json) -> Json:
        asked = self._state.help_request(request["ticket_id"], request["help_request_id"])
        return help_answer(asked, self._root())

    def _create_help(self, request: Json) -> Json:
        ticket = self._state.writable(request["ticket_id"])
        message = self._message(request["message"])
        asked = self._state.ask_for_help(ticket, request["topic"], message)
        return help_answer(asked, self._root())

    def _update_help(self, request: Json) -> Json:
        asked = self._state.writable_help(request["ticket_id"], request["help_request_id"])
        message = self._message(request["new_message"])
        self._state.add_help_message(asked, message, Status.OPEN, "help_reply")
        return help_answer(asked, self._root())

    def _answer(self, ticket: Ticket) -> Json:
        return ticket_answer(ticket, self._state.agents, self._root())

    def _message(self, submission: Json, scope: str = Scope.PUBLIC) -> Message:
        html = sanitised(submission["body_html"], rewrite=self._state.rewrite_html)
        if not html:
            raise invalid("body_html: nothing left after sanitising")
        files = requests.uploads(submission.get("attachments", []))
        return self._state.message(MERCHANT, html, scope, files)
