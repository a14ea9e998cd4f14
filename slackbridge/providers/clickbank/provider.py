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

from slackbridge.domain.errors import Code, Failure, Rejected, unreadable
from slackbridge.domain.model import Act, Conversation, Kind, Query, Ticket
from slackbridge.domain.page import Page
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.base import FOUND, BaseProvider, existing
from slackbridge.providers.clickbank import money
from slackbridge.providers.clickbank.actions import CAPABILITIES, MADE, Call, call_of
from slackbridge.providers.clickbank.api import LONGEST_ID, SLOW_SECONDS, Api, check_id, headers
from slackbridge.providers.clickbank.reading import Reader, Rows, one
from slackbridge.providers.clickbank.settings import BASE_URL, ClickBankSettings
from slackbridge.providers.clickbank.wire import TicketRow
from slackbridge.providers.factory import Factory
from slackbridge.providers.http import HttpClient
from slackbridge.providers.pacing import Spend

LONGEST_ADDRESS = 2_000  # characters, percent-encoded, scheme and host included
MOST_PAGES = 250
RECENT_PAGES = 10
SEARCH_PAGES = 5  # of each status, where there is no filter for what is wanted
OPEN, REOPENED = "open", "reopened"
SILENT = "/returned"  # the one call that is answered with 204
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
        """Open, then reopened tickets. Pages are numbered, so rows shift when tickets leave.

        Hence a walk goes to the last page and back again: what has moved one page forward in the
        meantime is found on the way back.
        """
        status, number, way, before = (cursor or f"{OPEN}|1|on|").split("|")
        page = int(number)
        rows, more = await self._reader.page({"status": status}, page)
        first = rows[0].ticket_id if rows else ""
        if way == "on" and more:
            if page >= MOST_PAGES or (first and first == before):
                raise unreadable("ClickBank sent pages of tickets that lead nowhere", write=False)
            return Page(self._tickets(rows), f"{status}|{page + 1}|on|{first}")
        if page > 1:
            return Page(self._tickets(rows), f"{status}|{page - 1}|back|")
        return Page(self._tickets(rows), f"{REOPENED}|1|on|" if status == OPEN else "")

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
        opens = act.action in MADE  # a ticket is opened for a receipt
        receipt = (await self._reader.ticket(id, deadline)).receipt if opens else ""
        call = self._call(id, act, receipt)
        answer = await self._api.write(call.method, call.path, call.params, deadline)
        if answer.status == 204 and call.path.endswith(SILENT):
            return None
        # The answer to a refund is the new ticket, not the one that was acted on.
        row = one(answer, "" if opens else id, write=True)
        return None if opens else self._conversation(row)

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        """By order; for anything else, among the first pages of active tickets."""
        if query.id:
            return await self.read([query.id.strip()])
        if query.country or query.urgency:
            return ()  # not part of ClickBank's tickets
        order = query.order.strip()
        rows = await self._reader.of_receipt(order, SEARCH_PAGES) if order else await self._active()
        about = {row.ticket_id: row for row in rows if row.is_about(query)}
        return self._newest(about.values())[:FOUND]

    async def stats(self) -> Mapping[str, str]:
        """How many tickets there are, by status and of those that ask for money."""
        return {name: f"{await self._reader.count(params):,}" for name, params in FIGURES.items()}

    def warning(self) -> str:
        return self._api.usage() if self._api.nearly_used_up else ""

    def too_long(self, text: str) -> str:
        return self._excess(call_of("9" * LONGEST_ID, Act(Kind.REPLY, text)))

    async def preview(self, id: str, act: Act) -> str:
        row = await self._reader.ticket(id)
        return await money.preview(self._reader, row, act, self._call(id, act, row.receipt))

    async def settled(self, id: str, act: Act, since: float) -> bool | None:
        row = await self._reader.ticket(id)
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
        schema = await self._schema()  # a call, too, so that the usage counts it
        return "; ".join(filter(None, ("ClickBank answers", self._api.usage(), schema)))

    async def _schema(self) -> str:
        """Which fields ClickBank's schema lacks, in words; '' if none or it cannot be read."""
        try:
            gone = await self._reader.unpublished()
        except Failure as failure:
            log.info("schema.unreadable", account=self._account, why=failure.code)
            return ""
        return f"its schema no longer names: {', '.join(gone)}" if gone else ""

    def _call(self, id: str, act: Act, receipt: str) -> Call:
        """The call of an act, its URL short enough. Raises Rejected, Unsupported."""
        check_id(id)
        call = call_of(id, act, receipt)
        if why := self._excess(call):
            raise Rejected(why, code=Code.TOO_LONG)
        return call

    def _excess(self, call: Call) -> str:
        # A lone surrogate cannot be sent, but must not keep us from counting.
        params = {k: v.encode("utf-8", "replace").decode() for k, v in call.params.items()}
        length = len(str(httpx.URL(f"{self._base}/{call.path}", params=params)))
        over = length - LONGEST_ADDRESS
        if over <= 0:
            return ""
        return (
            f"it makes ClickBank's address {length:,} characters long, {over:,} more than the "
            f"{LONGEST_ADDRESS:,} allowed; shorten it (a line break counts 3, an accented letter "
            "6, an emoji 12)"
        )

    async def _active(self) -> Rows:
        pages = [
            await self._reader.pages({"status": status}, SEARCH_PAGES)
            for status in (OPEN, REOPENED)
        ]
        return [row for rows in pages for row in rows]

    def _newest(self, rows: Iterable[TicketRow]) -> tuple[Ticket, ...]:
        found = self._tickets(rows)
        return tuple(sorted(found, key=lambda ticket: ticket.updated_at, reverse=True))

    def _conversation(self, row: TicketRow) -> Conversation:
        return row.conversation(self._account, self._url(row.id))


FACTORY = Factory(ClickBank, CAPABILITIES, BASE_URL, headers, ClickBankSettings, counted=True)
