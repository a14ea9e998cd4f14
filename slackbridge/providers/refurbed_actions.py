"""What only refurbed offers: its forms, the calls they come to, and whether a call happened.

Source: refurbed's protos and OpenAPI document of the TicketService. A request for another topic
names none, since refurbed chooses; which topics there are is published nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from slackbridge.document import digest, plain
from slackbridge.errors import Rejected, Unsupported
from slackbridge.html import from_plain, parse
from slackbridge.model import Act, Action, Field, Status
from slackbridge.providers.lenient import EPOCH, Lenient
from slackbridge.providers.refurbed_help import TOPICS, HelpDesk
from slackbridge.providers.refurbed_rpc import Body, Rpc, is_id
from slackbridge.providers.refurbed_wire import (
    BUYBACK,
    HELP_REPLY,
    ITEM_KEYS,
    MARKETPLACE,
    TOPIC_CHANGE,
    Listing,
    MessageRow,
    Thread,
)

MERCHANT, CUSTOMER = "MERCHANT", "CUSTOMER"
LEEWAY = 5.0  # seconds by which the clocks may still differ once their skew is known
SPOKEN = ("topic_change", "help_request", "help_reply", "create")  # those that carry a text
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
    ),
)


class Actions:
    """The actions of one account; `HelpDesk` has the calls about help requests."""

    def __init__(self, rpc: Rpc, help: HelpDesk) -> None:
        self._rpc = rpc
        self._help = help

    async def perform(self, id: str, act: Act, deadline: float) -> Thread | None:
        """Make the call; the ticket if the answer holds it. Raises the four failures."""
        name = act.fields.get("name", "")
        if name == "return_label":
            body = {"ticket_id": id}
            await self._rpc.call("GenerateReturnShippingLabel", body, Lenient, deadline)
            return None
        if name not in SPOKEN:
            raise Unsupported(f"refurbed does not offer this ({name})")
        return await self._say(id, name, act, deadline)

    async def _say(self, id: str, name: str, act: Act, deadline: float) -> Thread | None:
        text = act.fields.get("message", "").strip()
        if not text:
            raise Rejected("there is no text in it")
        match name:
            case "topic_change":
                return await self._rpc.thread("RequestTopicChange", _change(id, act), deadline)
            case "help_request":
                await self._help.ask(id, act.fields.get("topic", ""), text, deadline)
            case "help_reply":
                await self._help.reply(id, act.fields.get("help_request", ""), text, deadline)
            case "create":
                return await self._rpc.thread("CreateTicket", _opening(act), deadline)
        return None

    async def settled(self, id: str, act: Act, since: float) -> bool | None:
        """See `ports.Settles`. It is known by its text; a label, which has none, by its file."""
        text = act.fields.get("message", "")
        match act.fields.get("name"):
            case "return_label":
                thread = await self._get(id)
                return True if _labelled(thread, self._theirs(since)) else None
            case "topic_change":
                thread = await self._get(id)
                told = _told((one.message for one in thread.messages), text, self._theirs(since))
                asked = not thread.ticket.topic_change_allowed
                return None if told is False and asked else told
            case "help_request" | "help_reply":
                asides = [row for one in await self._help.threads(id) for row in one.messages]
                return _told(asides, text, self._theirs(since))
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
        listing = await self._rpc.call("ListTickets", wanted, Listing)
        after = self._theirs(since)
        new = [row for row in listing.tickets if row.created >= after]
        threads = [await self._get(row.id) for row in new]
        return _told((one.message for each in threads for one in each.messages), text, after)

    async def _get(self, id: str) -> Thread:
        return await self._rpc.thread("GetTicket", {"ticket_id": id})

    def _theirs(self, at: float) -> datetime:
        """A moment of ours by refurbed's clock, or a little earlier."""
        return datetime.fromtimestamp(at + (self._rpc.skew or 0.0) - LEEWAY, UTC)


def _change(id: str, act: Act) -> Body:
    reason = act.fields.get("attachment_exemption_reason", "")
    body = {"ticket_id": id, "message": _message(act)}
    return {**body, **({"attachment_exemption_reason": reason} if reason else {})}


def _opening(act: Act) -> Body:
    topic = act.fields.get("topic", "").strip()
    if not topic:
        raise Rejected("a ticket needs a topic")
    return {"order_item_identifier": _item(act), "topic": topic, "message": _message(act)}


def _item(act: Act) -> dict[str, str]:
    item = act.fields.get("order_item", "").strip()
    if not is_id(item):
        raise Rejected(f"{item!r} is not the number of an order item")
    return {ITEM_KEYS[BUYBACK if act.fields.get("type") == BUYBACK else MARKETPLACE]: item}


def _message(act: Act) -> dict[str, str]:
    return {"body_html": from_plain(act.fields["message"])}


def _told(rows: Iterable[MessageRow], text: str, after: datetime) -> bool | None:
    """Whether the merchant said it then; None if something else was said that may be it."""
    ours = [
        row for row in rows if row.author.type == MERCHANT and (row.created_at or after) >= after
    ]
    if any(digest(plain(parse(row.body_html))) == digest(text) for row in ours):
        return True
    return None if ours else False


def _labelled(thread: Thread, after: datetime) -> bool:
    """Whether somebody who is neither side posted a file then."""
    rows = (one.message for one in thread.messages)
    return any(
        row.attachments
        and row.author.type not in (MERCHANT, CUSTOMER)
        and (row.created_at or EPOCH) >= after
        for row in rows
    )
