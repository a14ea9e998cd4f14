"""What is read of one ClickBank account: tickets, lists of them by page, and amounts of refunds.

It turns answers into rows and knows the limits of each call; it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from slackbridge.errors import Rejected
from slackbridge.ports import NOT_FOUND, Clock
from slackbridge.providers.answer import Answer
from slackbridge.providers.clickbank_line import MALFORMED, Line
from slackbridge.providers.clickbank_wire import (
    PACIFIC,
    TicketRow,
    amounts_in,
    tickets_in,
    unpublished,
)

LONGEST_ID = 12
SHORTEST_RECEIPT = 4
PARTIAL = 206  # there are more pages
DAY = timedelta(days=1)
LONGEST_RANGE = timedelta(days=6)  # seven days with both its ends

Rows = list[TicketRow]


class Desk:
    """Reads. Every method may raise the four failures."""

    def __init__(self, line: Line, clock: Clock) -> None:
        self._line = line
        self._clock = clock
        self._tomorrow = True  # whether a range of days may end in the future
        self._told: date | None = None  # the day up to which we know what changed

    async def ticket(self, id: str, deadline: float | None = None) -> TicketRow:
        """One ticket. Raises Rejected with the code NOT_FOUND if there is none."""
        if not is_id(id):
            raise Rejected(f"{id[:40]!r} is not the number of a ClickBank ticket", code=NOT_FOUND)
        return one(await self._line.read(f"tickets/{id}", deadline=deadline), write=False)

    async def page(self, params: Mapping[str, str], number: int) -> tuple[Rows, bool]:
        """The rows of a page, counted from 1, and whether there are more pages."""
        answer = await self._line.read("tickets/list", params, page=number)
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
        """What changed since the day before this was asked last, of any status.

        So many pages of every seven days; a ticket may be there twice, the newer one later.
        """
        try:
            return await self._changed(most)
        except Rejected as failure:
            if failure.code != MALFORMED or not self._tomorrow:
                raise
        self._tomorrow = False
        return await self._changed(most)

    async def of_receipt(self, receipt: str, most: int) -> Rows:
        """The tickets of an order, and of all payments of its subscription."""
        if len(receipt.replace("%", "")) < SHORTEST_RECEIPT or receipt.startswith("%"):
            return []
        return await self.pages({"receipt": receipt}, most)

    async def count(self, params: Mapping[str, str]) -> int:
        """How many tickets there are of a status and, if given, a type."""
        answer = await self._line.read("tickets/count", params)
        text = str(answer.json(write=False))
        if not (text.isascii() and text.isdigit()):
            raise answer.nonsense(write=False)
        return int(text)

    async def unpublished(self) -> tuple[str, ...]:
        """What we read of a ticket although ClickBank's own schema no longer names it."""
        answer = await self._line.read("tickets/schema", patient=False, accept="application/xml")
        return unpublished(answer.body.decode("utf-8", "replace"))

    async def amounts(self, receipt: str, params: Mapping[str, str]) -> str:
        """What a refund would come to, in words."""
        path = f"tickets/refundAmounts/{quote(receipt, safe='')}"
        answer = await self._line.read(path, params)
        found = amounts_in(answer.json(write=False))
        if found is None:
            raise answer.nonsense(write=False)
        return str(found) or "an amount that ClickBank does not name"

    async def _changed(self, most: int) -> Rows:
        """To tomorrow, or to ClickBank's own today if it takes no future day."""
        now = datetime.fromtimestamp(self._clock() + (self._line.skew or 0.0), UTC)
        today = now.date() if self._tomorrow else now.astimezone(PACIFIC).date()
        end = today + DAY if self._tomorrow else today
        found: Rows = []
        for days in ranges(min(self._told or today, today) - DAY, end):
            found += await self.pages(days, most)
        self._told = today
        return found


def ranges(first: date, last: date) -> Iterator[dict[str, str]]:
    """The days as ranges that ClickBank takes; each begins with the day the one before ends."""
    while True:
        end = min(first + LONGEST_RANGE, last)
        yield {"updateDateFrom": first.isoformat(), "updateDateTo": end.isoformat()}
        if end >= last:
            return
        first = end


def is_id(id: str) -> bool:
    return id.isascii() and id.isdigit() and len(id) <= LONGEST_ID


def one(answer: Answer, *, write: bool) -> TicketRow:
    """The one ticket of an answer. Raises Unknown or Later if it shows none."""
    rows = [row for row in _rows(answer, write=write) if row.ticket_id]
    if len(rows) != 1:
        raise answer.nonsense(write=write)
    return rows[0]


def _rows(answer: Answer, *, write: bool) -> Rows:
    """The tickets of an answer; a list of none may come with no body at all."""
    rows = tickets_in(answer.json(write=write) if answer.body.strip() else None)
    if rows is None:
        raise answer.nonsense(write=write)
    return rows
