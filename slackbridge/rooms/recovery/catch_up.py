"""Finds the threads in which people may have written while no process listened to Slack.

Meets two faults: a gap in the connection, and an event that could not be stored. Threads active
lately are all read again, because messages there may also have been edited or deleted. Older
threads are found by their newest reply in the channels' histories. A thread is only marked here;
the lane reads it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from slackbridge.domain.errors import Failure, Rejected
from slackbridge.ports.chat import Chat
from slackbridge.ports.store import Store
from slackbridge.rooms.inbound.desk import InboundDesk

log = structlog.get_logger(__name__)
RETRY_SECONDS = 2.0
MARGIN_SECONDS = 120.0
ROOTS_SECONDS = 30 * 86_400.0


class CatchUp:
    """`seconds` is how far before the latest activity a thread counts as active lately."""

    def __init__(
        self,
        store: Store,
        chat: Chat,
        desk: InboundDesk,
        accounts: Sequence[str],
        channels: Sequence[str],
        seconds: float,
    ) -> None:
        self._store = store
        self._chat = chat
        self._desk = desk
        self._accounts = accounts
        self._channels = channels
        self._seconds = seconds
        self._again = asyncio.Event()
        self._running = False

    async def listening(self) -> None:
        """Note that this process hears Slack now: a later gap begins here. Raises nothing."""
        try:
            if not self._running:
                for account in self._accounts:
                    await self._store.note(account, {"listened_at": self._store.now()})
        except Failure as failure:
            log.warning("listening.not_noted", why=failure.loggable)

    async def mark_recent(self) -> None:
        """Mark the threads active lately. Raises Later while Redis is away."""
        for account in self._accounts:
            for key in await self._store.recently_active(account, self._seconds):
                await self._desk.look_again(key)

    async def run(self) -> None:
        """Mark all of them, however often it takes; a call during a run makes it run once more."""
        self._again.set()
        if self._running:
            return
        self._running = True
        try:
            while self._again.is_set():
                self._again.clear()
                await self._persistently()
        finally:
            self._running = False
        await self.listening()

    async def _persistently(self) -> None:
        while True:
            try:
                await self.mark_recent()
                since = await self._gap()
                for channel in self._channels:
                    await self._channel(channel, since)
                return
            except Failure as failure:
                log.warning("catch_up.waits", why=failure.loggable)
                await asyncio.sleep(RETRY_SECONDS)

    async def _gap(self) -> float:
        """When a process certainly listened last."""
        times = [(await self._store.facts(account)).listened_at for account in self._accounts]
        return min(times, default=0.0) - MARGIN_SECONDS

    async def _channel(self, channel: str, since: float) -> None:
        """Mark the threads of a channel that were answered since then."""
        oldest = self._store.now() - ROOTS_SECONDS
        try:
            roots = await self._chat.roots(channel, oldest)
        except Rejected as failure:
            log.warning("channel.unreadable", channel=channel, why=failure.code)
            return
        for root, answered in roots:
            if answered > since and (key := await self._store.ticket_of(channel, root)):
                await self._desk.look_again(key)
