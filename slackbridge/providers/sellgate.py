"""Sellgate as a Provider: four calls over HTTP, page numbers, plain text.

Source: docs.sellgate.cc/tickets and /docs/authentication. What a write answers is not published,
so every write is read back. A reply is a POST and a status a PATCH of the same path: each has a
type and a function of its own, and nothing else here makes either call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

import structlog

from slackbridge.errors import Failure, Rejected, Unsupported, unreadable
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
from slackbridge.ports import NOT_FOUND, Health
from slackbridge.providers.account import Account
from slackbridge.providers.answer import Answer, refused
from slackbridge.providers.http import HttpClient, credential
from slackbridge.providers.sellgate_walk import PAGE, Place
from slackbridge.providers.sellgate_wire import CLOSED, OPEN, Detail, Listing, TicketRow, detail

PER_SECOND = 1.5  # no limit is published
REMEMBERED = 10_000  # rows of the list
BROWSED = 5  # pages; the list cannot be searched
FOUND = 20
FEW = 3  # tickets read one by one; for more, the closed ones are listed first

Raw = Literal["open", "closed"]
SETTABLE: dict[Status, Raw] = {Status.NEEDS_AGENT: "open", Status.CLOSED: "closed"}
GONE = frozenset({404, 410})
NO_ID = frozenset({400, 422})  # what a read that carries nothing but an id can be refused with

CAPABILITIES = Capabilities(
    statuses=frozenset(SETTABLE),
    why_not={
        str(Status.SOLVED): "Sellgate knows only open and closed tickets; close it instead",
        str(Status.WAITING): "Sellgate sets this by itself: an open ticket waits for the customer "
        "once you have answered",
        "internal": "Sellgate has no internal notes; whatever is written there goes to the "
        "customer. A note in the thread stays in Slack",
        "private": "Sellgate keeps no notes; a note in the thread stays in Slack",
        "assign": "Sellgate tickets have no assignee; claim it in Slack instead",
        "follow_up": "Sellgate offers no way to open a ticket; a closed one can be reopened",
    },
)

log = structlog.get_logger(__name__)


def headers(token: str) -> dict[str, str]:
    """The credential, with or without its scheme."""
    return credential("Bearer", token)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the customer will read."""

    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """The status a ticket is to have."""

    status: Raw


class Sellgate:
    """One Sellgate store. Every method may raise the four failures, and nothing else."""

    capabilities = CAPABILITIES

    def __init__(self, account: str, settings: Account, client: HttpClient) -> None:
        self._account = account
        self._ticket_url = settings.ticket_url
        self._client = client
        self._rows: dict[str, TicketRow] = {}  # the one listed last is last

    async def list_active(self, cursor: str) -> Page:
        place = Place.of(cursor)
        if place.endless:
            raise unreadable("Sellgate sent a list of tickets that does not end", write=False)
        listing = await self._list(place.page, OPEN)
        tickets = (self._ticket(row) for row in listing.rows if row.id)
        return Page(tuple(t for t in tickets if t.status.active), place.after(listing))

    async def list_recent(self) -> Page:
        raise Unsupported("Sellgate cannot list the tickets that changed last")

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        wanted = dict.fromkeys(ids)
        found: dict[str, Ticket] = {}
        if len(wanted) > FEW:  # usually many were closed at once
            rows = (await self._list(1, CLOSED)).rows
            found = {row.id: self._ticket(row) for row in rows if row.id in wanted}
        for id in wanted:
            if id not in found and (one := await self._if_there(id)):
                found[id] = one
        return tuple(found[id] for id in wanted if id in found)

    async def get(self, id: str) -> Conversation:
        ticket = await self._detail(id)
        if ticket.thin:  # after a start, nothing of the list is remembered yet
            await self._browse(ticket.status, until=id)
        return self._conversation(ticket)

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        deadline = self._client.deadline(timeout)
        if act.kind is Kind.REPLY and act.status is None:
            await self._say(id, Reply(act.text), deadline)
        elif act.kind is Kind.STATUS and act.status in SETTABLE:
            await self._set(id, Change(SETTABLE[act.status]), deadline)
        else:
            raise _unsupported(act)
        return await self._read_back(id, deadline)

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        return ()

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        """By order or e-mail: the open tickets and the first pages of all of them."""
        if query.id:
            return await self.read([query.id])
        await self._browse("")
        found = [self._ticket(row) for row in self._rows.values() if _about(row, query)]
        return tuple(sorted(found, key=lambda t: t.updated_at, reverse=True)[:FOUND])

    async def stats(self) -> Mapping[str, str]:
        """The store's counts as Sellgate reckons them, by their names in words."""
        return (await self._list(1, "", limit=1)).stats

    async def probe(self) -> Health:
        try:
            answer = await self._call("GET", "tickets", params={"page": "1", "limit": "1"})
            _listing(answer)
        except Failure as failure:
            return Health(False, failure.reason)
        return Health(True, "Sellgate answers", answer.skew)

    async def close(self) -> None:
        await self._client.close()

    # -- the two writes ------------------------------------------------------------------------

    async def _say(self, id: str, reply: Reply, deadline: float) -> None:
        body = {"message": reply.message}
        _taken(await self._call("POST", _path(id), json=body, deadline=deadline))

    async def _set(self, id: str, change: Change, deadline: float) -> None:
        body = {"status": change.status}
        _taken(await self._call("PATCH", _path(id), json=body, deadline=deadline))

    async def _read_back(self, id: str, deadline: float) -> Conversation | None:
        """It is done already: a read that fails must not make it look undone."""
        try:
            return self._conversation(await self._detail(id, deadline))
        except Failure as failure:
            log.warning("sellgate.not_read_back", account=self._account, why=failure.loggable)
            return None

    # -- reading -------------------------------------------------------------------------------

    async def _detail(self, id: str, deadline: float | None = None) -> Detail:
        answer = await self._call("GET", _path(id), deadline=deadline)
        found = detail(answer.json(write=False), id)
        if found is None:
            raise answer.nonsense(write=False)
        return found

    async def _if_there(self, id: str) -> Ticket | None:
        try:
            return (await self.get(id)).ticket
        except Rejected as failure:
            if failure.code != NOT_FOUND:
                raise
            return None

    async def _list(self, page: int, status: str, limit: int = PAGE) -> Listing:
        params = {"page": str(page), "limit": str(limit), **({"status": status} if status else {})}
        listing = _listing(await self._call("GET", "tickets", params=params))
        for row in listing.rows:
            self._remember(row)
        if lost := listing.size - sum(bool(row.id) for row in listing.rows):
            log.warning("sellgate.rows_without_id", account=self._account, rows=lost)
        return listing

    async def _browse(self, status: str, until: str = "") -> None:
        """List tickets, so that they are remembered, until one is met; a few pages at most."""
        known = status if status in (OPEN, CLOSED) else ""
        for page in range(1, BROWSED + 1):
            if until in self._rows or (await self._list(page, known)).ends(page, PAGE):
                return

    def _remember(self, row: TicketRow) -> None:
        if row.id:
            self._rows.pop(row.id, None)
            self._rows[row.id] = row
        if len(self._rows) > REMEMBERED:
            del self._rows[next(iter(self._rows))]

    def _conversation(self, ticket: Detail) -> Conversation:
        row = ticket.row(self._rows.get(ticket.id, TicketRow()))
        self._remember(row)
        return ticket.conversation(self._account, self._url(row.id), row)

    def _ticket(self, row: TicketRow) -> Ticket:
        return row.ticket(self._account, self._url(row.id))

    def _url(self, id: str) -> str:
        return self._ticket_url.replace("{id}", id)

    async def _call(
        self,
        method: Literal["GET", "POST", "PATCH"],
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> Answer:
        write = method != "GET"
        answer = await self._client.send(
            method, path, params=params, json=json, write=write, deadline=deadline
        )
        if not answer.ok:
            raise _refusal(answer, path, write=write)
        return answer


def _path(id: str) -> str:
    """The path of one ticket. Raises Rejected for what cannot be an id: it would name another."""
    if not id.strip(". "):
        raise Rejected(f"{id!r} is not the id of a ticket", code=NOT_FOUND)
    return f"tickets/{quote(id, safe='', errors='replace')}"


def _about(row: TicketRow, query: Query) -> bool:
    if query.order:
        return query.order.strip().casefold() in (
            row.order_id.casefold(),
            row.invoice_id.casefold(),
        )
    return bool(row.id) and row.customer_email.casefold() == query.email.strip().casefold()


def _listing(answer: Answer) -> Listing:
    listing = Listing.of(answer.json(write=False))
    if listing is None:
        raise answer.nonsense(write=False)
    return listing


def _taken(answer: Answer) -> None:
    """A write that was accepted. Raises Unknown for an answer that is not Sellgate's own."""
    if not answer.body.strip():
        return
    said = answer.json(write=True)
    if isinstance(said, dict) and (said.get("error") or said.get("success") is False):
        raise unreadable(f"Sellgate took it, but named an error: {answer.said()}", write=True)


def _refusal(answer: Answer, path: str, *, write: bool) -> Failure:
    missing = GONE if write else GONE | NO_ID
    words = {401: "does not accept the API key; make a new one in the store's settings"}
    return refused(
        answer,
        write=write,
        words=words.get(answer.status, ""),
        code=NOT_FOUND if answer.status in missing and path != "tickets" else "",
    )


def _unsupported(act: Act) -> Unsupported:
    word = str(act.status) if act.status else act.kind.value
    return Unsupported(CAPABILITIES.why_not.get(word, f"Sellgate does not offer this ({word})"))
