"""ClickBank as a Provider: its Tickets API, REST 1.3.

Source: ClickBank's Tickets API 1.3 and the notes of open-source clients. Everything goes in the
query string, so the length of an address limits a reply. Nothing is idempotent, so no write is
repeated. `clickbank_line` makes the calls, `clickbank_desk` reads, `clickbank_acts` knows the
acts, `clickbank_money` says what they do, `clickbank_wire` knows the shapes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

import httpx
import structlog

from slackbridge.errors import Failure, Rejected, unreadable
from slackbridge.model import Act, Conversation, Kind, Page, Query, Ticket
from slackbridge.ports import NOT_FOUND, Health
from slackbridge.providers import clickbank_acts as acts
from slackbridge.providers import clickbank_money as money
from slackbridge.providers.account import Account
from slackbridge.providers.clickbank_desk import LONGEST_ID, Desk, Rows, is_id, one
from slackbridge.providers.clickbank_line import SLOW_SECONDS, Line
from slackbridge.providers.clickbank_wire import TicketRow
from slackbridge.providers.http import HttpClient
from slackbridge.providers.pace import Spend

BASE_URL = "https://api.clickbank.com/rest/1.3"
CAPABILITIES = acts.CAPABILITIES
LONGEST_ADDRESS = 2_000  # characters, percent-encoded, scheme and host included
FOUND = 20
MOST_PAGES = 250
RECENT_PAGES = 10
SEARCH_PAGES = 5  # of each status, where there is no filter for what is wanted
OPEN, REOPENED = "open", "reopened"
FIGURES: Mapping[str, Mapping[str, str]] = {
    "open": {"status": OPEN},
    "reopened": {"status": REOPENED},
    "open refunds": {"status": OPEN, "type": "rfnd"},
    "open cancellations": {"status": OPEN, "type": "cncl"},
    "closed": {"status": "closed"},
}

log = structlog.get_logger(__name__)


def headers(token: str) -> dict[str, str]:
    """The credential: the key itself, without a scheme; a legacy pair is `DEV-...:API-...`."""
    return {"Authorization": token.strip()}


class ClickBank:
    """One ClickBank account. Every method may raise the four failures, and nothing else.

    `spend` counts a call and gives the day's sum over all processes; `slow_seconds` is how long
    to wait before a read that met a 403 is made once more.
    """

    capabilities = CAPABILITIES

    def __init__(
        self,
        account: str,
        settings: Account,
        client: HttpClient,
        *,
        spend: Spend | None = None,
        slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        self._account = account
        self._ticket_url = settings.ticket_url
        self._base = (settings.base_url or BASE_URL).rstrip("/")
        self._client = client
        self._line = Line(account, client, spend, slow_seconds)
        self._desk = Desk(self._line, client.clock)

    async def list_active(self, cursor: str) -> Page:
        """Open, then reopened tickets. Pages have numbers only, so rows shift when tickets leave.

        Hence each walk goes on to the last page and back again: what has moved one page forward
        in the meantime is met on the way back.
        """
        status, number, way, before = (cursor or f"{OPEN}|1|on|").split("|")
        page = int(number)
        rows, more = await self._desk.page({"status": status}, page)
        first = rows[0].ticket_id if rows else ""
        if way == "on" and more:
            if page >= MOST_PAGES or (first and first == before):
                raise unreadable("ClickBank sent pages of tickets that lead nowhere", write=False)
            return Page(self._tickets(rows), f"{status}|{page + 1}|on|{first}")
        if page > 1:
            return Page(self._tickets(rows), f"{status}|{page - 1}|back|")
        return Page(self._tickets(rows), f"{REOPENED}|1|on|" if status == OPEN else "")

    async def list_recent(self) -> Page:
        """Active tickets that changed since yesterday or the last look, newest first."""
        rows = await self._desk.changed(RECENT_PAGES)
        found = {row.ticket_id: row for row in rows}
        return Page(self._newest([row for row in found.values() if row.neutral.active]))

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        found: list[TicketRow] = []
        for id in filter(is_id, dict.fromkeys(ids)):
            try:
                found.append(await self._desk.ticket(id))
            except Rejected as failure:
                if failure.code != NOT_FOUND:
                    raise
        return self._tickets(found)

    async def get(self, id: str) -> Conversation:
        return self._conversation(await self._desk.ticket(id))

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        deadline = self._client.deadline(timeout)
        # A ticket is opened by its receipt.
        opens = acts.named(act) in acts.MADE
        receipt = (await self._desk.ticket(id, deadline)).receipt if opens else ""
        call = self._call(id, act, receipt)
        answer = await self._line.write(call.method, call.path, call.params, deadline)
        if answer.status == 204:
            return None
        row = one(answer, write=True)
        # The answer to a refund is the new ticket, not the one that was acted on.
        return self._conversation(row) if row.ticket_id == id else None

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        """ClickBank has none."""
        return ()

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        """By order; for anything else the first pages of active tickets are looked through."""
        if query.id:
            return await self.read([query.id.strip()])
        if query.country or query.urgency:
            return ()  # ClickBank's tickets tell nothing of these
        order = query.order.strip()
        rows = await self._desk.of_receipt(order, SEARCH_PAGES) if order else await self._active()
        about = {row.ticket_id: row for row in rows if row.is_about(query)}
        return self._newest(about.values())[:FOUND]

    async def probe(self) -> Health:
        try:
            await self._line.read("tickets/count", {"status": OPEN}, patient=False)
        except Failure as failure:
            return Health(False, failure.reason)
        schema = await self._schema()
        told = ("ClickBank answers", self._line.usage(), schema)
        return Health(True, "; ".join(filter(None, told)), self._line.skew)

    async def close(self) -> None:
        await self._client.close()

    # -- Counts, Measures, Previews, Settles, Warns --------------------------------------------

    async def stats(self) -> Mapping[str, str]:
        """How many tickets there are, by status and of those that money hangs on."""
        return {name: f"{await self._desk.count(params):,}" for name, params in FIGURES.items()}

    def warning(self) -> str:
        return self._line.usage() if self._line.nearly_used_up else ""

    def too_long(self, text: str) -> str:
        return self._excess(acts.call_of("9" * LONGEST_ID, Act(Kind.REPLY, text)))

    async def preview(self, id: str, act: Act) -> str:
        row = await self._desk.ticket(id)
        return await money.preview(self._desk, row, act, self._call(id, act, row.receipt))

    async def settled(self, id: str, act: Act, since: float) -> bool | None:
        row = await self._desk.ticket(id)
        theirs = datetime.fromtimestamp(since + (self._line.skew or 0.0), UTC)
        return await money.settled(self._desk, row, act, theirs)

    # ------------------------------------------------------------------------------------------

    async def _schema(self) -> str:
        """What ClickBank's own schema lacks of what is read here, in words; '' if it is whole."""
        try:
            gone = await self._desk.unpublished()
        except Failure as failure:
            log.info("clickbank.no_schema", account=self._account, why=failure.code)
            return ""
        return f"its schema no longer names: {', '.join(gone)}" if gone else ""

    def _call(self, id: str, act: Act, receipt: str) -> acts.Call:
        """The call that an act comes to, its address short enough. Raises Rejected, Unsupported."""
        if not is_id(id):
            raise Rejected(f"{id[:40]!r} is not the number of a ClickBank ticket", code=NOT_FOUND)
        call = acts.call_of(id, act, receipt)
        if why := self._excess(call):
            raise Rejected(why, code="too-long")
        return call

    def _excess(self, call: acts.Call) -> str:
        # Half an emoji cannot be sent at all; it must not keep us from counting.
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
            await self._desk.pages({"status": status}, SEARCH_PAGES) for status in (OPEN, REOPENED)
        ]
        return [row for rows in pages for row in rows]

    def _newest(self, rows: Collection[TicketRow]) -> tuple[Ticket, ...]:
        found = self._tickets(rows)
        return tuple(sorted(found, key=lambda ticket: ticket.updated_at, reverse=True))

    def _tickets(self, rows: Collection[TicketRow]) -> tuple[Ticket, ...]:
        good = [row for row in rows if row.ticket_id]
        if lost := sum(not row.ticket_id for row in rows):
            log.warning("clickbank.rows_without_id", account=self._account, rows=lost)
        return tuple(row.ticket(self._account, self._url(row.ticket_id)) for row in good)

    def _conversation(self, row: TicketRow) -> Conversation:
        return row.conversation(self._account, self._url(row.ticket_id))

    def _url(self, id: str) -> str:
        return self._ticket_url.replace("{id}", id)
