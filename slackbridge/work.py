"""One lane's pass over one ticket: the claim, what is stored, what has been read so far.

The only way a lane writes to the store: every write carries the claim's token, and the local
picture changes exactly as the stored one did.
"""

from __future__ import annotations

from dataclasses import replace

from slackbridge.intent import Intent
from slackbridge.mirror import Shown
from slackbridge.model import Conversation, TicketKey
from slackbridge.ports import Change, Claim, Record, Store

KEPT = 1_000  # a catch-up comes back to each of its tickets once a round
KEPT_SECONDS = 300.0
SKEW_SECONDS = 60.0  # between Slack's clock and Redis'


def written(intent: Intent) -> float:
    """When an agent wrote it or asked for it, in Unix seconds."""
    return float(intent.ts or intent.created)


class Again(Exception):
    """Somebody changed an intent meanwhile: begin the pass anew."""


class Unshown:
    """What a pass read but could not show whole, for the next pass of this process.

    Good while the poll sees no change, nothing of ours changes the ticket (`unread` is when that
    was), and for some minutes: then the ticket is read again.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str | None, str | None, float, Conversation]] = {}

    def keep(self, work: Work, conversation: Conversation) -> None:
        """Until it is forgotten, or there are too many."""
        *_, at, kept = self._kept.pop(work.key.id, (None, None, 0.0, None))
        at = at if kept is conversation else work.now()
        self._kept[work.key.id] = (work.seen, work.fields.get("unread"), at, conversation)
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]

    def of(self, work: Work) -> Conversation | None:
        """The ticket as an earlier pass read it; None if it must be read again."""
        seen, unread, at, conversation = self._kept.get(work.key.id, (None, None, 0.0, None))
        watched = seen is not None and seen == work.seen  # by the poll
        watched = watched and unread == work.fields.get("unread")
        return conversation if watched and work.now() - at < KEPT_SECONDS else None

    def forget(self, work: Work) -> None:
        self._kept.pop(work.key.id, None)


class Work:
    """The pass. `conversation` is the ticket as read in this pass, if it was."""

    def __init__(self, store: Store, claim: Claim, record: Record) -> None:
        self._store = store
        self.claim = claim
        self.since = store.since()  # of the server that gave the record
        self.fields = dict(record.fields)
        self.seen = record.seen
        self.conversation: Conversation | None = None
        self.wake: float | None = None
        self._intents = {intent.id: intent for intent in record.intents}

    @property
    def key(self) -> TicketKey:
        return self.claim.key

    @property
    def intents(self) -> tuple[Intent, ...]:
        """In the order in which agents asked."""
        return tuple(self._intents.values())

    @property
    def shown(self) -> Shown:
        return Shown.of(self.fields)

    def now(self) -> float:
        return self._store.now()

    def forgettable(self, intent: Intent) -> bool:
        """Whether Redis may have forgotten what became of it: another server took it in."""
        skew = SKEW_SECONDS if intent.ts else 0.0
        return written(intent) < self._store.since() + skew

    def wake_at(self, at: float) -> None:
        """This ticket must be looked at again then, or earlier."""
        self.wake = at if self.wake is None else min(self.wake, at)

    def taken(self) -> set[str]:
        """Ids of the marketplace's messages that intents own."""
        return {intent.message for intent in self._intents.values() if intent.message}

    async def swap(self, before: Intent, after: Intent, **put: str) -> Intent:
        """Change an intent, and fields with it. Raises Again if it is not as we know it."""
        await self.write(Change(swaps=((before, after),), put=put))
        return after

    async def reread(self, key: TicketKey) -> None:
        """Another ticket came of this one: it must be read and shown."""
        now = self.now()
        await self._store.write(key, Change(put={"unread": f"{now:.3f}"}, due=now))

    async def write(self, change: Change) -> None:
        """Do it with our token. Raises Stale if the lease is lost, Again on a lost race.

        A field is dropped as this pass knows it: what was set anew meanwhile stays set.
        """
        known = {name: self.fields[name] for name in change.drop if name in self.fields}
        change = replace(change, known=known)
        if not await self._store.write(self.key, change, self.claim.token):
            raise Again
        self.fields |= change.put
        for field in change.drop:
            self.fields.pop(field, None)
        for _, after in change.swaps:
            self._intents[after.id] = after
        for id in change.forget:
            self._intents.pop(id, None)
        if change.seen:
            self.seen = change.seen
