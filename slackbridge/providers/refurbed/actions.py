"""What can be done at refurbed: the capabilities, the calls of an act, and whether one happened.

Source: refurbed's protos and OpenAPI document of the TicketService. A request for another topic
names none, since refurbed chooses; which topics there are is published nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from slackbridge.domain.errors import Rejected, Unsupported
from slackbridge.domain.files import FileLimits
from slackbridge.domain.model import Act, Action, Capabilities, Field, Kind, Status
from slackbridge.providers.base import unsupported
from slackbridge.providers.lenient import EPOCH, Shaped
from slackbridge.providers.refurbed.api import Api, Body, is_id
from slackbridge.providers.refurbed.help_requests import TOPICS, HelpRequests
from slackbridge.providers.refurbed.money import REFUND, Refunds
from slackbridge.providers.refurbed.search import SEARCHES
from slackbridge.providers.refurbed.wire import (
    BUYBACK,
    HELP_REPLY,
    ITEM_KEYS,
    MARKETPLACE,
    TOPIC_CHANGE,
    Listing,
    MessageRow,
    Thread,
    TicketRow,
    submission,
)
from slackbridge.text.clean import digest
from slackbridge.text.document import plain
from slackbridge.text.html import parse

MERCHANT, CUSTOMER = "MERCHANT", "CUSTOMER"
LEEWAY = 5.0  # seconds of clock difference that the measured skew may leave
SPOKEN = (TOPIC_CHANGE, "help_request", HELP_REPLY, "create")  # those that carry a text
NEWEST = 5  # tickets of one item among which a new one is looked for
EXEMPTIONS = (
    ("ISSUE_SOLVED_ITSELF", "There was no actual problem"),
    ("WRONG_CONFIGURATION_BY_CUSTOMER", "Wrong configuration or treatment by the customer"),
    ("OTHER", "Another reason"),
)
_LIVING = frozenset({Status.NEEDS_AGENT, Status.WAITING, Status.SOLVED})
_MESSAGE = Field("message", "Message", multiline=True, max_length=3_000)
ACTIONS = (
    Action(
        "return_label",
        "Return label",
        "refurbed makes a return shipping label and posts it on the ticket, where the customer "
        "finds it too.",
        statuses=_LIVING,
    ),
    Action(
        TOPIC_CHANGE,
        "Request topic change",
        "Asks refurbed to change the topic of this ticket. If it agrees, the ticket gets a "
        "general topic; which one is not yours to choose. It can be asked once.",
        fields=(
            _MESSAGE,
            Field(
                "attachment_exemption_reason",
                "Why there are no documents",
                options=EXEMPTIONS,
                optional=True,
                hint="refurbed wants documents or a reason; documents cannot be sent from here.",
            ),
        ),
        statuses=_LIVING,
    ),
    Action(
        "help_request",
        "Ask refurbed for help",
        "Asks refurbed's own support about this ticket. The customer does not see it.",
        fields=(Field("topic", "Topic", options=tuple(TOPICS.items())), _MESSAGE),
        statuses=_LIVING,
    ),
    Action(
        HELP_REPLY,
        "Answer in a help request",
        "Writes to refurbed's own support. The customer does not see it.",
        fields=(
            _MESSAGE,
            Field(
                "help_request",
                "Number of the help request",
                optional=True,
                hint="As the thread shows it; without one it is the newest.",
                max_length=20,
            ),
        ),
        statuses=_LIVING,
    ),
    REFUND,
)
CREATE_TICKET = Action(
    "create",
    "New ticket",
    "Opens a ticket about something the customer ordered or sold; the customer gets the message.",
    fields=(
        Field("order_item", "Order item number", max_length=20),
        Field(
            "type",
            "What it is",
            options=((MARKETPLACE, "Ordered from you"), (BUYBACK, "Sold to you (buyback)")),
            initial=MARKETPLACE,
        ),
        Field("topic", "Topic", hint="In refurbed's words, as the cards show them.", max_length=80),
        _MESSAGE,
        Field(
            "notes",
            "Private notes",
            optional=True,
            multiline=True,
            hint="Neither the customer nor refurbed sees them.",
        ),
    ),
    opens=True,
)
# refurbed names no limits. Messages of gRPC have 4 MiB at most, and these are in base64 in one.
FILES = FileLimits(max_bytes=3_000_000, max_total=3_000_000, max_count=10)
SUBMITTABLE = {Status.WAITING: "PENDING", Status.SOLVED: "SOLVED"}
CAPABILITIES = Capabilities(
    statuses=frozenset(SUBMITTABLE),
    reply_with_status=frozenset(SUBMITTABLE),
    internal_notes=True,
    private_notes=True,
    assign=True,
    follow_up=True,
    recent_first=True,
    closed_is_final=True,
    files=FILES,
    actions=ACTIONS,
    create=CREATE_TICKET,
    searches=SEARCHES,
    why_not={
        "reopen": "refurbed has no way to reopen a ticket from outside; a new message by the "
        "customer reopens a solved one, and for a closed one you can open a follow-up ticket",
        "close": "refurbed closes a solved ticket by itself after some time; "
        "nobody can close one from outside",
    },
)


class Actions:
    """refurbed's own actions, for one account."""

    def __init__(self, api: Api, help: HelpRequests, refunds: Refunds) -> None:
        self._api = api
        self._help = help
        self._refunds = refunds

    async def perform(self, id: str, act: Act, deadline: float) -> Thread | None:
        """Make the call; the ticket if the answer holds it. Raises the four failures."""
        text = act.fields.get("message", "").strip()
        if act.action in SPOKEN and not text:
            raise Rejected("there is no text in it")
        match act.action:
            case "return_label":
                body = {"ticket_id": id}
                await self._api.call("GenerateReturnShippingLabel", body, Shaped, deadline)
            case "topic_change":
                asked = _topic_change(id, act)
                return await self._api.thread("RequestTopicChange", asked, deadline)
            case "help_request":
                await self._help.ask(id, act.fields.get("topic", ""), text, deadline, act.files)
            case "help_reply":
                request = act.fields.get("help_request", "")
                await self._help.reply(id, request, text, deadline, act.files)
            case "refund":
                await self._refunds.make(id, act, deadline)
            case "create":
                return await self._api.thread("CreateTicket", _opening(act), deadline)
            case _:
                raise unsupported("refurbed", CAPABILITIES, act)
        return None

    async def settled(self, id: str, act: Act, since: float) -> bool | None:
        """See `Settles`. An act is recognised by its text; a label, which has none, by its file."""
        text = act.fields.get("message", "")
        match act.action:
            case "return_label":
                thread = await self._api.get(id)
                return True if _labelled(thread, self._theirs(since)) else None
            case "topic_change":
                thread = await self._api.get(id)
                told = _told((one.message for one in thread.messages), text, self._theirs(since))
                asked = not thread.ticket.topic_change_allowed
                return None if told is False and asked else told
            case "help_request" | "help_reply":
                asides = [row for one in await self._help.threads(id) for row in one.messages]
                return _told(asides, text, self._theirs(since))
            case "refund":
                return await self._refunds.settled(act)
            case "create":
                return await self._created(act, text, since)
        return None

    async def _created(self, act: Act, text: str, since: float) -> bool | None:
        ((key, item),) = _item(act).items()
        wanted = {
            "pagination": {"limit": NEWEST},
            "sort": {"by": "CREATED_AT", "order": "DESC"},
            "filter": {key: {"any_of": [item]}},
        }
        listing = await self._api.call("ListTickets", wanted, Listing)
        after = self._theirs(since)
        new = [row for row in listing.tickets if row.created >= after]
        threads = [await self._api.get(row.id) for row in new]
        return _told((one.message for each in threads for one in each.messages), text, after)

    def _theirs(self, at: float) -> datetime:
        """Our Unix time `at` on refurbed's clock, less the leeway."""
        return datetime.fromtimestamp(at + (self._api.client.skew or 0.0) - LEEWAY, UTC)


def change_of(act: Act) -> Body:
    """The fields of UpdateTicket that an act comes to. Raises Unsupported."""
    match act.kind:
        case Kind.REPLY:
            return {**_new_message(act, "PUBLIC"), **_status(act.status)}
        case Kind.INTERNAL:
            return {**_new_message(act, "INTERNAL"), **_status(act.status)}
        case Kind.STATUS if act.status:
            return _status(act.status)
        case Kind.ASSIGN:
            return {"assignee_user_email": act.email} if act.email else {"unassign": True}
    raise unsupported("refurbed", CAPABILITIES, act)


def follow_up_of(old: TicketRow, text: str) -> Body:
    """CreateTicket for the order item of an old ticket. Raises Rejected."""
    if not old.item.id:
        raise Rejected("this ticket names no order item, so refurbed cannot open a follow-up to it")
    return {
        "order_item_identifier": {ITEM_KEYS[old.type]: old.item.id},
        "topic": old.topic_slug,
        "message": submission(text),
        "follow_up_to_ticket_id": old.id,
    }


def _new_message(act: Act, scope: str) -> Body:
    return {"new_message": {"message": submission(act.text, act.files), "scope": scope}}


def _status(status: Status | None) -> Body:
    if status is None:
        return {}
    if status not in SUBMITTABLE:
        closing = status is Status.CLOSED
        raise Unsupported(CAPABILITIES.why_not["close" if closing else "reopen"])
    return {"status": SUBMITTABLE[status]}


def _topic_change(id: str, act: Act) -> Body:
    reason = act.fields.get("attachment_exemption_reason", "")
    body = {"ticket_id": id, "message": submission(act.fields["message"], act.files)}
    return {**body, **({"attachment_exemption_reason": reason} if reason else {})}


def _opening(act: Act) -> Body:
    topic = act.fields.get("topic", "").strip()
    if not topic:
        raise Rejected("a ticket needs a topic")
    notes = act.fields.get("notes", "").strip()
    return {
        "order_item_identifier": _item(act),
        "topic": topic,
        "message": submission(act.fields["message"], act.files),
        **({"notes": notes} if notes else {}),
    }


def _item(act: Act) -> dict[str, str]:
    item = act.fields.get("order_item", "").strip()
    if not is_id(item):
        raise Rejected(f"{item!r} is not the number of an order item")
    return {ITEM_KEYS[BUYBACK if act.fields.get("type") == BUYBACK else MARKETPLACE]: item}


def _told(rows: Iterable[MessageRow], text: str, after: datetime) -> bool | None:
    """Whether the merchant wrote this text since `after`; None if only other texts since."""
    ours = [
        row for row in rows if row.author.type == MERCHANT and (row.created_at or after) >= after
    ]
    if any(digest(plain(parse(row.body_html))) == digest(text) for row in ours):
        return True
    return None if ours else False


def wrote_since(before: Thread, after: Thread) -> bool:
    """Whether `after` has a message of the customer that `before` has not."""
    known = {one.message.id for one in before.messages}
    return any(
        one.message.author.type == CUSTOMER and one.message.id not in known
        for one in after.messages
    )


def _labelled(thread: Thread, after: datetime) -> bool:
    """Whether a file was posted since `after` by neither the merchant nor the customer."""
    rows = (one.message for one in thread.messages)
    return any(
        row.attachments
        and row.author.type not in (MERCHANT, CUSTOMER)
        and (row.created_at or EPOCH) >= after
        for row in rows
    )
