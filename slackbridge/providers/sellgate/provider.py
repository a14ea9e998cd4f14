"""Sellgate as a Provider: numbered pages, plain text, no search.

Source: docs.sellgate.cc/tickets. Every write is followed by a read, since what a write answers is
not published. A ticket alone lacks much of what its row in the list has, so rows are remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from slackbridge.domain.errors import Code, Failure, Rejected, unreadable
from slackbridge.domain.model import QUERY_FIELDS, Act, Conversation, Query, Ticket
from slackbridge.domain.order import Order
from slackbridge.domain.page import Page
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.base import FOUND, BaseProvider, existing
from slackbridge.providers.factory import Factory
from slackbridge.providers.http import HttpClient
from slackbridge.providers.sellgate.actions import CAPABILITIES, write_of
from slackbridge.providers.sellgate.api import Api, headers
from slackbridge.providers.sellgate.orders import OTHERS, OrderRow, beside
from slackbridge.providers.sellgate.search import SEARCHES, matches, status_of, unknown_status
from slackbridge.providers.sellgate.settings import BASE_URL, PER_SECOND, SellgateSettings
from slackbridge.providers.sellgate.walk import PAGE, PageCursor
from slackbridge.providers.sellgate.wire import (
    CLOSED,
    OPEN,
    Change,
    Detail,
    Listing,
    Reply,
    TicketRow,
    in_part,
)

REMEMBERED = 10_000  # rows of the list
BROWSED = 5  # pages; the list cannot be searched
FEW = 3  # tickets read one by one; for more, the closed ones are listed first
REST = 60.0  # seconds after a failure of the list in which a ticket does not ask for it again
OURS = frozenset({Code.PACED, Code.LATE})  # failures that say nothing of the list
log = structlog.get_logger(__name__)


class Sellgate(BaseProvider):
    """One Sellgate store. Every method may raise the four failures, and nothing else."""

    title = "Sellgate"
    capabilities = CAPABILITIES

    def __init__(self, account: str, settings: AccountSettings, client: HttpClient) -> None:
        super().__init__(account, settings, client)
        self._api = Api(client)
        self._rows: dict[str, TicketRow] = {}  # the one listed last is last
        self._rests_until = 0.0  # monotonic: the list failed

    async def list_active(self, cursor: str) -> Page:
        place = PageCursor.of(cursor)
        if place.endless:
            raise unreadable("Sellgate sent a list of tickets that does not end", write=False)
        listing = await self._list(place.page, OPEN)
        return Page.of(map(self._ticket, listing.rows), place.after(listing))

    async def list_ended(self, since: float, cursor: str) -> Page:
        """The closed tickets: Sellgate has no list by time, and the open ones do not show them.

        One call where the list turns out to be ordered by the last change; else one for each
        hundred tickets that were ever closed.
        """
        place = PageCursor.of(cursor)
        if place.endless:
            raise unreadable("Sellgate sent a list of tickets that does not end", write=False)
        listing = await self._list(place.page, CLOSED)
        page = Page.of(map(self._ticket, listing.rows), place.after(listing))
        over = listing.by_change and listing.rows[-1].updated.timestamp() < since
        return replace(page, cursor="") if over else page

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        wanted = dict.fromkeys(ids)
        found: dict[str, Ticket] = {}
        if len(wanted) > FEW:  # usually many were closed at once
            rows = await self._closed()
            found = {row.id: self._ticket(row) for row in rows if row.id in wanted}
        rest = await existing([id for id in wanted if id not in found], self.get)
        found |= {one.ticket.key.id: one.ticket for one in rest}
        return tuple(found[id] for id in wanted if id in found)

    async def get(self, id: str) -> Conversation:
        """The ticket with its row of the list, which alone tells `updated_at` and some facts.

        After a start none is remembered. Where the list fails, those facts are missing, the
        revision has no time, and the ticket asks to be read again.
        """
        ticket = await self._api.ticket(id)
        if not self._whole(ticket) and await self._sought(ticket):
            return self._conversation(ticket, whole=True)
        return self._conversation(ticket, whole=self._whole(ticket))

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        deadline = self._client.deadline(timeout)
        match write_of(act):
            case Reply() as reply:
                await self._api.reply(id, reply, deadline)
            case Change() as change:
                await self._api.change(id, change, deadline)
        return await self._read_back(self._read(id, deadline))

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        """Among the first pages of the list, of the status asked for, and the open tickets."""
        if query.id:
            return await self.read([query.id])
        asked = {name for name in QUERY_FIELDS if getattr(query, name)}
        if not asked or not asked <= SEARCHES:
            return ()
        await self._browse(status_of(query))
        found = [self._ticket(row) for row in self._rows.values() if matches(row, query)]
        if not found and (why := unknown_status(query)):
            raise Rejected(why)
        return tuple(sorted(found, key=lambda t: t.updated_at, reverse=True)[:FOUND])

    async def order(self, ticket: Ticket) -> Order | None:
        """The order, and the buyer's other orders and known tickets: two calls."""
        email = ticket.customer.email
        own = await self._api.order(ticket.order) if ticket.order.strip(". ") else None
        facts = own.facts(email) if own else ()
        facts += beside(
            [one for one in await self._bought(email, own) if own is None or one.id != own.id],
            [(row, self._url(row.id)) for row in self._others(ticket)],
        )
        return Order(facts) if facts else None

    async def _bought(self, email: str, own: OrderRow | None) -> Sequence[OrderRow]:
        """The buyer's orders; if that fails, the ticket's own is shown all the same."""
        try:
            return await self._api.orders(email) if email else ()
        except Failure as failure:
            if own is None:
                raise
            log.info("orders.not_read", account=self._account, why=failure.loggable)
            return ()

    def _others(self, ticket: Ticket) -> list[TicketRow]:
        """The customer's other tickets, as far as they were listed since the start."""
        mine = Query(email=ticket.customer.email)
        listed = reversed(self._rows.values()) if mine.email else ()
        return [row for row in listed if row.id != ticket.key.id and matches(row, mine)][:OTHERS]

    async def stats(self) -> Mapping[str, str]:
        """The store's own counts, by their names in words."""
        return (await self._list(1, "", limit=1)).stats

    async def _probe(self) -> str:
        await self._api.tickets(1, "", limit=1)
        return "Sellgate answers"

    async def _read(self, id: str, deadline: float) -> Conversation:
        ticket = await self._api.ticket(id, deadline)
        return self._conversation(ticket, whole=self._whole(ticket))

    def _whole(self, ticket: Detail) -> bool:
        """Whether all is known of it that the list tells."""
        return ticket.updated_at is not None or ticket.id in self._rows

    async def _sought(self, ticket: Detail) -> bool:
        """Whether the list could be asked for its row; it need not have one."""
        if self._client.deadline(0.0) < self._rests_until:
            return False
        try:
            await self._browse(ticket.status, until=ticket.id)
        except Failure as failure:
            if failure.code in OURS:
                raise
            self._rests_until = self._client.deadline(REST)
            log.warning("list.failed", account=self._account, why=failure.loggable)
            return False
        return True

    async def _closed(self) -> Sequence[TicketRow]:
        """The closed tickets on the first page; none where the list fails."""
        try:
            return (await self._list(1, CLOSED)).rows
        except Failure as failure:
            if failure.code in OURS:
                raise
            log.warning("list.failed", account=self._account, why=failure.loggable)
            return ()

    async def _list(self, page: int, status: str, limit: int = PAGE) -> Listing:
        listing = await self._api.tickets(page, status, limit)
        self._rests_until = 0.0
        rows = self._with_id(listing.rows, beside=listing.size - len(listing.rows))
        for row in rows:
            self._remember(row)
        return replace(listing, rows=tuple(rows))

    async def _browse(self, status: str, until: str = "") -> None:
        """List a few pages, so that they are remembered, or as far as the ticket `until`."""
        known = status if status in (OPEN, CLOSED) else ""
        for page in range(1, BROWSED + 1):
            if until in self._rows or (await self._list(page, known)).ends(page, PAGE):
                return

    def _remember(self, row: TicketRow) -> None:
        self._rows.pop(row.id, None)
        self._rows[row.id] = row
        if len(self._rows) > REMEMBERED:
            del self._rows[next(iter(self._rows))]

    def _conversation(self, ticket: Detail, *, whole: bool) -> Conversation:
        row = ticket.row(self._rows.get(ticket.id, TicketRow()))
        told = ticket.conversation(self._account, self._url(row.id), row)
        if not whole:
            return in_part(told)
        self._remember(row)
        return told


FACTORY = Factory(Sellgate, CAPABILITIES, BASE_URL, headers, SellgateSettings, PER_SECOND)
