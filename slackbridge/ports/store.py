"""The store, as the rooms use it. Faults of the server raise only the kinds in `domain.errors`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from slackbridge.domain.intent import Intent
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import AccountFacts, Change, FactsPatch, Record

Clock = Callable[[], float]
REBUILDING = "rebuilding"  # what `Store.born` says while the map is restored


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one ticket until the lease runs out.

    `token` fences every write: a stale one is refused. `generation` shows whether the ticket was
    marked due again meanwhile.
    """

    key: TicketKey
    token: int
    generation: int


class Store(Protocol):
    """The journal and the map. Every write is one atomic, idempotent act."""

    def now(self) -> float:
        """Unix seconds by the store's clock, the same for every process."""

    def server_epoch(self) -> float:
        """Since when this server answers (Unix seconds); it may have lost writes from before."""

    async def load(self, key: TicketKey) -> Record: ...

    async def intent(self, key: TicketKey, id: str) -> Intent | None:
        """One intent by its id or its second name."""

    async def write(self, key: TicketKey, change: Change, token: int | None = None) -> bool:
        """Apply all of a change or nothing. False: a swap or name conflicts.

        With a token the lease is renewed; raises LostLease if it is lost.
        """

    async def lease(self, account: str, limit: int) -> tuple[list[Lease], float | None]:
        """Up to `limit` due tickets, and when the next one is due."""

    async def renew(self, lease: Lease) -> None:
        """Extend a lease as a write with its token does; raises LostLease if it is lost."""

    async def release(self, lease: Lease, due: float | None) -> None:
        """Release a lease; the ticket is due at `due`, or at once if it was marked meanwhile."""

    async def make_due(
        self, account: str, due: Mapping[str, float], seen: Mapping[str, str]
    ) -> None:
        """Mark tickets due and store the revisions seen, in one act."""

    async def seen(self, account: str, ids: Sequence[str]) -> list[str | None]:
        """The stored revisions, in one read."""

    async def revisions(
        self, account: str, ids: Sequence[str], ended: Sequence[str]
    ) -> tuple[list[str | None], list[str | None]]:
        """`seen` of active tickets, and of ended ones the revision that is seen or that Slack
        shows, in one read: '' = only their record is known, None = nothing is.
        """

    async def active(self, account: str) -> set[str]:
        """The ids of the active tickets: those with a stored revision."""

    async def hasten(self, account: str, at: float) -> None:
        """All tickets due later than `at`, and not leased, are due at `at`."""

    async def forget_seen(self, account: str, ids: Sequence[str]) -> None:
        """These tickets are no longer active."""

    async def bind(self, channel: str, ts: str, key: TicketKey) -> None: ...
    async def ticket_of(self, channel: str, ts: str) -> TicketKey | None: ...

    async def keep_threads(self, account: str) -> None:
        """The threads of all active tickets stay in the map for the time of retention from now."""

    async def touch(self, key: TicketKey, at: float) -> None: ...

    async def recently_active(self, account: str, seconds: float) -> list[TicketKey]:
        """Active within `seconds` before the latest activity noted, however long ago that was."""

    async def note(self, account: str, patch: FactsPatch) -> None: ...
    async def facts(self, account: str) -> AccountFacts: ...

    async def stuck(self, account: str) -> dict[str, str]:
        """Why passes of tickets fail: ticket id -> `<since>|<why>`."""

    async def set_stuck(self, key: TicketKey, text: str) -> None: ...
    async def clear_stuck(self, key: TicketKey) -> None: ...

    async def rules_in_force(self) -> tuple[str, float, str]:
        """Which settings are in force for all processes: digest, since when (Unix s), JSON.

        ('', 0.0, '') if none are.
        """

    async def take_over_rules(self, before: str, after: str, detail: str) -> bool:
        """Settings of digest `after` replace those of `before`; False: others are in force.

        Done a second time it counts as done, and keeps since when they are.
        """

    async def once(self, name: str, seconds: float) -> bool:
        """True the first time it is called with a name within that time."""

    async def map_began(self) -> str:
        """Since when a bridge keeps its map here; '' = nobody ever did, or everything is lost."""

    async def begin_map(self, state: str) -> None:
        """A bridge keeps its map here from now on; REBUILDING = it is being restored."""


class LostLease(Exception):
    """Another worker has the lease: stop without changing anything."""
