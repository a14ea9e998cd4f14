"""Lists active tickets, compares their revisions with one read a page, marks what changed due.

Writes nothing to the outside. A full walk cannot skip a ticket while tickets move; the fast path in
between reads only the page that changed last. A ticket that has left the active ones is read
again by its id, so that its card shows how it ended; what happens on it later: see `ended_watch`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from math import inf

import structlog

from slackbridge.domain.account import AccountHealth, AccountState
from slackbridge.domain.errors import Code, Failure, Later, Rejected
from slackbridge.domain.model import Ticket
from slackbridge.domain.page import Page
from slackbridge.ports.capabilities import Stretches, Warns
from slackbridge.ports.provider import Provider
from slackbridge.ports.store import Store
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.polling.ended_watch import EndedWatch
from slackbridge.rules import account_health
from slackbridge.rules.first_walk import FirstWalk

log = structlog.get_logger(__name__)
DAY = 86_400
BATCH = 100
HINTED_SECONDS = 600.0
SLOWER = 5
MANY = 3  # tickets that hardly vanish by chance at once


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How often, in seconds. `recent` is how old activity may be on a first start, `watch_ended`
    for how long a ticket is looked at after its end.
    """

    poll: float
    full_walk: float
    recent: float
    probe: float
    unauthorized_probe: float
    down_max: float
    watch_ended: float = 0.0


@dataclass(slots=True)
class Walk:
    """What a full walk has listed so far; `known` tickets of it were on record."""

    ids: set[str] = field(default_factory=set)
    known: int = 0
    dormant: int = 0
    changed: int = 0


class Poller:
    """Polls one account. `alone` raises if another account is of the same store."""

    def __init__(
        self,
        account: str,
        token_env: str,
        store: Store,
        provider: Provider,
        desk: InboundDesk,
        settings: PollSettings,
        alone: Callable[[Sequence[Ticket]], Awaitable[None]] | None = None,
    ) -> None:
        self.account = account
        self._alone = alone
        self._token_env = token_env
        self._store = store
        self._provider = provider
        self._desk = desk
        self._settings = settings
        self._full_at = self._keep_at = 0.0
        self._not_before = 0.0
        self._ended = EndedWatch(provider, settings.watch_ended, settings.full_walk)
        self._first_cycle = True
        self._walked = False
        self._absent: set[str] = set()  # what the last walk neither listed nor could read
        self._hinted = self._polled = float("-inf")
        self._unhealthy = True  # until the stored health has been read once

    @property
    def seconds(self) -> float:
        """How often `cycle` is to be called."""
        return self._settings.poll

    async def cycle(self) -> None:
        """One turn; called every `poll` seconds. Raises nothing."""
        try:
            if await self._my_turn():
                await self._turn()
        except Later as failure:
            log.warning("poll.waits", account=self.account, why=failure.loggable)

    async def _my_turn(self) -> bool:
        """Of several processes one polls. The first cycle after a start polls in any case."""
        now = self._store.now()
        calm = now - self._hinted < HINTED_SECONDS  # the marketplace itself says what changes
        slower = max(SLOWER if calm else 1.0, self._stretch())
        early = slower > 1 and now - self._polled < slower * self._settings.poll
        if now < self._not_before or early:
            return False
        pause = self._settings.poll * 0.8 * self._stretch()
        mine = await self._store.once(f"poll:{self.account}", pause)
        first, self._first_cycle = self._first_cycle, False
        if mine or first:
            self._polled = now
        return mine or first

    def _stretch(self) -> float:
        """How much more slowly to poll: a day's calls may run short."""
        return self._provider.stretch() if isinstance(self._provider, Stretches) else 1.0

    def hinted(self) -> None:
        """A webhook came: for some minutes it is enough to poll more slowly."""
        self._hinted = self._store.now()

    async def _turn(self) -> None:
        try:
            await self.list_once()
        except Failure as failure:
            if failure.code == Code.REDIS:
                raise
            await self._reckon(failure)
        except Exception as error:
            log.exception("poll.crashed", account=self.account)
            await self._reckon(Rejected(f"internal error ({type(error).__name__})"))
        else:
            await self._reckon(None)
            await self._warn()

    async def _warn(self) -> None:
        """Say once a day that a limit of the marketplace's is near."""
        text = self._provider.warning() if isinstance(self._provider, Warns) else ""
        day = int(self._store.now()) // DAY
        if text and await self._store.once(f"warned:{self.account}:{day}", DAY):
            await self._desk.announce(self.account, f"warned:{day}", f"*{self.account}*: {text}.")

    async def list_once(self, *, full: bool = False) -> Walk:
        """List now: a full walk when it is time for one, else the page that changed last."""
        now = self._store.now()
        if full or now >= self._full_at or not self._provider.capabilities.recent_first:
            walk = await self._walk()
            self._full_at = now + self._settings.full_walk * self._stretch()
            await self._keep_threads(now)
        else:
            walk = Walk()
            page = await self._provider.list_recent()
            await self._compare(page, walk)
            if walk.changed == len(page.tickets) + len(page.ended) >= BATCH:
                self._full_at = 0.0  # more may have changed than one page shows
        async for page in self._ended.pages(now):
            await self._compare(page, Walk())
        return walk

    async def _keep_threads(self, now: float) -> None:
        """Once a day: a thread is known as long as its ticket is active."""
        if now < self._keep_at:
            return
        self._keep_at = now + DAY
        if await self._store.once(f"threads:{self.account}", DAY / 2):
            await self._store.keep_threads(self.account)

    # -- listing -------------------------------------------------------------------------------

    async def _walk(self) -> Walk:
        first = await self._first()
        walk = Walk()
        cursor = ""
        while True:
            page = await self._provider.list_active(cursor)
            if self._alone is not None:
                await self._alone(page.tickets)
            await self._compare(page, walk, first)
            cursor = page.cursor
            if not cursor:
                break
        if first:
            await self._born(first, walk.dormant)
        else:
            left = await self._store.active(self.account) - walk.ids
            await self._left(left)
            if not self._walked and not walk.known and len(self._absent) == len(left) >= MANY:
                await self._all_unknown(len(left))
        self._walked = True
        return walk

    async def _first(self) -> FirstWalk | None:
        """None if the account was walked before. After a rebuild some tickets have a thread."""
        facts = await self._store.facts(self.account)
        self._ended.learn(facts)
        if facts.born_at:
            return None
        found = await self._store.recently_active(self.account, inf) if facts.shown_at else ()
        threads = frozenset(key.id for key in found)
        return FirstWalk(self._store.now(), self._settings.recent, facts.shown_at, threads)

    async def _compare(self, page: Page, walk: Walk, first: FirstWalk | None = None) -> None:
        now = self._store.now()
        tickets, ended = page.tickets, self._ended.covered(page.ended, now)
        ids, of_ended = ([one.key.id for one in of] for of in (tickets, ended))
        walk.ids |= set(ids)
        known, shown = await self._store.revisions(self.account, ids, of_ended)
        seen: dict[str, str] = {}
        due: dict[str, float] = {}
        for ticket, before in zip(tickets, known, strict=True):
            old = first and first.rests(ticket.key.id, ticket.updated_at.timestamp())
            walk.dormant += bool(old)
            if ticket.revision != before:
                seen[ticket.key.id] = ticket.revision
                if not old:
                    due[ticket.key.id] = now
        for ticket in self._ended.stirred(ended, shown, now):
            seen[ticket.key.id], due[ticket.key.id] = ticket.revision, now
        walk.ids |= due.keys()
        walk.changed += len(due)
        walk.known += sum(before is not None for before in known)
        await self._mark(due, seen)

    async def _mark(self, due: dict[str, float], seen: dict[str, str]) -> None:
        await self._store.make_due(self.account, due, seen)
        if due:
            log.info("tickets.changed", account=self.account, tickets=len(due))
            self._desk.wake()

    async def _left(self, ids: set[str]) -> None:
        """These are not listed any more: read how they ended, or what else became of them.

        One that is not to be read either is forgotten when the next walk finds the same: a proxy
        may answer for a while with a list of its own and with 404.
        """
        gone = sorted(ids)
        absent: set[str] = set()
        for start in range(0, len(gone), BATCH):
            batch = gone[start : start + BATCH]
            found = {t.key.id: t for t in await self._provider.read(batch)}
            await self._mark(
                dict.fromkeys(found, self._store.now()),
                {id: ticket.revision for id, ticket in found.items()},
            )
            absent |= {id for id in batch if id not in found}
        if vanished := absent & self._absent:
            log.warning("tickets.vanished", account=self.account, tickets=len(vanished))
            await self._store.forget_seen(self.account, sorted(vanished))
        self._absent = absent - vanished

    async def _all_unknown(self, tickets: int) -> None:
        """After a start it looks like another store, and not every marketplace tells whose token
        it is.
        """
        day = int(self._store.now()) // DAY
        if await self._store.once(f"unknown:{self.account}:{day}", DAY):
            text = account_health.all_unknown(self.account, tickets, self._token_env)
            await self._desk.announce(self.account, f"unknown:{day}", text)

    async def _born(self, first: FirstWalk, dormant: int) -> None:
        """The first walk is complete."""
        if dormant:
            await self._desk.announce(self.account, *first.summary(self.account, dormant))
        await self._store.note(self.account, {"born_at": self._store.now()})
        self._ended.learn(await self._store.facts(self.account))

    # -- how it goes ---------------------------------------------------------------------------

    async def _reckon(self, failure: Failure | None) -> None:
        if failure is None and not self._unhealthy:
            return
        now = self._store.now()
        before = (await self._store.facts(self.account)).health
        state, tell = account_health.after(before, failure, now)
        if tell:
            reason = failure.quoted if failure else ""
            code = failure.code if failure else ""
            text = account_health.words(self.account, state.state, reason, self._token_env, code)
            await self._desk.announce(self.account, f"{state.state}:{now:.0f}", text)
        if state != before:
            await self._store.note(self.account, {"health": state})
        if failure is not None:
            log.warning(
                "poll.failed", account=self.account, state=state.state.value, why=failure.loggable
            )
            self._not_before = now + self._pause(state, failure)
        elif before.state is not AccountState.OK:
            await self._hasten(now)
        self._unhealthy = state.state is not AccountState.OK

    def _pause(self, state: AccountHealth, failure: Failure) -> float:
        match state.state:
            case AccountState.UNAUTHORIZED:
                return self._settings.unauthorized_probe
            case AccountState.UNSUPPORTED:
                return self._settings.probe
        asked = failure.seconds if isinstance(failure, Later) else 0.0
        slower = self._settings.poll * 2 ** min(state.failures - 1, 6)
        return float(max(asked, min(slower, max(self._settings.down_max, self._settings.poll))))

    async def _hasten(self, now: float) -> None:
        """The account is back: what waited for it is due now."""
        self._full_at = 0.0
        await self._store.hasten(self.account, now)
        self._desk.wake()
