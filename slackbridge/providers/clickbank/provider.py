"""ClickBank as a Provider: its Tickets API, REST 1.3.

Source: ClickBank's Tickets API 1.3 and the notes of open-source clients. Everything goes in the
query string, so the length of the URL limits a reply. Nothing is idempotent, so no write is
repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import httpx
import structlog

from slackbridge.domain.errors import Code, Failure, Rejected, other_ticket, unreadable
from slackbridge.domain.model import Act, Action, Conversation, Kind, Query, Ticket
from slackbridge.domain.order import Order
from slackbridge.domain.page import Page
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.base import FOUND, BaseProvider, existing
from slackbridge.providers.clickbank import forms, money
from slackbridge.providers.clickbank.actions import Bought, Call, call_of, of_form, opens
from slackbridge.providers.clickbank.api import (
    LONGEST_ID,
    RETURNED,
    SLOW_SECONDS,
    Api,
    check_id,
    headers,
)
from slackbridge.providers.clickbank.forms import CAPABILITIES, CREATE
from slackbridge.providers.clickbank.reading import Reader, acknowledged, one, same_receipt
from slackbridge.providers.clickbank.search import OPEN, REOPENED, search
from slackbridge.providers.clickbank.settings import BASE_URL, ClickBankSettings
from slackbridge.providers.clickbank.wire import TicketRow
from slackbridge.providers.factory import Factory
from slackbridge.providers.http import HttpClient
from slackbridge.providers.numbered import NumberedWalk
from slackbridge.providers.pacing import Spend

LONGEST_ADDRESS = 2_000  # characters, percent-encoded, scheme and host included
MOST_PAGES = 250
RECENT_PAGES = 10
FIGURES: Mapping[str, Mapping[str, str]] = {
    "open": {"status": OPEN},
    "reopened": {"status": REOPENED},
    "open refunds": {"status": OPEN, "type": "rfnd"},
    "open cancellations": {"status": OPEN, "type": "cncl"},
    "closed": {"status": "closed"},
}
log = structlog.get_logger(__name__)


class ClickBank(BaseProvider):
    """One ClickBank account. Every method may raise the four failures, and nothing else.

    See `Api` for `spend` and `slow_seconds`.
    """

    title = "ClickBank"
    capabilities = CAPABILITIES

    def __init__(
        self,
        account: str,
        settings: AccountSettings,
        client: HttpClient,
        *,
        spend: Spend | None = None,
        slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        super().__init__(account, settings, client)
        self._base = (settings.base_url or BASE_URL).rstrip("/")
        self._api = Api(account, client, spend, slow_seconds)
        self._reader = Reader(self._api)

    async def list_active(self, cursor: str) -> Page:
        """Open, then reopened tickets. Pages are numbered, and their order is not documented: so
        a walk goes on and back again (see `NumberedWalk`), two calls a page.
        """
        status, _, place = (cursor or f"{OPEN}|").partition("|")
        walk = NumberedWalk.of(place)
        rows, more = await self._reader.page({"status": status}, walk.page)
        ids = [row.ticket_id for row in rows]
        if more and (walk.page >= MOST_PAGES or walk.repeats(ids)):
            raise unreadable("ClickBank sent pages of tickets that lead nowhere", write=False)
        if place := walk.after(ids, more):
            return Page(self._tickets(rows), f"{status}|{place}")
        return Page(self._tickets(rows), f"{REOPENED}|" if status == OPEN else "")

    async def list_recent(self) -> Page:
        """Tickets that changed since yesterday or the last call, newest first, ended ones too."""
        rows = await self._reader.changed(RECENT_PAGES)
        return Page.of(self._newest({row.ticket_id: row for row in rows}.values()))

    async def list_ended(self, since: float, cursor: str) -> Page:
        """By the day of closing, a week a call: two or three calls for two weeks of tickets.

        What customers write on them is in `list_recent`, which asks for changes of any status; this
        is for a time in which nobody polled, and for comments that do not move `updateTime`.
        """
        week, _, number = (cursor or "0|1").partition("|")
        days = self._reader.closing(since)
        rows, more = await self._reader.page(days[int(week)], int(number))
        if more and int(number) < MOST_PAGES:
            return Page.of(self._tickets(rows), f"{week}|{int(number) + 1}")
        last = int(week) + 1 >= len(days)
        return Page.of(self._tickets(rows), "" if last else f"{int(week) + 1}|1")

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        return self._tickets(await existing(ids, self._reader.ticket))

    async def get(self, id: str) -> Conversation:
        return self._conversation(await self._reader.ticket(id))

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        deadline = self._client.deadline(timeout)
        bought = await self._bought(id, act, deadline)
        call = self._call(id, act, bought)
        answer = await self._api.write(call.method, call.path, call.params, deadline)
        if call.path.endswith(RETURNED):
            acknowledged(answer)
            return None
        # The answer to a refund is the new ticket, not the one that was acted on.
        row = one(answer, "" if opens(act) else id, write=True)
        if opens(act) and not same_receipt(row.receipt, bought.receipt):
            raise other_ticket(self.title, write=True)
        return self._conversation(row)

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        """By receipt, status, type and days; for anything else, among the first pages."""
        if query.id:
            return await self.read([query.id.strip()])
        return self._tickets(await search(self._reader, query))[:FOUND]

    async def stats(self) -> Mapping[str, str]:
        """How many tickets there are, by status and of those that ask for money."""
        return {name: f"{await self._reader.count(params):,}" for name, params in FIGURES.items()}

    def warning(self) -> str:
        return self._api.budget.words() if self._api.budget.nearly_used_up else ""

    def stretch(self) -> float:
        return self._api.budget.stretch()

    def too_long(self, text: str) -> str:
        return self._excess(call_of("9" * LONGEST_ID, Act(Kind.REPLY, text)))

    def adapted(self, action: Action, ticket: Ticket | None, values: Mapping[str, str]) -> Action:
        return forms.adapted(action, ticket, values)

    async def preview(self, id: str, act: Act) -> str:
        row = await self._row(id, act)
        call = self._call(id, act, Bought(row.receipt, row.product_item_no))
        return await money.Previews(self._reader, row).words(act, call)

    async def order(self, ticket: Ticket) -> Order | None:
        """What was bought, and how many tickets the receipt has: two of the day's calls."""
        if not ticket.order:
            return None
        sale = await self._reader.sale(ticket.order, ticket.item, spare=True)
        tickets = await self._reader.count({"receipt": ticket.order}) if sale else None
        return sale.shown(tickets) if sale else None

    async def settled(self, id: str, act: Act, since: float) -> bool | None:
        row = await self._row(id, act)
        theirs = datetime.fromtimestamp(since + (self._client.skew or 0.0), UTC)
        return await money.settled(self._reader, row, act, theirs)

    async def identity(self) -> tuple[str, ...]:
        """The nicknames of the accounts that the key may read: `quickstats/accounts` of ClickBank's
        Quickstats API 1.3, which needs `api_order_read` as tickets do. What its JSON looks like is
        known from open-source clients, so every `nickName` in it counts.
        """
        return tuple(await self._reader.nicknames())

    async def _probe(self) -> str:
        await self._api.read("tickets/count", {"status": OPEN}, patient=False)
        told = (
            await self._schema(),
            await self._role(),
        )  # calls, too, so that the usage counts them
        return "; ".join(filter(None, ("ClickBank answers", self._api.budget.words(), *told)))

    async def _role(self) -> str:
        """What the key may not do, in words; '' if ClickBank does not tell."""
        try:
            reader = await self._reader.reads_only()
        except Failure as failure:
            log.info("role.unreadable", account=self._account, why=failure.code)
            return ""
        return "the key may only read: to answer, it needs the role api_order_write" * reader

    async def _row(self, id: str, act: Act) -> TicketRow:
        """The ticket of an act; for a new one, only what its form names."""
        if act.action == CREATE:
            return TicketRow(receipt=of_form(act).receipt)
        return await self._reader.ticket(id)

    async def _bought(self, id: str, act: Act, deadline: float) -> Bought:
        if act.action == CREATE:
            return of_form(act)
        if not opens(act):
            return Bought()
        row = await self._reader.ticket(id, deadline)
        return Bought(row.receipt, row.product_item_no)

    async def _schema(self) -> str:
        """Which fields ClickBank's schema lacks, in words; '' if none or it cannot be read."""
        try:
            gone = await self._reader.unpublished()
        except Failure as failure:
            log.info("schema.unreadable", account=self._account, why=failure.code)
            return ""
        return f"its schema no longer names: {', '.join(gone)}" if gone else ""

    def _call(self, id: str, act: Act, bought: Bought) -> Call:
        """The call of an act, its URL short enough. Raises Rejected, Unsupported."""
        if act.action != CREATE:
            check_id(id)
        call = call_of(id, act, bought)
        if why := self._excess(call):
            raise Rejected(why, code=Code.TOO_LONG)
        return call

    def _excess(self, call: Call) -> str:
        # A lone surrogate cannot be sent, but must not keep us from counting.
        params = {k: v.encode("utf-8", "replace").decode() for k, v in call.params.items()}
        # Not by httpx.URL, which refuses one of over 65,536 characters.
        length = len(f"{self._base}/{call.path}?{httpx.QueryParams(params)}")
        over = length - LONGEST_ADDRESS
        if over <= 0:
            return ""
        return (
            f"it makes ClickBank's address {length:,} characters long, {over:,} more than the "
            f"{LONGEST_ADDRESS:,} allowed; shorten it (a line break counts 3, an accented letter "
            "6, an emoji 12)"
        )

    def _newest(self, rows: Iterable[TicketRow]) -> tuple[Ticket, ...]:
        found = self._tickets(rows)
        return tuple(sorted(found, key=lambda ticket: ticket.updated_at, reverse=True))

    def _conversation(self, row: TicketRow) -> Conversation:
        return row.conversation(self._account, self._url(row.id))


FACTORY = Factory(ClickBank, CAPABILITIES, BASE_URL, headers, ClickBankSettings, counted=True)
