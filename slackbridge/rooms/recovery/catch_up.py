"""Finds the threads in which people may have written while no process listened to Slack.

Meets two faults: a gap in the connection, and an event that could not be stored. Threads active
lately are all read again, because messages there may also have been edited or deleted. Older
threads are found by their newest reply in the channels' histories. A thread is only marked here;
the lane reads it.

Where Slack calls us, nothing tells of a gap: a sweep reads the channels' histories from time to
time and marks the threads that were answered since the sweep before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from math import inf

import structlog

from slackbridge.domain.errors import Failure, Rejected
from slackbridge.ports.chat import Chat
from slackbridge.ports.store import Store
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.recovery.former_channels import FormerChannels

log = structlog.get_logger(__name__)
RETRY_SECONDS = 2.0
MARGIN_SECONDS = 120.0
ROOTS_SECONDS = 30 * 86_400.0
SWEPT = 0.9  # of the interval: another process' sweep serves as ours for so long


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
        former: FormerChannels | None = None,
    ) -> None:
        self._store = store
        self._chat = chat
        self._desk = desk
        self._accounts = accounts
        self._channels = channels
        self._seconds = seconds
        self._former = former
        self._again = asyncio.Event()
        self._running = False
        self._reading = asyncio.Lock()
        self._answered: dict[str, dict[str, float]] = {}
        """By channel and root: the newest reply when the channel was read last."""

    def expect_gap(self) -> None:
        """Slack was not heard for a while: nobody listened until `run` is over."""
        self._again.set()

    async def listening(self) -> None:
        """Note that this process hears Slack now: a later gap begins here. Raises nothing."""
        if not self._running and not self._again.is_set():
            await self._note(self._store.now())

    async def _note(self, at: float) -> None:
        try:
            for account in self._accounts:
                await self._store.note(account, {"listened_at": at})
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
        why = ""
        while True:
            try:
                await self.mark_recent()
                gap = await self._gap()
                await self._channels_since(gap, sweep=False)
                for channel in await self._former.read() if self._former else ():
                    await self._channel(channel, gap, sweep=False)
                return
            except Failure as failure:
                if why != failure.loggable:
                    log.warning("catch_up.waits", why=failure.loggable)
                why = failure.loggable
                await asyncio.sleep(RETRY_SECONDS)

    async def sweep(self, seconds: float) -> None:
        """Mark the threads answered since the last sweep, `seconds` ago. Raises nothing.

        One process sweeps for all. One call a channel and page; while nothing is written, no more.
        """
        if self._running or self._again.is_set():
            return
        try:
            if await self._store.once("sweep", seconds * SWEPT):
                begun = self._store.now()
                await self._channels_since(await self._gap(), sweep=True)
                await self._note(begun)
        except Failure as failure:
            log.warning("sweep.failed", why=failure.loggable)

    async def _gap(self) -> float:
        """When a process certainly listened last."""
        times = [(await self._store.facts(account)).listened_at for account in self._accounts]
        return min(times, default=0.0) - MARGIN_SECONDS

    async def _channels_since(self, since: float, *, sweep: bool) -> None:
        async with self._reading:
            for channel in self._channels:
                await self._channel(channel, since, sweep=sweep)

    async def _channel(self, channel: str, since: float, *, sweep: bool) -> None:
        """Mark the threads of a channel that were answered since then, or since it was read last.

        A sweep compares the newest replies as Slack has them: no clock of ours can be wrong.
        """
        oldest = self._store.now() - ROOTS_SECONDS
        try:
            roots = await self._chat.roots(channel, oldest)
        except Rejected as failure:
            log.warning("channel.unreadable", channel=channel, why=failure.code)
            return
        known = self._answered.get(channel) if sweep else None
        for root, answered in roots:
            if known is None:
                new = answered > since
            else:
                new = answered == inf or answered != known.get(root)
            if new and (key := await self._store.ticket_of(channel, root)):
                await self._desk.look_again(key)
        self._answered[channel] = dict(roots)
