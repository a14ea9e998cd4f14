"""The protocols that the rooms speak to. Adapters implement them; rooms never import an adapter.

Every method may raise the four kinds of `errors`; none raises anything else for a fault outside.
"""

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

    `token` fences every write: a stale one is refused. `generation` tells whether something new
    came while the lane worked.
    """

    key: TicketKey
    token: int
    generation: int


class Store(Protocol):
    """The journal and the map. Every write is one atomic act that is safe to run twice."""

    def now(self) -> float:
        """Unix seconds by the store's clock, the same for every process."""

    def server_epoch(self) -> float:
        """Since when this server answers us; what was done before, it may have forgotten."""

    async def load(self, key: TicketKey) -> Record: ...

    async def intent(self, key: TicketKey, id: str) -> Intent | None:
        """One intent, by its id or its second name."""

    async def write(self, key: TicketKey, change: Change, token: int | None = None) -> bool:
        """Do it all or nothing. False: a swap found something else.

        With a token the lease is renewed; raises LostLease if the lease is another's by now.
        """

    async def lease(self, account: str, limit: int) -> tuple[list[Lease], float | None]:
        """Up to `limit` due tickets, and when the next one is due."""

    async def release(self, lease: Lease, due: float | None) -> None:
        """Give the lease back; the ticket is due again at `due` or if something came meanwhile."""

    async def mark(self, account: str, due: Mapping[str, float], seen: Mapping[str, str]) -> None:
        """Mark tickets due, and remember the revisions that were seen, in one act."""

    async def seen(self, account: str, ids: Sequence[str]) -> list[str | None]:
        """The remembered revisions, in one read."""

    async def active(self, account: str) -> set[str]:
        """The ids whose revision is remembered."""

    async def hasten(self, account: str, at: float) -> None:
        """Whatever waits for its time, and is not being worked on, is due at `at`."""

    async def forget_seen(self, account: str, ids: Sequence[str]) -> None:
        """These tickets are no longer active."""

    async def bind(self, channel: str, ts: str, key: TicketKey) -> None: ...
    async def ticket_of(self, channel: str, ts: str) -> TicketKey | None: ...
    async def touch(self, key: TicketKey, at: float) -> None: ...

    async def recently_active(self, account: str, seconds: float) -> list[TicketKey]:
        """Active within `seconds` before the latest activity noted, however long ago that was."""

    async def note(self, account: str, patch: FactsPatch) -> None: ...
    async def facts(self, account: str) -> AccountFacts: ...

    async def once(self, name: str, seconds: float) -> bool:
        """True the first time a name is said within that time."""

    async def map_began(self) -> str:
        """Since when a bridge keeps its map here; '' = nobody ever did, or everything is lost."""

    async def begin_map(self, state: str) -> None:
        """A bridge keeps its map here from now on; REBUILDING = it is being restored."""


class LostLease(Exception):
    """The lease is another's by now: stop without touching anything."""
