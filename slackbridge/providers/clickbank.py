"""ClickBank as a Provider: its Tickets API, REST 1.3.

Source: ClickBank's Tickets API 1.3 and the notes of open-source clients. Everything goes in the
query string, so the length of an address limits a reply. Nothing is idempotent, so no write is
repeated. `clickbank_line` has the calls, `clickbank_acts` the acts, `clickbank_wire` the shapes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import structlog

from slackbridge.errors import Failure, Rejected, unreadable
from slackbridge.model import Act, Conversation, Kind, Page, Query, Status, Ticket
from slackbridge.ports import Health
from slackbridge.providers import clickbank_acts as acts
from slackbridge.providers.account import Account
from slackbridge.providers.answer import Answer
from slackbridge.providers.clickbank_acts import MADE, TYPES, Call, named
from slackbridge.providers.clickbank_line import ABSENT, MALFORMED, SLOW_SECONDS, Line, Spend
from slackbridge.providers.clickbank_wire import (
    ACTIVE,
    PACIFIC,
    TicketRow,
    amounts_in,
    tickets_in,
)
from slackbridge.providers.http import HttpClient

BASE_URL = "https://api.clickbank.com/rest/1.3"
CAPABILITIES = acts.CAPABILITIES
LONGEST_ADDRESS = 2_000  # characters, percent-encoded, scheme and host included
LONGEST_ID = "9" * 12
FOUND = 20
MOST_PAGES = 250
RECENT_PAGES = 10
SEARCH_PAGES = 5  # of each status, where there is no filter for what is wanted
SHORTEST_RECEIPT = 4
PARTIAL = 206  # there are more pages
OPEN, REOPENED = "open", "reopened"
CLOCKS_DIFFER = 120.0  # seconds by which ClickBank's clock may be behind ours
DAY = timedelta(days=1)

Rows = list[TicketRow]
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
        self._tomorrow = True  # whether a range of days may end in the future

    async def list_active(self, cursor: str) -> Page:
        """Open, then reopened tickets. Pages have numbers only, so rows shift when tickets leave.

        Hence each walk goes on to the last page and back again: what has moved one page forward
        in the meantime is met on the way back.
        """
        status, number, way, before = (cursor or f"{OPEN}|1|on|").split("|")
        page = int(number)
        rows, more = await self._list({"status": status}, page)
        first = rows[0].ticket_id if rows else ""
        if way == "on" and more:
            if page >= MOST_PAGES or (first and first == before):
                raise unreadable("ClickBank sent pages of tickets that lead nowhere", write=False)
            return Page(self._tickets(rows), f"{status}|{page + 1}|on|{first}")
        if page > 1:
            return Page(self._tickets(rows), f"{status}|{page - 1}|back|")
        return Page(self._tickets(rows), f"{REOPENED}|1|on|" if status == OPEN else "")

    async def list_recent(self) -> Page:
        """Active tickets that changed since yesterday, newest first; the days are ClickBank's."""
        found: dict[str, TicketRow] = {}
        for page in range(1, RECENT_PAGES + 1):
            rows, more = await self._changed(page)
            found |= {row.ticket_id: row for row in rows if row.status.upper() in ACTIVE}
            if not more:
                break
        return Page(_newest(self._tickets(list(found.values()))))

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        found: list[Ticket] = []
        for id in filter(_is_id, dict.fromkeys(ids)):
            try:
                found.append((await self.get(id)).ticket)
            except Rejected as failure:
                if failure.code != ABSENT:
                    raise
        return tuple(found)

    async def get(self, id: str) -> Conversation:
        return self._conversation(await self._get(id))

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        deadline = self._client.deadline(timeout)
        call = await self._call(id, act, deadline)
        answer = await self._line.write(call.method, call.path, call.params, deadline)
        if answer.status == 204:
            return None
        row = _one(answer, write=True)
        # The answer to a refund is the new ticket, not the one that was acted on.
        return self._conversation(row) if row.ticket_id == id else None

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        """ClickBank has none."""
        return ()

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        if query.id:
            return await self.read([query.id.strip()])
        if query.order:
            return _newest(self._tickets(await self._of_receipt(query.order.strip())))[:FOUND]
        wanted = query.email.strip().casefold()
        found: dict[str, TicketRow] = {}
        for status in (OPEN, REOPENED):
            for row in await self._pages({"status": status}, SEARCH_PAGES):
                if wanted and wanted in (row.email.casefold(), row.email_at_order_time.casefold()):
                    found[row.ticket_id] = row
        return _newest(self._tickets(list(found.values())))[:FOUND]

    async def probe(self) -> Health:
        try:
            answer = await self._line.read("tickets/count", {"status": OPEN}, patient=False)
        except Failure as failure:
            return Health(False, failure.reason)
        date, usage = answer.date, self._line.usage()
        detail = f"ClickBank answers; {usage}" if usage else "ClickBank answers"
        return Health(True, detail, None if date is None else date - answer.at)

    async def close(self) -> None:
        await self._client.close()

    # -- Measures, Previews, Settles -----------------------------------------------------------

    def too_long(self, text: str) -> str:
        return self._excess(acts.call_of(LONGEST_ID, Act(Kind.REPLY, text)))

    async def preview(self, id: str, act: Act) -> str:
        row = await self._get(id)
        call = acts.call_of(id, act, row.receipt)
        self._check(call)
        match named(act):
            case "refund":
                return await self._refund_preview(row, call)
            case "cancel":
                full = await self._amounts(row.receipt, {**_sku(call), "refundType": "FULL"})
                return f"Receipt {row.receipt}: {acts.CANCELLING} That refund would be {full}."
            case "change" if call.params["type"] == "rfnd":
                full = await self._amounts(row.receipt, {"refundType": "FULL"})
                return f"Receipt {row.receipt} is refunded in full: {full}. {acts.REFUNDING}"
            case "returned":
                owed = await self._amounts(row.receipt, _owed(row))
                return f"The goods are acknowledged as back, and the refund completes: {owed}."
            case "close" if row.type == TYPES["rfnd"]:
                return "This withdraws the customer's refund request: they will get no money."
        return _explained(act)

    async def settled(self, id: str, act: Act, since: float) -> bool | None:
        """A new ticket is recognised by its receipt, type, time and source."""
        row = await self._get(id)
        match named(act):
            case "close":
                return row.neutral is Status.CLOSED
            case "reopen":
                return row.neutral is not Status.CLOSED
            case "change":
                return row.type == TYPES.get(act.fields.get("type", ""))
            case name if name in MADE:
                return await self._made(row, TYPES[MADE[name]], since - CLOCKS_DIFFER)
        return None

    # -- what they are made of -----------------------------------------------------------------

    async def _call(self, id: str, act: Act, deadline: float) -> Call:
        """The call to make, its address short enough. Raises Rejected, Unsupported."""
        if not _is_id(id):
            raise _no_such_ticket(id)
        receipt = ""
        if named(act) in MADE:
            receipt = (await self._get(id, deadline)).receipt
        call = acts.call_of(id, act, receipt)
        self._check(call)
        return call

    def _check(self, call: Call) -> None:
        if why := self._excess(call):
            raise Rejected(why, code="too-long")

    def _excess(self, call: Call) -> str:
        # A lone half of an emoji cannot be sent at all; it must not keep us from counting.
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

    async def _get(self, id: str, deadline: float | None = None) -> TicketRow:
        if not _is_id(id):
            raise _no_such_ticket(id)
        return _one(await self._line.read(f"tickets/{id}", deadline=deadline), write=False)

    async def _list(self, params: Mapping[str, str], page: int) -> tuple[Rows, bool]:
        """The rows of a page, and whether there are more pages."""
        answer = await self._line.read("tickets/list", params, page=page)
        return _rows(answer, write=False), answer.status == PARTIAL

    async def _pages(self, params: Mapping[str, str], most: int) -> Rows:
        found: Rows = []
        for page in range(1, most + 1):
            rows, more = await self._list(params, page)
            found += rows
            if not more:
                break
        return found

    async def _changed(self, page: int) -> tuple[Rows, bool]:
        try:
            return await self._list(self._days(), page)
        except Rejected as failure:
            if failure.code != MALFORMED or not self._tomorrow:
                raise
        self._tomorrow = False
        return await self._list(self._days(), page)

    def _days(self) -> dict[str, str]:
        """From yesterday to tomorrow, or to ClickBank's own today if it takes no future day."""
        now = datetime.fromtimestamp(self._client.clock(), UTC)
        today = now.date() if self._tomorrow else now.astimezone(PACIFIC).date()
        end = today + DAY if self._tomorrow else today
        return {
            "updateDateFrom": (today - DAY).isoformat(),
            "updateDateTo": end.isoformat(),
        }

    async def _of_receipt(self, receipt: str) -> Rows:
        if len(receipt.replace("%", "")) < SHORTEST_RECEIPT or receipt.startswith("%"):
            return []
        return await self._pages({"receipt": receipt}, SEARCH_PAGES)

    async def _amounts(self, receipt: str, params: Mapping[str, str]) -> str:
        path = f"tickets/refundAmounts/{quote(receipt, safe='')}"
        answer = await self._line.read(path, params)
        found = amounts_in(answer.json(write=False))
        if found is None:
            raise _nonsense(write=False)
        return str(found) or "an amount that ClickBank does not name"

    async def _refund_preview(self, row: TicketRow, call: Call) -> str:
        wanted = {k: call.params[k] for k in ("refundType", "refundAmount") if k in call.params}
        amounts = await self._amounts(row.receipt, {**_sku(call), **wanted})
        goes_on = call.params.get("retainSubscription") == "true"
        then = (
            "A subscription goes on, and bills the customer again." if goes_on else acts.REFUNDING
        )
        return f"Receipt {row.receipt}: the customer gets back {amounts}. {then}"

    async def _made(self, row: TicketRow, type: str, since: float) -> bool | None:
        """Whether the API has opened a ticket of this type; the customer may have done it, too."""
        new = [
            one
            for one in await self._of_receipt(row.receipt)
            if one.receipt.casefold() == row.receipt.casefold()
            and one.type == type
            and one.ticket_id != row.ticket_id
            and (one.opened_date is None or one.opened_date.timestamp() >= since)
        ]
        if any(one.source == "API" and one.opened_date for one in new):
            return True
        return None if new else False

    def _tickets(self, rows: Rows) -> tuple[Ticket, ...]:
        good = [row for row in rows if row.ticket_id]
        if lost := len(rows) - len(good):
            log.warning("clickbank.rows_without_id", account=self._account, rows=lost)
        return tuple(row.ticket(self._account, self._url(row.ticket_id)) for row in good)

    def _conversation(self, row: TicketRow) -> Conversation:
        return row.conversation(self._account, self._url(row.ticket_id))

    def _url(self, id: str) -> str:
        return self._ticket_url.replace("{id}", id)


def _newest(tickets: tuple[Ticket, ...]) -> tuple[Ticket, ...]:
    return tuple(sorted(tickets, key=lambda ticket: ticket.updated_at, reverse=True))


def _is_id(id: str) -> bool:
    return id.isascii() and id.isdigit() and len(id) <= len(LONGEST_ID)


def _no_such_ticket(id: str) -> Rejected:
    return Rejected(f"{id[:40]!r} is not the number of a ClickBank ticket", code=ABSENT)


def _rows(answer: Answer, *, write: bool) -> Rows:
    """The tickets of an answer; a list of none may come with no body at all."""
    data = answer.json(write=write) if answer.body.strip() else None
    rows = tickets_in(data)
    if rows is None:
        raise _nonsense(write=write)
    return rows


def _one(answer: Answer, *, write: bool) -> TicketRow:
    rows = [row for row in _rows(answer, write=write) if row.ticket_id]
    if len(rows) != 1:
        raise _nonsense(write=write)
    return rows[0]


def _nonsense(*, write: bool) -> Failure:
    return unreadable("ClickBank sent an answer that cannot be read", write=write)


def _sku(call: Call) -> dict[str, str]:
    return {"sku": call.params["sku"]} if "sku" in call.params else {}


def _owed(row: TicketRow) -> dict[str, str]:
    """What a refund ticket asks for, as `refundAmounts` wants it."""
    if row.refund_type.startswith("PARTIAL") and row.refund_amount:
        return {"refundType": row.refund_type, "refundAmount": row.refund_amount}
    return {"refundType": "FULL"}


def _explained(act: Act) -> str:
    found = [action.explains for action in acts.ACTIONS if action.name == named(act)]
    return found[0] if found else ""
