"""One pass of a lane over one ticket: the lease, the record, and what has been read so far.

A lane writes to the store through its pass only: every write carries the lease's token, and the
pass's own picture of the record changes exactly as the stored one did.
"""

from __future__ import annotations

from slackbridge.domain.errors import Code, Failure
from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Conversation, TicketKey
from slackbridge.domain.record import Change, Patch, Record, StoredTicket
from slackbridge.ports.store import Lease, Store
from slackbridge.rooms.lane.lease_keeper import LeaseKeeper

SKEW_SECONDS = 60.0  # between Slack's clock and Redis'


def written(intent: Intent) -> float:
    """When an agent wrote it or asked for it, in Unix seconds."""
    return float(intent.ts or intent.created)


class RecordChanged(Exception):
    """The record is not as the pass knows it: begin the pass anew."""


class TicketPass:
    """The pass. `conversation` is the ticket as read in this pass, if it was.

    `epoch` is the epoch of the server that gave the record. `async with pass_.held()` keeps the
    lease during a read, renewed every `renew_every` seconds. `mixed_up` is the failure of an answer
    about another ticket, of which people must be told. Raises ValueError if a stored field
    cannot be read.
    """

    def __init__(
        self, store: Store, lease: Lease, record: Record, renew_every: float = 5.0
    ) -> None:
        self._store = store
        self.held = LeaseKeeper(store, lease, renew_every).held
        self.lease = lease
        self.epoch = store.server_epoch()
        self.stored: StoredTicket = record.stored
        self.seen = record.seen
        self.conversation: Conversation | None = None
        self.mixed_up: Failure | None = None
        self.wake: float | None = None
        self._intents = {intent.id: intent for intent in record.intents}

    @property
    def key(self) -> TicketKey:
        return self.lease.key

    @property
    def intents(self) -> tuple[Intent, ...]:
        """In the order in which agents asked."""
        return tuple(self._intents.values())

    def current(self, intent: Intent) -> Intent:
        """The intent as it is now in the pass's picture of the record."""
        return self._intents[intent.id]

    def now(self) -> float:
        return self._store.now()

    def forgettable(self, intent: Intent) -> bool:
        """Whether Redis may have lost its outcome: it was stored in an earlier server epoch."""
        skew = SKEW_SECONDS if intent.ts else 0.0
        return written(intent) < self._store.server_epoch() + skew

    def heed(self, failure: Failure) -> None:
        """Remember a failure that people must be told of, whatever else the pass does."""
        if failure.code == Code.OTHER_TICKET:
            self.mixed_up = failure

    def wake_at(self, at: float) -> None:
        """The ticket must be looked at again then, or earlier."""
        self.wake = at if self.wake is None else min(self.wake, at)

    def must_wait(self, intent: Intent) -> bool:
        """Whether a queued intent is not due, or its message must be looked for first."""
        if intent.due > self.now():
            self.wake_at(intent.due)
            return True
        return bool(intent.unseen_at and self.stored.root)

    def taken(self) -> set[str]:
        """Ids of the marketplace's messages that intents own."""
        return {intent.message for intent in self._intents.values() if intent.message}

    async def swap(self, before: Intent, after: Intent, put: Patch | None = None) -> Intent:
        """Change an intent, and fields with it. Raises RecordChanged, LostLease."""
        await self.write(Change(swaps=((before, after),), put=put or Patch()))
        return after

    async def reread(self, key: TicketKey) -> None:
        """Another ticket was made by this pass: have it read and shown."""
        now = self.now()
        await self._store.write(key, Change(put=Patch(unread_at=now), due=now))

    async def write(self, change: Change) -> None:
        """Store a change under the lease.

        A field is dropped only as this pass knows it: what was set anew meanwhile stays.
        Raises LostLease if the lease is another's by now, RecordChanged if an intent was changed.
        """
        change = change.as_known(self.stored)
        if not await self._store.write(self.key, change, self.lease.token):
            raise RecordChanged
        self.stored = self.stored.patched(change.put)
        for _, after in change.swaps:
            self._intents[after.id] = after
        for id in change.forget:
            self._intents.pop(id, None)
        if change.seen:
            self.seen = change.seen
