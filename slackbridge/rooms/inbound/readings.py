"""What a reading of a ticket's thread shows, and what it does not. A part of the front desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from slackbridge.domain.absence import after_absence, after_no_reading, after_sight
from slackbridge.domain.chat import Heard
from slackbridge.domain.intent import Intent
from slackbridge.domain.model import TicketKey
from slackbridge.ports.store import Store

Hear = Callable[[TicketKey, Heard], Awaitable[str]]
Update = Callable[[TicketKey, str, Callable[[Intent], Intent | None]], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of what was written after the ts `since`, begun at `began` (Unix seconds).

    After `settle` seconds Slack shows everything that was written before.
    """

    since: str
    began: float
    settle: float


class ThreadReadings:
    """Methods return whether anything changed."""

    def __init__(self, store: Store, said: Hear, edited: Hear, update: Update) -> None:
        self._store = store
        self._said = said
        self._edited = edited
        self._update = update
        self.on_found: Callable[[float], None] = lambda ts: None
        """Told when a message was written (Unix seconds) that Slack had not delivered."""

    async def taken_in(
        self, key: TicketKey, heard: Sequence[Heard], before: Sequence[Intent], reading: Reading
    ) -> bool:
        """These are all messages that the thread showed: take in what was missed.

        `before` are the intents that were stored when the reading began: only their messages can
        be missing because they were deleted.
        """
        known = {intent.id for intent in before}
        for message in heard:
            if message.edited:
                await self._edited(key, message)
            elif message.ts not in known:
                await self._said(key, message)
        stood = {message.ts for message in heard}
        for intent in before:
            if intent.ts and float(intent.ts) > float(reading.since) and not intent.state.settled:
                await self._look_for(key, intent, reading, seen=intent.ts in stood)
        after = await self._store.load(key)
        for found in after.intents:
            if found.ts and found.id not in known:
                self.on_found(float(found.ts))
        return after.intents != tuple(before)

    async def _look_for(
        self, key: TicketKey, intent: Intent, reading: Reading, *, seen: bool
    ) -> None:
        now = self._store.now()

        def update(intent: Intent) -> Intent | None:
            if seen:
                return after_sight(intent)
            return after_absence(intent, reading.began, now, reading.settle)

        if update(intent) is not None:
            await self._update(key, intent.id, update)

    async def refused(self, key: TicketKey, before: Sequence[Intent]) -> bool:
        """Slack does not show the thread at all."""
        unseen = [intent for intent in before if intent.unseen_at]
        for intent in unseen:
            await self._update(key, intent.id, after_no_reading)
        return bool(unseen)
