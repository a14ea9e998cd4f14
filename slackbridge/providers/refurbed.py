"""refurbed as a Provider: its TicketService (`refb.merchant.v1`) over HTTP.

Source: refurbed's protos, OpenAPI document and README for the merchant API. No call of it is
idempotent, so none is repeated. HTML goes out and comes in; what is in between is not ours.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from slackbridge.errors import Failure, Rejected, Unsupported, unreadable
from slackbridge.html import from_plain
from slackbridge.model import (
    QUERY_FIELDS,
    Act,
    Capabilities,
    Conversation,
    Kind,
    Page,
    Query,
    Status,
    Ticket,
)
from slackbridge.ports import Health
from slackbridge.providers.account import Account
from slackbridge.providers.http import HttpClient, credential
from slackbridge.providers.refurbed_actions import ACTIONS, CREATE_TICKET, Actions
from slackbridge.providers.refurbed_help import HelpDesk
from slackbridge.providers.refurbed_rpc import Body, Rpc, is_id
from slackbridge.providers.refurbed_wire import (
    BUYBACK,
    ITEM_KEYS,
    MARKETPLACE,
    ORDER_KEYS,
    Listing,
    Thread,
    TicketRow,
)

PAGE = 100  # rows; the most that refurbed gives
FOUND = 20

OLDEST_FIRST = {"by": "CREATED_AT", "order": "ASC"}
NEWEST_FIRST = {"by": "CREATED_AT", "order": "DESC"}
CHANGED_LAST = {"by": "UPDATED_AT", "order": "DESC"}
ACTIVE = {"status": {"any_of": ["OPEN", "PENDING"]}}
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
    actions=ACTIONS,
    create=CREATE_TICKET,
    searches=frozenset(QUERY_FIELDS),
    why_not={
        "reopen": "refurbed has no way to reopen a ticket from outside; a new message by the "
        "customer reopens a solved one, and for a closed one you can open a follow-up ticket",
        "close": "refurbed closes a solved ticket by itself after some time; "
        "nobody can close one from outside",
    },
)

log = structlog.get_logger(__name__)


def headers(token: str) -> dict[str, str]:
    """The credential, with or without its scheme."""
    return credential("Plain", token)


class Refurbed:
    """One refurbed account. Every method may raise the four failures, and nothing else."""

    capabilities = CAPABILITIES

    def __init__(self, account: str, settings: Account, client: HttpClient) -> None:
        self._account = account
        self._ticket_url = settings.ticket_url
        self._client = client
        self._rpc = Rpc(client)
        self._help = HelpDesk(self._rpc)
        self._actions = Actions(self._rpc, self._help)

    async def list_active(self, cursor: str) -> Page:
        """By creation, which never changes: a ticket that moves cannot slip through."""
        pagination = {"limit": PAGE, **({"starting_after": cursor} if cursor else {})}
        listing = await self._list(ACTIVE, OLDEST_FIRST, pagination)
        if not listing.has_more:
            return Page(self._tickets(listing))
        # A poisonous id cannot be paged from; the rows after a healthier one come again.
        usable = [row.id for row in listing.tickets if is_id(row.id)]
        if not usable or usable[-1] == cursor:
            raise unreadable("refurbed sent a page of tickets that leads nowhere", write=False)
        return Page(self._tickets(listing), usable[-1])

    async def list_recent(self) -> Page:
        return Page(self._tickets(await self._list(ACTIVE, CHANGED_LAST)))

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        # One id that is none would have the whole batch refused.
        good = [id for id in dict.fromkeys(ids) if is_id(id)]
        found: list[Ticket] = []
        for start in range(0, len(good), PAGE):
            wanted = {"ticket_id": {"any_of": good[start : start + PAGE]}}
            found += self._tickets(await self._list(wanted, OLDEST_FIRST))
        return tuple(found)

    async def get(self, id: str) -> Conversation:
        return await self._whole(await self._get(id))

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        deadline = self._client.deadline(timeout)
        if act.kind is Kind.FOLLOW_UP:
            await self._follow_up(id, act.text, deadline)
            return None
        if act.kind is Kind.PRIVATE:
            return await self._note(id, act.text, deadline)
        if act.kind is Kind.ACTION:
            return await self._act(id, act, deadline)
        return await self._update(id, _change(act), deadline)

    async def settled(self, id: str, act: Act, since: float) -> bool | None:
        return await self._actions.settled(id, act, since)

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        for ticket in await self.read([id]):
            found = await self._of_order(ticket.type, ticket.order)
            return tuple(one for one in found if one.follows == id)
        return ()

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        if query.id:
            return await self.read([query.id])
        found = [t for wanted in _wanted(query) for t in await self._newest(wanted, FOUND)]
        return tuple(sorted(found, key=lambda t: t.created_at, reverse=True)[:FOUND])

    async def probe(self) -> Health:
        try:
            await self._rpc.call("ListTickets", {"pagination": {"limit": 1}}, Listing)
        except Failure as failure:
            return Health(False, failure.reason)
        return Health(True, "refurbed answers", self._rpc.skew)

    async def close(self) -> None:
        await self._client.close()

    async def _update(self, id: str, change: Body, deadline: float) -> Conversation:
        body = {"ticket_id": id, **change}
        return self._told(await self._rpc.thread("UpdateTicket", body, deadline))

    async def _act(self, id: str, act: Act, deadline: float) -> Conversation | None:
        """Once the call was made, a read that fails must not have it made again."""
        thread = await self._actions.perform(id, act, deadline)
        try:
            return await self._whole(thread or await self._get(id, deadline), deadline)
        except Failure as failure:
            log.warning("refurbed.not_read_again", account=self._account, why=failure.loggable)
            return None

    async def _note(self, id: str, text: str, deadline: float) -> Conversation:
        """Append to the notes, which refurbed keeps as one text; a race is lost by one side."""
        thread = await self._get(id, deadline)
        notes = "\n".join(thread.ticket.notes.splitlines())
        if f"\n{text}\n" in f"\n{notes}\n":
            return self._told(thread)
        return await self._update(id, {"notes": f"{notes}\n{text}".lstrip("\n")}, deadline)

    async def _follow_up(self, id: str, text: str, deadline: float) -> None:
        old = (await self._get(id, deadline)).ticket
        body = {
            "order_item_identifier": _item(old),
            "topic": old.topic_slug,
            "message": {"body_html": from_plain(text)},
            "follow_up_to_ticket_id": id,
        }
        await self._rpc.thread("CreateTicket", body, deadline)

    async def _get(self, id: str, deadline: float | None = None) -> Thread:
        return await self._rpc.thread("GetTicket", {"ticket_id": id}, deadline)

    async def _whole(self, thread: Thread, deadline: float | None = None) -> Conversation:
        """The conversation, with what is said in help requests."""
        told = self._told(thread)
        return await self._help.beside(told, deadline) if thread.ticket.has_help_requests else told

    def _told(self, thread: Thread) -> Conversation:
        return thread.conversation(self._account, self._url(thread.ticket.id))

    async def _list(self, wanted: Body, sort: Body, pagination: Body | None = None) -> Listing:
        body = {"pagination": pagination or {"limit": PAGE}, "sort": sort, "filter": wanted}
        return await self._rpc.call("ListTickets", body, Listing)

    async def _newest(self, wanted: Body, limit: int = PAGE) -> tuple[Ticket, ...]:
        return self._tickets(await self._list(wanted, NEWEST_FIRST, {"limit": limit}))

    async def _of_order(self, type: str, order: str) -> tuple[Ticket, ...]:
        """The tickets of one order, newest first. The two types number their orders alike."""
        if not is_id(order):
            return ()
        return await self._newest({ORDER_KEYS[type]: {"any_of": [order]}})

    def _tickets(self, listing: Listing) -> tuple[Ticket, ...]:
        rows = [row for row in listing.tickets if row.id]
        if lost := len(listing.tickets) - len(rows):
            log.warning("refurbed.rows_without_id", account=self._account, rows=lost)
        return tuple(row.ticket(self._account, self._url(row.id)) for row in rows)

    def _url(self, id: str) -> str:
        return self._ticket_url.replace("{id}", id)


def _wanted(query: Query) -> list[Body]:
    """The filters to list by, one a call: orders and buybacks number theirs each for themselves."""
    facts: dict[str, dict[str, str | list[str]]] = {
        "customer_email": {"eq": query.email.strip()},
        "customer_name": {"contains": query.name.strip()},
        "country": {"any_of": _several(query.country.upper())},
        "topic": {"any_of": _several(query.topic)},
        "urgency_status": {"any_of": _several(query.urgency.upper())},
    }
    given = {name: wanted for name, wanted in facts.items() if any(wanted.values())}
    numbers = [text for text in (query.order, query.item) if text]
    if not numbers:
        return [given] if given else []
    if not all(map(is_id, numbers)):
        return []
    return [{**given, **_numbered(query, type)} for type in (MARKETPLACE, BUYBACK)]


def _numbered(query: Query, type: str) -> Body:
    keys = ((ORDER_KEYS[type], query.order), (ITEM_KEYS[type], query.item))
    return {key: {"any_of": [number]} for key, number in keys if number}


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _change(act: Act) -> Body:
    """The fields of UpdateTicket that an act comes to. Raises Unsupported."""
    match act.kind:
        case Kind.REPLY:
            return {**_message(act.text, "PUBLIC"), **_status(act.status)}
        case Kind.INTERNAL:
            return {**_message(act.text, "INTERNAL"), **_status(act.status)}
        case Kind.STATUS if act.status:
            return _status(act.status)
        case Kind.ASSIGN:
            return {"assignee_user_email": act.email} if act.email else {"unassign": True}
    raise Unsupported(f"refurbed does not offer this ({act.kind})")


def _message(text: str, scope: str) -> Body:
    return {"new_message": {"message": {"body_html": from_plain(text)}, "scope": scope}}


def _status(status: Status | None) -> Body:
    if status is None:
        return {}
    if status not in SUBMITTABLE:
        closing = status is Status.CLOSED
        raise Unsupported(CAPABILITIES.why_not["close" if closing else "reopen"])
    return {"status": SUBMITTABLE[status]}


def _item(old: TicketRow) -> Body:
    """The order item a follow-up is about. Raises Rejected."""
    if old.item.id:
        return {ITEM_KEYS[old.type]: old.item.id}
    raise Rejected("this ticket names no order item, so refurbed cannot open a follow-up to it")
