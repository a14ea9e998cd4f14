"""Reading one ClickBank account: tickets, pages of them, counts, and amounts of refunds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from slackbridge.domain.errors import Code, Rejected, Unauthorized
from slackbridge.providers.answer import Answer
from slackbridge.providers.clickbank.api import Api, check_id
from slackbridge.providers.clickbank.wire import (
    PACIFIC,
    TicketRow,
    amounts_in,
    nicknames_in,
    tickets_in,
    unpublished,
)
from slackbridge.providers.lenient import same_id

SHORTEST_RECEIPT = 4
PARTIAL = 206  # there are more pages
DAY = timedelta(days=1)
LONGEST_RANGE = timedelta(days=6)  # seven days with both its ends
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

    async def page(self, params: Mapping[str, str], number: int) -> tuple[Rows, bool]:
        """The rows of a page, counted from 1, and whether there are more pages."""
        answer = await self._api.read("tickets/list", params, page=number)
        return _rows(answer, write=False), answer.status == PARTIAL

    async def pages(self, params: Mapping[str, str], most: int) -> Rows:
        """The rows of the first pages."""
        found: Rows = []
        for number in range(1, most + 1):
            rows, more = await self.page(params, number)
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

    async def of_receipt(self, receipt: str, most: int) -> Rows:
        """The tickets of an order, and of all payments of its subscription."""
        if len(receipt.replace("%", "")) < SHORTEST_RECEIPT or receipt.startswith("%"):
            return []
        return await self.pages({"receipt": receipt}, most)

    async def count(self, params: Mapping[str, str]) -> int:
        """How many tickets there are of a status and, if given, a type."""
        answer = await self._api.read("tickets/count", params)
        text = str(answer.json(write=False))
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
        """The fields read here that ClickBank's own schema no longer names."""
        answer = await self._api.read("tickets/schema", patient=False, accept="application/xml")
        return unpublished(answer.body.decode("utf-8", "replace"))

    async def amounts(self, receipt: str, params: Mapping[str, str]) -> str:
        """What a refund would come to, in words."""
        path = f"tickets/refundAmounts/{quote(receipt, safe='')}"
        answer = await self._api.read(path, params)
        found = answer.read(amounts_in, write=False)
        return str(found) or "an amount that ClickBank does not name"

    async def _changed(self, most: int) -> Rows:
        """Up to tomorrow, or to ClickBank's own today if it refuses future days."""
        today = self._now().date() if self._tomorrow else self._now().astimezone(PACIFIC).date()
        end = today + DAY if self._tomorrow else today
        found: Rows = []
        for days in ranges(min(self._told or today, today) - DAY, end):
            found += await self.pages(days, most)
        self._told = today
        return found

    def _now(self) -> datetime:
        """By ClickBank's clock, in UTC."""
        client = self._api.client
        return datetime.fromtimestamp(client.clock() + (client.skew or 0.0), UTC)


def ranges(first: date, last: date, of: str = "updateDate") -> Iterator[dict[str, str]]:
    """The days as ranges that ClickBank accepts; each begins on the last day of the one before."""
    while True:
        end = min(first + LONGEST_RANGE, last)
        yield {f"{of}From": first.isoformat(), f"{of}To": end.isoformat()}
        if end >= last:
            return
        first = end


def one(answer: Answer, id: str = "", *, write: bool) -> TicketRow:
    """The one ticket of an answer; `id` '' = whichever it is.

    Raises Unknown or Later if it shows none, or another than was asked for.
    """
    rows = [row for row in _rows(answer, write=write) if row.ticket_id]
    if len(rows) != 1 or (id and not same_id(rows[0].ticket_id, id)):
        raise answer.nonsense(write=write)
    return rows[0]


def _rows(answer: Answer, *, write: bool) -> Rows:
    """The tickets of an answer; a list of none may come with no body at all."""
    return answer.read(tickets_in, write=write) if answer.body.strip() else []
