"""refurbed's help requests: what a merchant asks refurbed about a ticket, and what is answered.

The customer does not see them. Where they cannot be read, the ticket is shown with a fact that
says so. Source: refurbed's protos and OpenAPI document of the TicketService; a CLOSED request is
final, a SOLVED one can still be answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from pydantic import Field

from slackbridge.domain.errors import Failure, Rejected, other_ticket
from slackbridge.domain.files import File
from slackbridge.domain.model import Author, Conversation, Message, Scope, Ticket
from slackbridge.providers.lenient import EPOCH, Lenient, Moment, Rows, Shaped, Text, same_id
from slackbridge.providers.refurbed.api import WRITES, Api, Body, is_id
from slackbridge.providers.refurbed.wire import HELP, NONE, MessageRow, ids_of, sort_key, submission

CLOSED = "CLOSED"
TOPICS = {
    "REFURBED_RESPONSIBILITY": "refurbed's responsibility",
    "CUSTOMER_COMMUNICATION": "Customer communication",
    "TECHNICAL_ISSUES": "Technical issues",
    "ACCOUNT_TAKEOVER": "Account takeover",
    "SHIPPING_AGREEMENT": "Shipping agreement",
    "LEGAL": "Legal",
    "INFORMATION_FOR_REFURBED": "Information for refurbed",
    "POTENTIAL_FRAUD_CASE": "Potential fraud",
    "OTHER": "Other",
}
STATUSES = {
    "OPEN": "waits for refurbed",
    "PENDING": "was answered",
    "SOLVED": "is solved",
    CLOSED: "is closed",
}
MOST_TOLD = 5  # help requests on a card, the newest
log = structlog.get_logger(__name__)


class HelpRequest(Lenient):
    """TicketHelpRequest."""

    id: Text = ""
    status: Text = ""
    topic: Text = ""
    created_at: Moment = None

    @property
    def title(self) -> str:
        topic = "" if self.topic in NONE else self.topic.replace("_", " ").capitalize()
        return f"{TOPICS.get(self.topic) or topic or TOPICS['OTHER']} #{self.id}"

    @property
    def stands(self) -> str:
        """Its title and whose turn it is; a status nobody knows, in refurbed's word."""
        status = STATUSES.get(self.status, "" if self.status in NONE else self.status.lower())
        return f"{self.title} {status}".rstrip()


class HelpThread(Shaped):
    """The answer of every call about one help request."""

    help_request: HelpRequest = HelpRequest()
    messages: Rows[MessageRow] = Field(default_factory=list)

    def read(self, start: datetime) -> Iterator[Message]:
        """Its messages by time; an author is of the merchant or else of refurbed."""
        asked = self.help_request
        begun = asked.created_at or start
        rows = sorted(self.messages, key=lambda row: sort_key(row, begun))
        for row, id in zip(rows, ids_of(rows), strict=True):
            author = Author.AGENT if row.author.type == "MERCHANT" else Author.MARKETPLACE
            told = row.read(f"h{asked.id}-{id}", begun, author, Scope.INTERNAL)
            name = ", ".join(filter(None, (f"Help request: {asked.title}", told.name)))
            yield replace(told, name=name, aside=f"h{asked.id}")


class HelpListing(Shaped):
    """ListTicketHelpRequestsResponse."""

    help_requests: Rows[HelpRequest] = Field(default_factory=list)


class HelpRequests:
    """The help requests of one account's tickets. A `deadline` is on the client's clock."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def beside(self, told: Conversation, deadline: float | None = None) -> Conversation:
        """The conversation with its help requests among the messages; raises nothing."""
        ticket = told.ticket
        try:
            threads = await self.threads(ticket.key.id, deadline)
        except Failure as failure:
            log.warning("help_requests.unreadable", ticket=str(ticket.key), why=failure.loggable)
            extra = _told(ticket, f"cannot be read: {failure.reason}")
            return replace(told, ticket=replace(ticket, extra=extra))
        stands = "; ".join(one.help_request.stands for one in threads[-MOST_TOLD:])
        ticket = replace(ticket, extra=_told(ticket, stands))
        if all(one.help_request.status == CLOSED for one in threads):
            ticket = replace(ticket, recheck=0.0)
        asides = [message for one in threads for message in one.read(ticket.created_at)]
        messages = sorted((*told.messages, *asides), key=lambda message: message.at)
        return Conversation(ticket, tuple(messages))

    async def threads(self, id: str, deadline: float | None = None) -> list[HelpThread]:
        """All help requests of a ticket with their messages, oldest first."""
        found = []
        for asked in await self._list(id, deadline):
            body = {"ticket_id": id, "help_request_id": asked.id}
            found.append(await self._thread("GetTicketHelpRequest", body, deadline))
        return found

    async def ask(
        self, id: str, topic: str, text: str, deadline: float, files: Sequence[File] = ()
    ) -> None:
        """Open a help request."""
        body = {"ticket_id": id, "topic": topic, "message": submission(text, files)}
        await self._thread("CreateTicketHelpRequest", body, deadline)

    async def reply(
        self, id: str, request: str, text: str, deadline: float, files: Sequence[File] = ()
    ) -> None:
        """Write in a help request; '' = the newest that can still be answered."""
        request = request.strip().lstrip("#")
        if request and not is_id(request):
            raise Rejected(f"{request!r} is not the number of a help request")
        body = {
            "ticket_id": id,
            "help_request_id": request or _newest(await self._list(id, deadline)),
            "new_message": submission(text, files),
        }
        await self._thread("UpdateTicketHelpRequest", body, deadline)

    async def _thread(self, method: str, body: Body, deadline: float | None) -> HelpThread:
        thread = await self._api.made(method, body, _with_id, deadline)
        id = thread.help_request.id
        if not same_id(id, body.get("help_request_id", id)):
            raise other_ticket("refurbed", write=method in WRITES)
        return thread

    async def _list(self, id: str, deadline: float | None) -> list[HelpRequest]:
        listing = await self._api.call(
            "ListTicketHelpRequests", {"ticket_id": id}, HelpListing, deadline
        )
        # What has no id can be neither read nor answered.
        good = (asked for asked in listing.help_requests if is_id(asked.id))
        return sorted(good, key=lambda asked: (asked.created_at or EPOCH, int(asked.id)))


def _told(ticket: Ticket, words: str) -> tuple[tuple[str, str], ...]:
    """The ticket's facts, with these words about its help requests."""
    return tuple(
        (HELP, words or fact) if name == HELP else (name, fact) for name, fact in ticket.extra
    )


def _with_id(data: object) -> HelpThread | None:
    found = HelpThread.of(data)
    return found if found is not None and is_id(found.help_request.id) else None


def _newest(requests: Iterable[HelpRequest]) -> str:
    living = [asked.id for asked in requests if asked.status != CLOSED]
    if not living:
        raise Rejected("no help request of this ticket can be answered any more; open a new one")
    return living[-1]
