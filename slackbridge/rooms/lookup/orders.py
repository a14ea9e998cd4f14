"""Reads the order behind a ticket when an agent wants to see it, and keeps it for minutes.

Polls and cards never ask for one. What is kept is this process's own and bounded; a ticket's order
is read once at a time, however many ask.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping

import structlog

from slackbridge.domain.errors import Code, Failure, Later, Rejected, Unsupported
from slackbridge.domain.model import Ticket, TicketKey
from slackbridge.domain.order import Order
from slackbridge.ports.capabilities import Orders
from slackbridge.ports.front_desk import OrderAnswer
from slackbridge.ports.provider import Provider
from slackbridge.ports.signal import Spawn

log = structlog.get_logger(__name__)
KEEP_SECONDS = 180.0
KEEP_MOST = 200
NOT_SHOWN = "Orders of this account are not shown."
NO_TICKET = "The marketplace has no such ticket any more."
NO_ORDER = "There is no order behind this ticket."
NOT_NOW = "The order cannot be read now: {}. Try again in a moment."
SLOW = "The order cannot be read now: {} did not answer in {:g} s. Try again in a moment."
FAILED = "The order cannot be read: {}."
REFUSED = "The order cannot be read: {}. Without that, `order = false` of the account hides this."
BROKEN = "The order cannot be read: the marketplace's answer was not understood. The log has it."
Reading = asyncio.Future[OrderAnswer]


class OrderReader:
    """Implements `ports.front_desk.OrderLookup`.

    An answer may take `patience` seconds; a read that takes longer goes on and is kept. Where a
    credential may not read orders, it is asked again after `refused_seconds`. `now` is in Unix
    seconds.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        now: Callable[[], float],
        spawn: Spawn,
        patience: float,
        refused_seconds: float,
    ) -> None:
        self._providers = providers
        self._now = now
        self._spawn = spawn
        self._patience = patience
        self._refused_seconds = refused_seconds
        self._kept: OrderedDict[TicketKey, OrderAnswer] = OrderedDict()
        self._refused: dict[str, OrderAnswer] = {}
        self._reading: dict[TicketKey, Reading] = {}

    def kept(self, key: TicketKey) -> OrderAnswer | None:
        if self._reader(key) is None:
            return OrderAnswer(why=NOT_SHOWN, usual=True)
        if found := self._fresh(self._kept.get(key), KEEP_SECONDS):
            return found
        return self._fresh(self._refused.get(key.account), self._refused_seconds)

    async def order(self, key: TicketKey, ticket: Ticket | None = None) -> OrderAnswer:
        if found := self.kept(key):
            return found
        reading = self._reading.get(key) or self._begin(key, ticket)
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(reading)
        except TimeoutError:
            return OrderAnswer(why=SLOW.format(key.account, self._patience))

    def _reader(self, key: TicketKey) -> Orders | None:
        provider = self._providers.get(key.account)
        if provider is None or not provider.capabilities.orders:
            return None
        return provider if isinstance(provider, Orders) else None

    def _fresh(self, answer: OrderAnswer | None, seconds: float) -> OrderAnswer | None:
        fresh = answer is not None and 0 <= self._now() - answer.read_at < seconds
        return answer if fresh else None

    def _begin(self, key: TicketKey, ticket: Ticket | None) -> Reading:
        reading: Reading = asyncio.get_running_loop().create_future()
        self._reading[key] = reading
        self._spawn(self._read(key, ticket, reading))
        return reading

    async def _read(self, key: TicketKey, ticket: Ticket | None, reading: Reading) -> None:
        try:
            reading.set_result(await self._answer(key, ticket))
        finally:
            del self._reading[key]
            reading.cancel()  # of those who wait, if this was; nothing to one that is done

    async def _answer(self, key: TicketKey, ticket: Ticket | None) -> OrderAnswer:
        """Read it, and keep what stays true for a while."""
        try:
            ticket = ticket or await self._ticket(key)
            found = await self._ask(key, ticket) if ticket else None
        except Failure as failure:
            return self._failed(key, failure)
        except Exception:
            log.exception("order.crashed", ticket=str(key))
            return OrderAnswer(why=BROKEN)
        why = "" if found else NO_ORDER if ticket else NO_TICKET
        return self._keep(key, OrderAnswer(found, why, self._now(), usual=True))

    async def _ticket(self, key: TicketKey) -> Ticket | None:
        found = await self._providers[key.account].read([key.id])
        return next((ticket for ticket in found if ticket.key == key), None)

    async def _ask(self, key: TicketKey, ticket: Ticket) -> Order | None:
        reader = self._reader(key)
        order = await reader.order(ticket) if reader else None
        return order if order and order.facts else None

    def _failed(self, key: TicketKey, failure: Failure) -> OrderAnswer:
        log.info("order.not_read", ticket=str(key), why=failure.code or failure.loggable)
        reason = failure.quoted.rstrip(".")
        if not _lasts(failure):
            passing = isinstance(failure, Later)
            return OrderAnswer(why=(NOT_NOW if passing else FAILED).format(reason))
        answer = OrderAnswer(why=REFUSED.format(reason), read_at=self._now(), usual=True)
        self._refused[key.account] = answer
        return answer

    def _keep(self, key: TicketKey, answer: OrderAnswer) -> OrderAnswer:
        self._kept[key] = answer
        self._kept.move_to_end(key)
        while len(self._kept) > KEEP_MOST:
            self._kept.popitem(last=False)
        return answer


def _lasts(failure: Failure) -> bool:
    """Whether it would be so for other tickets too, for a while."""
    barred = isinstance(failure, Rejected) and failure.code == Code.FORBIDDEN
    return barred or isinstance(failure, Unsupported)
