"""SellApp as a Provider, v2 or v1.

A list cannot be filtered and its order is not documented, so `/search` is tried, again an hour
after it failed, and a walk over all tickets is the fallback. A reply is not idempotent and made
once; a change of status has an idempotency key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from slackbridge.domain.errors import Failure, Later, Rejected
from slackbridge.domain.model import Act, Conversation, Kind, Message, Query, Ticket
from slackbridge.domain.order import Order
from slackbridge.domain.page import Page
from slackbridge.providers.base import FOUND, BaseProvider, Row, existing, unsupported
from slackbridge.providers.factory import Factory
from slackbridge.providers.http import HttpClient
from slackbridge.providers.lenient import EPOCH
from slackbridge.providers.numbered import NumberedWalk
from slackbridge.providers.sellapp import goods, wire
from slackbridge.providers.sellapp.actions import ARCHIVE, CAPABILITIES, V1, change_of
from slackbridge.providers.sellapp.api import ID, Api, Body, headers
from slackbridge.providers.sellapp.order_wire import OrderRow, Refund
from slackbridge.providers.sellapp.orders import Orders
from slackbridge.providers.sellapp.paging import Listed
from slackbridge.providers.sellapp.search import body_of, matches, newest, possible
from slackbridge.providers.sellapp.settings import BASE_URL, SellAppSettings
from slackbridge.providers.sellapp.trial import SearchTrial
from slackbridge.providers.sellapp.webhook import Webhook
from slackbridge.providers.sellapp.wire import TicketRow

LATE = timedelta(seconds=5)  # a message and its ticket are written one after the other
SEARCH, LIST = "search", "list"
SEARCHED = 3  # pages of matches; a store of many is walked instead
# "Not closed" rather than "open": an unknown status needs an agent.
ACTIVE = {"field": "status", "operator": "!=", "value": "CLOSED"}
OLDEST_FIRST = {"filters": [ACTIVE], "sort": [{"field": "created_at", "direction": "asc"}]}
NEWEST_FIRST = {"sort": [{"field": "created_at", "direction": "desc"}]}
EVERY_CHANGED_LAST = {"sort": [{"field": "updated_at", "direction": "desc"}]}
CHANGED_LAST = {"filters": [ACTIVE], **EVERY_CHANGED_LAST}
log = structlog.get_logger(__name__)


class SellApp(BaseProvider):
    """One SellApp store. Every method may raise the four failures, and nothing else.

    Making one raises ValueError, naming the remedy. A listed ticket's status may be "needs agent"
    although the store wrote last: only `get`, which sees the messages, knows.
    """

    title = "SellApp"

    def __init__(self, account: str, settings: SellAppSettings, client: HttpClient) -> None:
        super().__init__(account, settings, client)
        self.capabilities = CAPABILITIES if settings.api_version == "v2" else V1
        self._store = settings.store
        self._api = Api(settings, client)
        self._orders = Orders(account, self._api)
        self._goods = goods.NAMES & {action.name for action in self.capabilities.actions}
        self._webhook = Webhook(settings.webhook_secret.get_secret_value(), settings.webhook_header)
        self._search = SearchTrial(client.clock)
        self._stamps = True  # whether a new message moves `updated_at`, as far as is known

    async def list_active(self, cursor: str) -> Page:
        """Pages are numbered, and their order is SellApp's own: so a walk goes on and back again
        (see `NumberedWalk`), two calls a page. Closed tickets are among those of the list.
        """
        if not cursor and self._search.due:
            await self._learn()
        mode, _, place = cursor.partition(":")
        try:
            return await self._page(NumberedWalk.of(place if mode == self._mode else ""))
        except Later:
            self._search.forget_failure()
            raise

    async def list_recent(self) -> Page:
        """Of any status, so that what a customer writes on a closed ticket costs no call more."""
        found = await self._api.search(EVERY_CHANGED_LAST, 1)
        return Page.of(self._tickets(found.rows)) if found else await self._page(NumberedWalk())

    async def list_ended(self, since: float, cursor: str) -> Page:
        """The tickets that changed last: one call for each hundred that changed after `since`.

        Needed for what changed while nobody polled, and where messages do not move `updated_at`:
        the closing does. Without the search it costs no call, as the list shows closed tickets too.
        """
        number = int(cursor or 1)
        if not self._search.works or not (
            found := await self._api.search(EVERY_CHANGED_LAST, number)
        ):
            return Page(())
        tickets = self._tickets(found.rows)
        oldest = min((one.updated_at.timestamp() for one in tickets), default=0.0)
        more = oldest > since and found.leads_on()
        return Page.of(tickets, str(number + 1) if more else "")

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        return self._tickets(await existing(ids, self._api.ticket))

    async def get(self, id: str, deadline: float | None = None) -> Conversation:
        row = await self._api.ticket(id, deadline)  # first: a later message changes its revision
        messages = wire.messages(await self._api.messages(id, deadline), row.created)
        if messages and row.updated_at and messages[-1].at > row.updated_at + LATE:
            self._stamps = False  # so only a walk finds what is new
            self._capable()
        return wire.conversation(self._ticket(row), messages)

    async def message(self, id: str, message: str) -> Message:
        """One message of a ticket. Raises Rejected if there is none."""
        row = await self._api.message(id, message)
        return row.read(row.id, EPOCH)

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        deadline = self._client.deadline(timeout)
        if act.kind is Kind.REPLY and act.status is None:
            await self._api.reply(id, act.text, deadline)
        elif act.kind is Kind.ACTION and act.action in self._goods:
            _, order = await self._bought(id, deadline)
            await self._orders.make(id, act, goods.call_of(act, order), deadline)
        else:
            await self._change(id, change_of(act, self.capabilities), deadline)
        return await self._read_back(self.get(id, deadline))

    async def settled(self, id: str, act: Act, since: float) -> bool | None:
        """A ticket shows whether it is archived, but not since when; a refund may have a time. Of a
        replacement and a delivery nothing tells.
        """
        if act.action == ARCHIVE.name:
            return (await self._api.ticket(id)).archived
        if act.action != goods.REFUND.name:
            return None
        _, order = await self._bought(id)
        refunds, whole = await self._orders.refunds(order.id)
        theirs = since + (self._client.skew or 0.0)
        return goods.refunded(act, order, refunds, whole, theirs)

    async def pinned(self, id: str, act: Act) -> Mapping[str, str]:
        """The order, the way, and of a whole refund the sum, if it is known."""
        _, order, refunds = await self._shown(id, act)
        return goods.pins_of(act, order, refunds)

    async def preview(self, id: str, act: Act) -> str:
        row, order, refunds = await self._shown(id, act)
        return goods.preview_of(act, order, refunds, row.customer.email)

    async def _shown(
        self, id: str, act: Act
    ) -> tuple[TicketRow, OrderRow, Sequence[Refund] | None]:
        """What the second step of an act is about."""
        if act.action not in self._goods:
            raise unsupported(self.title, self.capabilities, act)
        row, order = await self._bought(id)
        refunds = await self._refunds(order.id) if act.action == goods.REFUND.name else None
        return row, order, refunds

    async def order(self, ticket: Ticket) -> Order | None:
        """Read in v2 whichever version the tickets have: v1 has no orders."""
        if not ticket.order:
            return None
        return (await self._orders.order(ticket.order)).facts(ticket)

    async def _bought(self, id: str, deadline: float | None = None) -> tuple[TicketRow, OrderRow]:
        """A ticket and its order. Raises Rejected if it is about none."""
        row = await self._api.ticket(id, deadline)
        if not row.order:
            raise Rejected("this ticket names no order")
        return row, await self._orders.order(row.order, deadline)

    async def _refunds(self, order: str) -> Sequence[Refund] | None:
        """All refunds of an order; None if they cannot be told, which hinders no refund."""
        try:
            found, whole = await self._orders.refunds(order)
        except Failure as failure:
            log.info("refunds.not_read", account=self._account, why=failure.loggable)
            return None
        return found if whole else None

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        """By SellApp's own search; where that finds too little, among all tickets."""
        if query.id:
            return await self.read([query.id])
        if not possible(query):
            return ()
        found, all_of_them = await self._matches(query)
        if len(found) < FOUND and not (found and all_of_them):
            every = self._with_id(await self._api.all_tickets())
            found = {row.id: row for row in every if matches(row, query)}
        return tuple(map(self._ticket, newest(found.values(), query)[:FOUND]))

    async def _matches(self, query: Query) -> tuple[dict[str, TicketRow], bool]:
        """What SellApp's own search finds, and whether that is all of it."""
        rows: dict[str, TicketRow] = {}
        for page in range(1, SEARCHED + 1):
            if (found := await self._api.search(body_of(query), page)) is None:
                return rows, False
            rows |= {row.id: row for row in self._with_id(found.rows) if matches(row, query)}
            if not (more := found.leads_on()) or len(rows) >= FOUND:
                return rows, not more
        return rows, False

    def hint(self, headers: Mapping[str, str], body: bytes, now: float) -> str:
        """The ticket in which a customer wrote. Raises Unauthorized for a forged webhook."""
        id = self._webhook.ticket(headers, body, now)
        return id if ID.fullmatch(id) else ""

    async def identity(self) -> tuple[str, ...]:
        """The store's number, which every ticket carries (`store_id` in the schema of SellApp's v2
        SDK); () while there is no ticket. A key may open several stores, so it is not asked for
        the list of them, which needs an ability more.
        """
        rows = self._with_id((await self._api.tickets(1, limit=1)).rows)
        return tuple({row.store_id for row in rows if row.store_id})

    def _ticket(self, row: Row) -> Ticket:
        """Where the account names no store, the card does: a key may open several."""
        told = super()._ticket(row)
        store = row.store_id if isinstance(row, TicketRow) and not self._store else ""
        return replace(told, extra=(*told.extra, ("store", store))) if store else told

    async def _probe(self) -> str:
        await self._api.tickets(1, limit=1)
        return "SellApp answers"

    async def _learn(self) -> None:
        """Test whether /search filters by status and sorts by `updated_at`.

        An answer without tickets proves nothing: the next walk tests it again. So does the next
        one an hour after a failure.
        """
        found = await self._api.search(CHANGED_LAST, 1)
        rows = self._with_id(found.rows if found else ())
        times = [row.updated_at or row.created for row in rows]
        honest = times == sorted(times, reverse=True) and not any(row.closed for row in rows)
        if found is None or rows:
            self._choose(found is not None and honest)

    def _choose(self, searches: bool) -> None:
        if self._search.note(searches):
            self._capable()
            log.info("list.mode_chosen", account=self._account, by=self._mode)

    @property
    def _mode(self) -> str:
        return SEARCH if self._search.works else LIST

    async def _page(self, walk: NumberedWalk) -> Page:
        listed = await self._listed(walk.page)
        if listed is None:  # the search fails: begin again without it
            walk = NumberedWalk()
            listed = await self._api.tickets(walk.page)
            self._choose(False)
        ids = [row.id for row in listed.rows]
        more = listed.goes_on(walk.size) and not walk.repeats(ids)
        place = walk.after(ids, more)
        return Page.of(self._tickets(listed.rows), f"{self._mode}:{place}" if place else "")

    async def _listed(self, page: int) -> Listed[TicketRow] | None:
        if self._search.works:
            return await self._api.search(OLDEST_FIRST, page)
        return await self._api.tickets(page)

    def _capable(self) -> None:
        recent = self._search.works and self._stamps
        self.capabilities = replace(self.capabilities, recent_first=recent)

    async def _change(self, id: str, wanted: Body, deadline: float) -> None:
        """Change the ticket, unless it is so already. The key is of the old state and the new."""
        row = await self._api.ticket(id, deadline)
        if not row.is_already(wanted):
            facts = f"{self._account}|{id}|{sorted(wanted.items())}|{row.updated_at}"
            key = hashlib.sha256(facts.encode()).hexdigest()[:32] if row.updated_at else ""
            await self._api.change(id, wanted, key, deadline)


FACTORY = Factory(SellApp, CAPABILITIES, BASE_URL, headers, SellAppSettings)
