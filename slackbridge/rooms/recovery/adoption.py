"""Binding an account to a new address of its store, once a human has seen what that means."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from slackbridge.domain.errors import Code, Later
from slackbridge.domain.model import Ticket, TicketKey
from slackbridge.domain.record import Change
from slackbridge.ports.provider import Provider
from slackbridge.ports.store import Store
from slackbridge.rooms.recovery.store_binding import StoreBinding, unbound
from slackbridge.rules import adoption, binding
from slackbridge.rules.adoption import OnRecord, Plan


class Adoption:
    """Of one account. No bridge may run meanwhile. `link` makes a link of channel and ts."""

    def __init__(
        self,
        store: Store,
        stores: StoreBinding,
        provider: Provider,
        link: Callable[[str, str], str],
    ) -> None:
        self._store = store
        self._stores = stores
        self._provider = provider
        self._link = link

    async def plan(self, account: str, keys: AsyncIterator[TicketKey]) -> Plan | None:
        """What would happen; None if the account is bound as it is configured, or not at all.

        Changes nothing. `keys` are those of all records of the account. Raises the failures.
        """
        bound = (await self._store.facts(account)).store
        if bound is None:
            return None
        now = await self._stores.identified(account, self._provider)
        if not bound.differs(now):
            return None
        records = [
            await self._on_record(key) for key in sorted({key async for key in keys}, key=str)
        ]
        if bound.provider != now.provider or bound.denies(now):
            return Plan(account, bound, now, records)
        return Plan(account, bound, now, records, await self._there(records))

    async def carry_out(self, plan: Plan) -> None:
        """Hold what waits, unless it is certainly the same store; then bind the account."""
        for one in plan.waiting if not plan.certain else ():
            swaps = tuple((intent, adoption.on_hold(intent)) for intent in one.waiting)
            if not await self._store.write(one.key, Change(swaps=swaps, due=self._store.now())):
                raise Later(f"{one.key} changed meanwhile; run this again", 0, code=Code.CONFLICT)
        await self._store.note(plan.account, {"store": binding.with_ids(None, plan.now)})

    async def _on_record(self, key: TicketKey) -> OnRecord:
        record = await self._store.load(key)
        stored = record.stored
        return OnRecord(
            key,
            self._link(stored.channel, stored.root) if stored.root else "",
            record.seen or stored.revision,
            record.seen is not None,
            tuple(one for one in record.intents if one.kind.sent and one.state.open),
        )

    async def _there(self, records: list[OnRecord]) -> dict[TicketKey, Ticket | None]:
        keys = [one.key for one in adoption.sample(records)]
        with unbound():
            found = {t.key: t for t in await self._provider.read([key.id for key in keys])}
        return {key: found.get(key) for key in keys}
