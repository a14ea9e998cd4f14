"""Reading one ClickBank account: tickets, pages of them, counts, and amounts of refunds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from slackbridge.domain.days import Days
from slackbridge.domain.errors import Code, Rejected, Unauthorized, other_ticket
from slackbridge.providers.answer import Answer
from slackbridge.providers.clickbank.amounts import Amounts, amounts_in
from slackbridge.providers.clickbank.api import Api, check_id
from slackbridge.providers.clickbank.orders import Sale, sale_of, sales_in
from slackbridge.providers.clickbank.schema import nicknames_in, reads_only, unpublished
from slackbridge.providers.clickbank.wire import (
    PACIFIC,
    Comment,
    Row,
    TicketRow,
    plain,
    tickets_in,
)
from slackbridge.providers.lenient import same_id

SHORTEST_RECEIPT = 4
PARTIAL = 206  # there are more pages
LISTED = (200, 204, PARTIAL)  # with no body at all, a list of none; a 202 is nobody's list
DAY = timedelta(days=1)
LONGEST_RANGE = timedelta(days=6)  # seven days with both its ends
LONGEST_SEARCH = timedelta(days=56)
SCHEMAS: Mapping[str, tuple[type[Row], ...]] = {
    "tickets/schema": (TicketRow, Comment),
    "tickets/partialRefundDataSchema": (Amounts,),
}
Rows = list[TicketRow]


class Reader:
    """Every method may raise the four failures."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._tomorrow = True  # whether a range of days may end in the future
        self._told: date | None = None  # up to which day changes are known

    async def ticket(self, id: str, deadline: float | None = None) -> TicketRow:
        """One ticket. Raises Rejected with the code NOT_FOUND if there is none."""
        check_id(id)
        return one(await self._api.read(f"tickets/{id}", deadline=deadline), id, write=False)

    async def page(
        self, params: Mapping[str, str], number: int, *, spare: bool = True
    ) -> tuple[Rows, bool]:
        """The rows of a page, counted from 1, and whether there are more pages."""
        answer = await self._api.read("tickets/list", params, page=number, spare=spare)
        return _rows(answer, write=False), answer.status == PARTIAL

    async def pages(self, params: Mapping[str, str], most: int, *, spare: bool = True) -> Rows:
        """The rows of the first pages."""
        found: Rows = []
        for number in range(1, most + 1):
            rows, more = await self.page(params, number, spare=spare)
            found += rows
            if not more:
                break
        return found

    async def changed(self, most: int) -> Rows:
        """What changed since the day before the last call of this, of any status.

        At most `most` pages for each week; a ticket may come twice, the newer one later.
        """
        try:
            return await self._changed(most)
        except Rejected as failure:
            if failure.code != Code.MALFORMED or not self._tomorrow:
                raise
        self._tomorrow = False
        return await self._changed(most)

    def closing(self, since: float) -> list[dict[str, str]]:
        """The days from `since` (Unix seconds) on, as ranges of the day of closing.

        They end with ClickBank's own today: what closes later, `changed` finds.
        """
        first = datetime.fromtimestamp(since, UTC).date() - DAY
        return [*ranges(first, self._now().astimezone(PACIFIC).date(), "closeDate")]

    async def of_receipt(self, receipt: str, most: int, *, spare: bool = False) -> Rows:
        """The tickets of an order, and of all payments of its subscription.

        Raises Rejected for what ClickBank cannot look up.
        """
        check_receipt(receipt)
        return await self.pages({"receipt": receipt}, most, spare=spare)

    async def count(self, params: Mapping[str, str]) -> int:
        """How many tickets there are of a status, a type and a receipt, as far as given."""
        answer = await self._api.read("tickets/count", params, spare=True)
        text = str(counted(answer.json(write=False)))
        if not (text.isascii() and text.isdigit()):
            raise answer.nonsense(write=False)
        return int(text)

    async def nicknames(self) -> set[str]:
        """The accounts that the key may read; none if it may not ask, or they are not named."""
        try:
            answer = await self._api.read("quickstats/accounts", patient=False)
            return nicknames_in(answer.json(write=False))
        except Unauthorized:
            raise
        except Rejected:
            return set()

    async def unpublished(self) -> tuple[str, ...]:
        """The fields read here that ClickBank's own schemas no longer name."""
        found: list[str] = []
        for path, rows in SCHEMAS.items():
            answer = await self._api.read(path, patient=False, accept="application/xml")
            found += unpublished(answer.body.decode("utf-8", "replace"), rows)
        return tuple(found)

    async def reads_only(self) -> bool:
        """Whether the key lacks the role for writing, as far as ClickBank tells."""
        answer = await self._api.read("debug", patient=False)
        return reads_only(answer.body.decode("utf-8", "replace"))

    async def amounts(self, receipt: str, params: Mapping[str, str]) -> str:
        """What a refund would come to, in words."""
        path = f"tickets/refundAmounts/{quote(receipt, safe='')}"
        answer = await self._api.read(path, params)
        found = answer.read(amounts_in, write=False)
        return str(found) or "an amount that ClickBank does not name"

    async def sale(self, receipt: str, item: str, *, spare: bool = False) -> Sale | None:
        """What was bought; None if ClickBank shows no sale of this receipt."""
        params = {"sku": item} if item else {}
        path = f"orders2/{quote(receipt, safe='')}"
        answer = await self._api.read(path, params, spare=spare)
        return sale_of(answer.read(sales_in, write=False), receipt, item)

    async def of_days(self, name: str, days: Days, params: Mapping[str, str], most: int) -> Rows:
        """Tickets by the days of a date, `most` pages a week; a ticket may come twice.

        `name` is `create` or `close`. Raises Rejected for a range that ClickBank cannot be asked.
        """
        first, last = week_by_week(days, self._days()[1])
        found: Rows = []
        for part in ranges(first, last, f"{name}Date"):
            found += await self.pages({**params, **part}, most)
        return found

    async def _changed(self, most: int) -> Rows:
        today, end = self._days()
        found: Rows = []
        for days in ranges(min(self._told or today, today) - DAY, end):
            found += await self.pages(days, most)
        self._told = today
        return found

    def _now(self) -> datetime:
        """By ClickBank's clock, in UTC."""
        client = self._api.client
        return datetime.fromtimestamp(client.clock() + (client.skew or 0.0), UTC)

    def _days(self) -> tuple[date, date]:
        """Today, and the last day to ask for: tomorrow, or ClickBank's own today if it refuses
        future days.
        """
        now = self._now()
        today = now.date() if self._tomorrow else now.astimezone(PACIFIC).date()
        return today, today + DAY if self._tomorrow else today


def check_receipt(receipt: str) -> None:
    """Raises Rejected for a receipt that ClickBank cannot search for."""
    if len(receipt.replace("%", "")) < SHORTEST_RECEIPT or receipt.startswith("%"):
        raise Rejected(
            f"ClickBank searches for a receipt by its first {SHORTEST_RECEIPT} characters or more; "
            "% stands for any others, but not at the beginning",
            code=Code.INVALID,
        )


def week_by_week(days: Days, end: date) -> tuple[date, date]:
    """The first and last day to ask for. Raises Rejected for too many, each week is a call."""
    last = min(days.last or end, end)
    if days.first is None or last - days.first >= LONGEST_SEARCH:
        raise Rejected(
            f"ClickBank is asked week by week: say from which day on, at most "
            f"{LONGEST_SEARCH.days} days in all",
            code=Code.INVALID,
        )
    return min(days.first, last), last


def counted(data: object) -> object:
    """The figure of a count, which may come inside an object of one key."""
    if isinstance(data, dict) and len(data) == 1:
        (data,) = data.values()
    return data


def ranges(first: date, last: date, name: str = "updateDate") -> Iterator[dict[str, str]]:
    """The days as ranges that ClickBank accepts; each begins on the last day of the one before."""
    while True:
        end = min(first + LONGEST_RANGE, last)
        yield {f"{name}From": first.isoformat(), f"{name}To": end.isoformat()}
        if end >= last:
            return
        first = end


def one(answer: Answer, id: str = "", *, write: bool) -> TicketRow:
    """The one ticket of an answer; `id` '' = whichever it is.

    Raises Unknown or Later if it shows none, or another than was asked for.
    """
    rows = [row for row in _rows(answer, write=write) if row.ticket_id]
    if id and rows and not any(same_id(row.ticket_id, id) for row in rows):
        raise other_ticket(answer.vendor, write=write)
    if len(rows) != 1:
        raise answer.nonsense(write=write)
    return rows[0]


def acknowledged(answer: Answer) -> None:
    """Goods that are back are acknowledged without a body; its page also names a ship notice.

    Raises Unknown for any other answer.
    """
    if answer.body.strip():
        answer.read(lambda data: True if _notice(data) else None, write=True)


def _notice(data: object) -> bool:
    keys = {*plain(data)} if isinstance(data, dict) else set()
    return bool(keys & {"shippingnoticedata", "receipt", "ticketid", "ticketdata"})


def same_receipt(told: str, asked: str) -> bool:
    """Whether a ticket may be of this receipt: by its name, or it names none."""
    return told.casefold() in ("", asked.casefold())


def _rows(answer: Answer, *, write: bool) -> Rows:
    """The tickets of an answer; a list of none may come with no body at all."""
    if answer.body.strip():
        return answer.read(tickets_in, write=write)
    if answer.status not in LISTED:
        raise answer.nonsense(write=write)
    return []
