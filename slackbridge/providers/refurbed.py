"""refurbed as a Provider: its TicketService (`refb.merchant.v1`) over HTTP.

Source: refurbed's protos, OpenAPI document and README for the merchant API. No call of it is
idempotent, so none is repeated. HTML goes out and comes in; what is in between is not ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import structlog

from slackbridge.errors import Failure, Rejected, Unsupported, unreadable
from slackbridge.html import from_plain
from slackbridge.model import (
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
from slackbridge.providers.answer import Answer, refused
from slackbridge.providers.http import HttpClient
from slackbridge.providers.lenient import Lenient
from slackbridge.providers.refurbed_wire import BUYBACK, MARKETPLACE, Listing, Thread, TicketRow

PATH = "refb.merchant.v1.TicketService"
PAGE = 100  # rows; the most that refurbed gives
FOUND = 20
INT64 = 2**63 - 1

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
    why_not={
        "reopen": "refurbed has no way to reopen a ticket from outside; a new message by the "
        "customer reopens a solved one, and for a closed one you can open a follow-up ticket",
        "close": "refurbed closes a solved ticket by itself after some time; "
        "nobody can close one from outside",
    },
)

# google.rpc.Code to the HTTP status that says the same to `errors.of_status`. The status of the
# answer itself is not enough: 3, 9 and 11 share 400, and 1 comes as 499.
NOT_FOUND = 5
STATUS_OF_CODE = {
    **{1: 500, 2: 500, 3: 400, 4: 504, NOT_FOUND: 404, 6: 409, 7: 403, 8: 429},
    **{9: 400, 10: 409, 11: 400, 12: 501, 13: 500, 14: 503, 15: 500, 16: 401},
}
PERMISSIONS = {
    "ListTickets": "merchant.ticket:list",
    "GetTicket": "merchant.ticket:view",
    "UpdateTicket": "merchant.ticket:update",
    "CreateTicket": "merchant.ticket:create",
}
WRITES = ("UpdateTicket", "CreateTicket")

Body = Mapping[str, Any]
Shape = TypeVar("Shape", bound=Lenient)

log = structlog.get_logger(__name__)


def headers(token: str) -> dict[str, str]:
    """The credential; a token that was copied with its scheme is fine."""
    return {"Authorization": f"Plain {token.removeprefix('Plain ').strip()}"}


class Refurbed:
    """One refurbed account. Every method may raise the four failures, and nothing else."""

    capabilities = CAPABILITIES

    def __init__(self, account: str, settings: Account, client: HttpClient) -> None:
        self._account = account
        self._ticket_url = settings.ticket_url
        self._client = client

    async def list_active(self, cursor: str) -> Page:
        """By creation, which never changes: a ticket that moves cannot slip through."""
        pagination = {"limit": PAGE, **({"starting_after": cursor} if cursor else {})}
        listing = await self._list(ACTIVE, OLDEST_FIRST, pagination)
        if not listing.has_more:
            return Page(self._tickets(listing))
        # A poisonous id cannot be paged from; the rows after a healthier one come again.
        usable = [row.id for row in listing.tickets if _int64(row.id)]
        if not usable or usable[-1] == cursor:
            raise unreadable("refurbed sent a page of tickets that leads nowhere", write=False)
        return Page(self._tickets(listing), usable[-1])

    async def list_recent(self) -> Page:
        return Page(self._tickets(await self._list(ACTIVE, CHANGED_LAST)))

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        # One id that is none would have the whole batch refused.
        good = [id for id in dict.fromkeys(ids) if _int64(id)]
        found: list[Ticket] = []
        for start in range(0, len(good), PAGE):
            wanted = {"ticket_id": {"any_of": good[start : start + PAGE]}}
            found += self._tickets(await self._list(wanted, OLDEST_FIRST))
        return tuple(found)

    async def get(self, id: str) -> Conversation:
        return self._conversation(await self._get(id))

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        deadline = self._client.deadline(timeout)
        if act.kind is Kind.FOLLOW_UP:
            await self._follow_up(id, act.text, deadline)
            return None
        if act.kind is Kind.PRIVATE:
            return await self._note(id, act.text, deadline)
        return await self._update(id, _change(act), deadline)

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        for ticket in await self.read([id]):
            found = await self._of_order(ticket.type, ticket.order)
            return tuple(one for one in found if one.follows == id)
        return ()

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        if query.id:
            return await self.read([query.id])
        if query.order:
            found = await self._of_order(MARKETPLACE, query.order)
            return (found or await self._of_order(BUYBACK, query.order))[:FOUND]
        return await self._newest({"customer_email": {"eq": query.email.strip()}}, FOUND)

    async def probe(self) -> Health:
        body = {"pagination": {"limit": 1}}
        try:
            answer = await self._call("ListTickets", body)
            _shaped(answer, Listing, write=False)
        except Failure as failure:
            return Health(False, failure.reason)
        date = answer.date
        return Health(True, "refurbed answers", None if date is None else date - answer.at)

    async def close(self) -> None:
        await self._client.close()

    async def _update(self, id: str, change: Body, deadline: float) -> Conversation:
        body = {"ticket_id": id, **change}
        return self._conversation(await self._thread("UpdateTicket", body, deadline))

    async def _note(self, id: str, text: str, deadline: float) -> Conversation:
        """Append to the notes, which refurbed keeps as one text; a race is lost by one side."""
        thread = await self._get(id, deadline)
        notes = "\n".join(thread.ticket.notes.splitlines())
        if f"\n{text}\n" in f"\n{notes}\n":
            return self._conversation(thread)
        return await self._update(id, {"notes": f"{notes}\n{text}".lstrip("\n")}, deadline)

    async def _follow_up(self, id: str, text: str, deadline: float) -> None:
        old = (await self._get(id, deadline)).ticket
        body = {
            "order_item_identifier": _item(old),
            "topic": old.topic_slug,
            "message": {"body_html": from_plain(text)},
            "follow_up_to_ticket_id": id,
        }
        await self._thread("CreateTicket", body, deadline)

    async def _get(self, id: str, deadline: float | None = None) -> Thread:
        return await self._thread("GetTicket", {"ticket_id": id}, deadline)

    async def _thread(self, method: str, body: Body, deadline: float | None) -> Thread:
        answer = await self._call(method, body, deadline)
        thread = _shaped(answer, Thread, write=method in WRITES)
        if not thread.ticket.id:
            raise _nonsense(write=method in WRITES)
        return thread

    async def _list(self, wanted: Body, sort: Body, pagination: Body | None = None) -> Listing:
        body = {"pagination": pagination or {"limit": PAGE}, "sort": sort, "filter": wanted}
        return _shaped(await self._call("ListTickets", body), Listing, write=False)

    async def _newest(self, wanted: Body, limit: int = PAGE) -> tuple[Ticket, ...]:
        return self._tickets(await self._list(wanted, NEWEST_FIRST, {"limit": limit}))

    async def _of_order(self, type: str, order: str) -> tuple[Ticket, ...]:
        """The tickets of one order, newest first. The two types number their orders alike."""
        if not _int64(order):
            return ()
        field = "buyback_order_id" if type == BUYBACK else "marketplace_order_id"
        return await self._newest({field: {"any_of": [order]}})

    async def _call(self, method: str, body: Body, deadline: float | None = None) -> Answer:
        write = method in WRITES
        answer = await self._client.send(
            "POST", f"{PATH}/{method}", json=body, write=write, deadline=deadline
        )
        if not answer.ok:
            raise _refusal(answer, method, write=write)
        return answer

    def _tickets(self, listing: Listing) -> tuple[Ticket, ...]:
        rows = [row for row in listing.tickets if row.id]
        if lost := len(listing.tickets) - len(rows):
            log.warning("refurbed.rows_without_id", account=self._account, rows=lost)
        return tuple(row.ticket(self._account, self._url(row.id)) for row in rows)

    def _conversation(self, thread: Thread) -> Conversation:
        return thread.conversation(self._account, self._url(thread.ticket.id))

    def _url(self, id: str) -> str:
        return self._ticket_url.replace("{id}", id)


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
    for field, value in (
        ("marketplace_order_item_id", old.item.order_item_id),
        ("buyback_order_item_id", old.item.buyback_order_item_id),
    ):
        if value:
            return {field: value}
    raise Rejected("this ticket names no order item, so refurbed cannot open a follow-up to it")


def _int64(id: str) -> bool:
    return id.isascii() and id.isdigit() and 0 < int(id[:20]) <= INT64


def _shaped(answer: Answer, shape: type[Shape], *, write: bool) -> Shape:
    found = shape.of(answer.json(write=write))
    if found is None:
        raise _nonsense(write=write)
    return found


def _nonsense(*, write: bool) -> Failure:
    return unreadable("refurbed sent an answer that cannot be read", write=write)


def _refusal(answer: Answer, method: str, *, write: bool) -> Failure:
    """By google.rpc.Status where the body is one, else by the HTTP status."""
    code = _rpc_code(answer)
    status = STATUS_OF_CODE.get(code, answer.status)
    words = {
        401: "does not accept the token; ask your account manager for a new one",
        403: f"does not permit this: the token needs the permission {PERMISSIONS[method]}",
        501: "has not switched the ticket service on for this token yet",
    }
    return refused(
        answer,
        write=write,
        status=status,
        words=words.get(status, ""),
        code="not-found" if code == NOT_FOUND else "",
    )


def _rpc_code(answer: Answer) -> int:
    try:
        data = answer.json(write=False)
    except Failure:
        return 0
    code = data.get("code") if isinstance(data, dict) else None
    return code if isinstance(code, int) else 0
