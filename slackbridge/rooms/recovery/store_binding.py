"""Whether an account is still that of the store whose tickets Redis knows.

Meets one fault: an account keeps its name while its address or its token becomes another store's.
Tickets are numbered alike everywhere, so old threads would answer to other customers. The address
is compared at the start; whose token it is, where the marketplace tells, before the first call.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

import structlog

from slackbridge.domain.account import BoundStore
from slackbridge.domain.errors import Code, Failure, Later, Unauthorized
from slackbridge.domain.model import Ticket
from slackbridge.ports.capabilities import Identifies
from slackbridge.ports.provider import Provider
from slackbridge.ports.store import Store
from slackbridge.rules import binding

log = structlog.get_logger(__name__)
START_SECONDS = 5.0  # how long a start waits for the marketplaces to tell whose tokens these are
REST_SECONDS = 1.0  # after a failed question, before the next; doubled each time
LONGEST_REST = 60.0
_asking: ContextVar[bool] = ContextVar("asking", default=False)


@dataclass(frozen=True, slots=True)
class _Refused:
    """A failed question. It is not asked again before `until`, `pause` seconds later."""

    failure: Failure
    until: float
    pause: float = 0.0


def _refused(failure: Failure, last: _Refused | None, now: float) -> _Refused:
    """The longer it fails, the rarer it is asked: each question may be one of a day's calls."""
    other = failure.code == Code.OTHER_STORE
    pause = LONGEST_REST if other else min(LONGEST_REST, 2 * last.pause if last else REST_SECONDS)
    asked = failure.seconds if isinstance(failure, Later) else 0.0
    return _Refused(failure, now + max(pause, asked), pause)


@contextlib.contextmanager
def unbound() -> Iterator[None]:
    """Calls made within are admitted whatever the store: they ask which it is."""
    token = _asking.set(True)
    try:
        yield
    finally:
        _asking.reset(token)


class StoreBinding:
    """The stores of all accounts. `stores` are those that are configured.

    Each account is verified once a process; until it is, and after a mismatch, no call is made.
    """

    def __init__(self, store: Store, stores: Mapping[str, BoundStore]) -> None:
        self._store = store
        self._stores = stores
        self._binds = False
        self._verified: set[str] = set()
        self._locks = {account: asyncio.Lock() for account in stores}
        self._writing = asyncio.Lock()
        self._failed: dict[str, _Refused] = {}

    async def begin(self, providers: Mapping[str, Provider]) -> str:
        """Bind what is not bound yet. Why a bridge must not begin, in words; '' if it may."""
        for account, now in self._stores.items():
            bound = (await self._store.facts(account)).store
            if bound is not None and (why := binding.refusal(account, bound, now)):
                return why
            if bound is None:
                await self._store.note(account, {"store": now})
        self._binds = True
        asked = [name for name, one in providers.items() if isinstance(one, Identifies)]
        for why in await asyncio.gather(*(self._at_start(n, providers[n]) for n in asked)):
            if why:
                return why
        return ""

    async def admit(self, account: str, provider: Provider) -> None:
        """Before each call of an account: raises the failure of one that must not be made."""
        if _asking.get() or account in self._verified:
            return
        async with self._locks[account]:
            if account in self._verified:
                return
            last = self._failed.get(account)
            if last is not None and self._store.now() < last.until:
                raise last.failure
            try:
                await self._verify(account, provider)
            except Failure as failure:
                log.warning("store.not_verified", account=account, why=failure.code)
                if failure.code != Code.REDIS:
                    self._failed[account] = _refused(failure, last, self._store.now())
                raise
            self._verified.add(account)

    async def alone(self, account: str, tickets: Sequence[Ticket]) -> None:
        """Raises Unauthorized if an older account at the same address has one of these tickets.

        For marketplaces that do not tell whose token it is. Costs nothing without such a pair.
        """
        for other in self._beside(account):
            known = await self._store.seen(other, [ticket.key.id for ticket in tickets])
            same = any(t.revision == seen for t, seen in zip(tickets, known, strict=True))
            if same and await self._younger(account, other):
                why = binding.doubled(
                    account, other, "the marketplace lists the same ticket for both"
                )
                self._verified.discard(account)
                failure = Unauthorized(why, code=Code.OTHER_STORE)
                self._failed[account] = _Refused(failure, float("inf"))
                raise failure

    async def identified(self, account: str, provider: Provider) -> BoundStore:
        """The configured store with what the marketplace says of it. Raises the failures."""
        now = self._stores[account]
        if not isinstance(provider, Identifies):
            return now
        with unbound():
            return now.model_copy(update={"ids": tuple(sorted(await provider.identity()))})

    async def told(self, account: str) -> tuple[bool, str]:
        """For `check`: whether the account is that of its store, and which that is."""
        bound, now = (await self._store.facts(account)).store, self._stores[account]
        if bound is None:
            return True, f"{now}; bound at the first start"
        why = binding.refusal(account, bound, now)
        return not why, why or f"{binding.with_ids(bound, now)}"

    async def _at_start(self, account: str, provider: Provider) -> str:
        """Why an account is of another store; one whose marketplace is silent is asked later."""
        try:
            async with asyncio.timeout(START_SECONDS):
                await self.admit(account, provider)
        except (TimeoutError, Failure) as failure:
            other = isinstance(failure, Failure) and failure.code == Code.OTHER_STORE
            return str(failure) if other else ""
        return ""

    async def _verify(self, account: str, provider: Provider) -> None:
        bound = (await self._store.facts(account)).store
        self._compare(account, bound, self._stores[account])
        try:
            now = await self.identified(account, provider)
        except Failure as failure:
            if failure.code != Code.UNREADABLE or (bound is not None and bound.ids):
                raise
            now = self._stores[account]  # it has never told it in a way that we understand
        self._compare(account, bound, now)
        async with self._writing:
            await self._only(account, now)
            known = binding.with_ids(bound, now)
            if self._binds and known != bound:
                await self._store.note(account, {"store": known})

    def _compare(self, account: str, bound: BoundStore | None, now: BoundStore) -> None:
        if bound is not None and (why := binding.refusal(account, bound, now)):
            raise Unauthorized(why, code=Code.OTHER_STORE)

    async def _only(self, account: str, now: BoundStore) -> None:
        """Raises Unauthorized if the marketplace names the same store for another account."""
        for other in self._beside(account) if now.ids else ():
            bound = (await self._store.facts(other)).store
            if bound is not None and binding.by_one_id(now, bound):
                why = binding.doubled(
                    account, other, f"the marketplace names {now.ids[0]} for both"
                )
                raise Unauthorized(why, code=Code.OTHER_STORE)

    def _beside(self, account: str) -> Collection[str]:
        """The other accounts at the same address."""
        now = self._stores[account]
        return [
            name
            for name, one in self._stores.items()
            if name != account and (one.provider, one.address) == (now.provider, now.address)
        ]

    async def _younger(self, account: str, other: str) -> bool:
        """Whether its first walk was complete later, or comes later in the configuration."""
        names = list(self._stores)
        ours, theirs = [
            ((await self._store.facts(name)).born_at or float("inf"), names.index(name))
            for name in (account, other)
        ]
        return ours > theirs
