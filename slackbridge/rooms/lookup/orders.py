"""Reads the order behind a ticket when an agent wants to see it, and keeps it for minutes.

Polls and cards never ask for one. What is kept is this process's own and bounded, and holds until
the ticket changes or something was done to it, such as a refund; a ticket's order is read once at a
time, however many ask.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

import structlog

from slackbridge.domain.errors import Code, Failure, Later, Rejected, Unsupported
from slackbridge.domain.model import Kind, Ticket, TicketKey
from slackbridge.domain.order import Order
from slackbridge.ports.capabilities import Orders
from slackbridge.ports.front_desk import OrderAnswer
from slackbridge.ports.provider import Provider
from slackbridge.ports.signal import Spawn
from slackbridge.ports.store import Store

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
    credential may not read orders, it is asked again after `refused_seconds`.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        store: Store,
        spawn: Spawn,
        patience: float,
        refused_seconds: float,
    ) -> None:
        self._providers = providers
        self._store = store
        self._spawn = spawn
        self._patience = patience
        self._refused_seconds = refused_seconds
        self._kept: OrderedDict[TicketKey, tuple[str, OrderAnswer]] = OrderedDict()
        self._refused: dict[str, OrderAnswer] = {}
        self._reading: dict[TicketKey, Reading] = {}

    async def kept(self, key: TicketKey) -> OrderAnswer | None:
        if self._reader(key) is None:
            return OrderAnswer(why=NOT_SHOWN, usual=True)
        before, answer = self._kept.get(key, ("", None))
        if self._fresh(answer, KEEP_SECONDS) and await self._doings(key) == before:
            return answer
        refused = self._refused.get(key.account)
        return refused if self._fresh(refused, self._refused_seconds) else None

    async def order(self, key: TicketKey, ticket: Ticket | None = None) -> OrderAnswer:
        if found := await self.kept(key):
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

    def _fresh(self, answer: OrderAnswer | None, seconds: float) -> bool:
        return answer is not None and 0 <= self._store.now() - answer.read_at < seconds

    async def _doings(self, key: TicketKey) -> str | None:
        """Differs once the order may: what is known of the ticket, and what was done to it.

        None = Redis does not tell.
        """
        try:
            record = await self._store.load(key)
        except Failure:
            return None
        acts = (f"{one.id} {one.state}" for one in record.intents if one.kind is Kind.ACTION)
        return "|".join((str(record.seen), record.stored.revision, *acts))

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
        before = await self._doings(key)
        try:
            ticket = ticket or await self._ticket(key)
            found = await self._ask(key, ticket) if ticket else None
        except Failure as failure:
            return self._failed(key, failure)
        except Exception:
            log.exception("order.crashed", ticket=str(key))
            return OrderAnswer(why=BROKEN)
        why = "" if found else NO_ORDER if ticket else NO_TICKET
        answer = OrderAnswer(found, why, self._store.now(), usual=True)
        if before is not None:
            self._keep(key, before, answer)
        return answer

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
        answer = OrderAnswer(why=REFUSED.format(reason), read_at=self._store.now(), usual=True)
        self._refused[key.account] = answer
        return answer

    def _keep(self, key: TicketKey, before: str, answer: OrderAnswer) -> None:
        self._kept[key] = (before, answer)
        self._kept.move_to_end(key)
        while len(self._kept) > KEEP_MOST:
            self._kept.popitem(last=False)


def _lasts(failure: Failure) -> bool:
    """Whether it would be so for other tickets too, for a while."""
    barred = isinstance(failure, Rejected) and failure.code == Code.FORBIDDEN
    return barred or isinstance(failure, Unsupported)
