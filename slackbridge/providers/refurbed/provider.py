"""refurbed as a Provider: its TicketService (`refb.merchant.v1`) over HTTP.

Source: refurbed's protos, OpenAPI document and README for the merchant API. Messages are HTML in
both directions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from slackbridge.domain.errors import other_ticket, unreadable
from slackbridge.domain.model import Act, Conversation, Kind, Query, Ticket
from slackbridge.domain.order import Order
from slackbridge.domain.page import Page
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.base import FOUND, BaseProvider, existing
from slackbridge.providers.factory import Factory
from slackbridge.providers.http import HttpClient
from slackbridge.providers.refurbed import search
from slackbridge.providers.refurbed.actions import (
    CAPABILITIES,
    SUBMITTABLE,
    Actions,
    change_of,
    follow_up_of,
    wrote_since,
)
from slackbridge.providers.refurbed.api import Api, Body, headers, is_id
from slackbridge.providers.refurbed.help_requests import HelpRequests
from slackbridge.providers.refurbed.money import REFUND, Refunds
from slackbridge.providers.refurbed.orders import Orders
from slackbridge.providers.refurbed.settings import BASE_URL, RefurbedSettings
from slackbridge.providers.refurbed.wire import ORDER_KEYS, Listing, Thread

PAGE = 100  # rows; the most that refurbed gives
OLDEST_FIRST = {"by": "CREATED_AT", "order": "ASC"}
CHANGED_LAST = {"by": "UPDATED_AT", "order": "DESC"}
SOLVED, PENDING = {"status": "SOLVED"}, {"status": "PENDING"}
ACTIVE = {
    "status": {"none_of": search.OVER}
}  # whatever else there is, NEW for example, needs an agent
ENDED = {"status": {"any_of": search.OVER}}


class Refurbed(BaseProvider):
    """One refurbed account. Every method may raise the four failures, and nothing else."""

    title = "refurbed"
    capabilities = CAPABILITIES

    def __init__(self, account: str, settings: AccountSettings, client: HttpClient) -> None:
        super().__init__(account, settings, client)
        self._api = Api(client)
        self._help = HelpRequests(self._api)
        self._orders = Orders(self._api)
        self._refunds = Refunds(self._api, self._orders)
        self._actions = Actions(self._api, self._help, self._refunds)

    async def list_active(self, cursor: str) -> Page:
        """By creation, which never changes: a ticket that moves cannot slip through."""
        pagination = {"limit": PAGE, **({"starting_after": cursor} if cursor else {})}
        listing = await self._list(ACTIVE, OLDEST_FIRST, pagination)
        return Page.of(self._tickets(listing.tickets), _behind(listing, cursor))

    async def list_recent(self) -> Page:
        """Of any status, so that what a customer writes on an ended ticket costs no call more."""
        return Page.of(self._tickets((await self._list({}, CHANGED_LAST)).tickets))

    async def list_ended(self, since: float, cursor: str) -> Page:
        """The solved and closed tickets that changed last: one call for each hundred that changed
        after `since`. Needed only for what changed while nobody polled; see `list_recent`.
        """
        pagination = {"limit": PAGE, **({"starting_after": cursor} if cursor else {})}
        listing = await self._list(ENDED, CHANGED_LAST, pagination)
        page = Page.of(self._tickets(listing.tickets), _behind(listing, cursor))
        oldest = min((one.updated_at.timestamp() for one in page.ended), default=0.0)
        return page if oldest > since else replace(page, cursor="")

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        # One malformed id would have the whole batch refused.
        good = [id for id in dict.fromkeys(ids) if is_id(id)]
        found: list[Ticket] = []
        for start in range(0, len(good), PAGE):
            found += await self._read(good[start : start + PAGE])
        return tuple(found)

    async def get(self, id: str) -> Conversation:
        return await self._conversation(id)

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        deadline = self._client.deadline(timeout)
        match act.kind:
            case Kind.FOLLOW_UP:
                old = (await self._api.get(id, deadline)).ticket
                wanted = follow_up_of(old, act.text)
                return self._of_thread(await self._api.thread("CreateTicket", wanted, deadline))
            case Kind.PRIVATE:
                return await self._note(id, act.text, deadline)
            case Kind.INTERNAL | Kind.ASSIGN if act.status is None:
                before = await self._api.get(id, deadline)
                return await self._beside(before, change_of(act), deadline)
            case Kind.ACTION:
                thread = await self._actions.perform(id, act, deadline)
                return await self._read_back(self._conversation(id, thread, deadline))
        return await self._update(id, change_of(act), deadline)

    async def settled(self, id: str, act: Act, since: float) -> bool | None:
        return await self._actions.settled(id, act, since)

    async def pinned(self, id: str, act: Act) -> Mapping[str, str]:
        return await self._refunds.pinned(id, act) if act.action == REFUND.name else act.fields

    async def preview(self, id: str, act: Act) -> str:
        return await self._refunds.preview(id, act) if act.action == REFUND.name else ""

    async def order(self, ticket: Ticket) -> Order | None:
        return await self._orders.order(ticket)

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        for ticket in await self.read([id]):
            if is_id(ticket.order):  # orders and buybacks use the same numbers
                of_order = {ORDER_KEYS[ticket.type]: {"any_of": [ticket.order]}}
                listing = await self._list(of_order, search.NEWEST_FIRST)
                return tuple(t for t in self._tickets(listing.tickets) if t.follows == id)
        return ()

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        if query.id:
            return await self.read([query.id])
        pages = [
            await self._list(wanted, search.order(query), {"limit": PAGE if query.sort else FOUND})
            for wanted in search.filters(query)
        ]
        found = self._tickets(row for page in pages for row in page.tickets)
        return search.ranked(found, query)[:FOUND]

    async def _probe(self) -> str:
        await self._api.call("ListTickets", {"pagination": {"limit": 1}}, Listing)
        return "refurbed answers"

    async def _update(self, id: str, change: Body, deadline: float) -> Conversation:
        body = {"ticket_id": id, **change}
        return self._of_thread(await self._api.thread("UpdateTicket", body, deadline))

    async def _note(self, id: str, text: str, deadline: float) -> Conversation:
        """Append to the notes, which are one text; of two writers at once, one is overwritten."""
        thread = await self._api.get(id, deadline)
        notes = "\n".join(thread.ticket.notes.splitlines())
        if f"\n{text}\n" in f"\n{notes}\n":
            return self._of_thread(thread)
        change = {"notes": f"{notes}\n{text}".lstrip("\n")}
        return await self._beside(thread, change, deadline)

    async def _beside(self, before: Thread, change: Body, deadline: float) -> Conversation:
        """Change what the customer does not see, and leave the status as it was in `before`.

        refurbed documents that an update without a status sets PENDING, so the status is repeated;
        OPEN cannot be submitted, and whether it stays is refurbed's to say: the answer shows it.
        A customer who reopened a solved ticket meanwhile is not solved away: that becomes PENDING,
        the nearest to OPEN that can be set.
        """
        id, status = before.ticket.id, before.ticket.status
        kept = {"status": status} if status in SUBMITTABLE.values() else {}
        after = await self._api.thread(
            "UpdateTicket", {"ticket_id": id, **change, **kept}, deadline
        )
        if kept == SOLVED and wrote_since(before, after):
            active = self._update(id, PENDING, deadline)
            return await self._read_back(active) or self._of_thread(after)
        return self._of_thread(after)

    async def _conversation(
        self, id: str, thread: Thread | None = None, deadline: float | None = None
    ) -> Conversation:
        """The ticket, read unless `thread` has it, with the messages of its help requests."""
        thread = thread or await self._api.get(id, deadline)
        told = self._of_thread(thread)
        return await self._help.beside(told, deadline) if thread.ticket.has_help_requests else told

    def _of_thread(self, thread: Thread) -> Conversation:
        return thread.conversation(self._account, self._url(thread.ticket.id))

    async def _read(self, ids: Sequence[str]) -> list[Ticket]:
        """At most a page. One that is not listed counts as gone only if it is not to be had alone:
        an empty answer looks like a list of none.
        """
        listing = await self._list({"ticket_id": {"any_of": list(ids)}}, OLDEST_FIRST)
        rows = {row.id: row for row in self._with_id(listing.tickets)}
        if not rows.keys() <= {str(int(id)) for id in ids}:
            raise other_ticket("refurbed", write=False)
        absent = [id for id in ids if str(int(id)) not in rows]
        alone = await existing(absent, self._api.get)
        return [self._ticket(row) for row in (*rows.values(), *(one.ticket for one in alone))]

    async def _list(self, wanted: Body, sort: Body, pagination: Body | None = None) -> Listing:
        body = {"pagination": pagination or {"limit": PAGE}, "sort": sort, "filter": wanted}
        return await self._api.call("ListTickets", body, Listing)


def _behind(listing: Listing, cursor: str) -> str:
    """The cursor behind a page; '' at the end."""
    if not listing.has_more:
        return ""
    # A malformed id cannot serve as a cursor; the rows after the last good one come again.
    usable = [row.id for row in listing.tickets if is_id(row.id)]
    if not usable or usable[-1] == cursor:
        raise unreadable("refurbed sent a page of tickets that leads nowhere", write=False)
    return usable[-1]


# Where refurbed keeps attachments is published nowhere: `[files] hosts` takes others.
FACTORY = Factory(
    Refurbed,
    CAPABILITIES,
    BASE_URL,
    headers,
    RefurbedSettings,
    file_hosts=("refurbed.com", "*.refurbed.com"),
)
