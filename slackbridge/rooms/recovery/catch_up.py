"""Finds the threads in which people may have written while no process listened to Slack.

Meets two faults: a gap in the connection, and an event that could not be stored. Threads active
lately are all read again, because messages there may also have been edited or deleted. Older
threads are found by their newest reply in the channels' histories, newest roots first, page by
page; a page's threads are marked before the next page is asked for. A thread is only marked here;
the lane reads it. Until every channel is read the gap stays noted: whoever starts next covers it.

Where Slack calls us, nothing tells of a gap: see `sweep`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from slackbridge.domain.errors import Failure, Later, Rejected, Unauthorized
from slackbridge.domain.roots import RootsPage
from slackbridge.ports.chat import Chat
from slackbridge.ports.store import Store
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.recovery.channel_pages import ChannelPages
from slackbridge.rooms.recovery.former_channels import FormerChannels
from slackbridge.rooms.recovery.sweep import PACED, Sweep
from slackbridge.rules.channel_walk import Walk, day, told

log = structlog.get_logger(__name__)
T = TypeVar("T")
RETRY_SECONDS = 2.0
UNAUTHORIZED_SECONDS = 30.0
PROGRESS_SECONDS = 60.0
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
        self._desk = desk
        self._accounts = accounts
        self._channels = channels
        self._seconds = seconds
        self._former = former
        self._pages = ChannelPages(store, chat, desk)
        self._sweep = Sweep(self._pages)
        self._gaps = self._covered = 0
        """Gaps so far, and how many of them were covered when a run ended."""
        self._running = False
        self._walks: dict[str, Walk] = {}
        """How far each channel is that is being read."""
        self._read: dict[str, int] = {}
        """By channel: how many gaps its last whole reading has covered."""

    def expect_gap(self) -> None:
        """Slack was not heard for a while: nobody listened until `run` is over."""
        self._gaps += 1

    def progress(self) -> list[str]:
        """What is being read, in words, one line a channel; empty = nothing."""
        now = self._store.now()
        return [told(channel, walk, now) for channel, walk in self._walks.items()]

    async def listening(self) -> None:
        """Note that this process hears Slack now: a later gap begins here. Raises nothing."""
        if self._settled:
            await self._note(self._store.now())

    @property
    def _settled(self) -> bool:
        return not self._running and self._covered == self._gaps

    async def _note(self, at: float) -> None:
        try:
            for account in self._accounts:
                await self._store.note(account, {"listened_at": at})
        except Failure as failure:
            log.warning("listening.not_noted", why=failure.loggable)

    async def mark_recent(self) -> None:
        """Mark the threads active lately, the latest first. Raises Later while Redis is away."""
        for account in self._accounts:
            for key in await self._store.recently_active(account, self._seconds):
                await self._desk.look_again(key)

    async def run(self) -> None:
        """Mark all of them, however long it takes.

        A call during a run makes it begin at the newest messages again, and go on where it was.
        """
        self._gaps += 1
        if self._running:
            await _persistently(self.mark_recent)
            return
        self._running = True
        try:
            while self._covered != self._gaps:
                gaps = self._gaps
                await _persistently(self.mark_recent)
                async with asyncio.TaskGroup() as group:
                    for channel in self._channels:
                        group.create_task(self._channel(channel))
                    group.create_task(self._former_channels())
                self._covered = gaps
        finally:
            self._running = False
            self._walks.clear()
        await self.listening()

    async def _former_channels(self) -> None:
        if self._former is None:
            return
        found = await _persistently(self._former.read)
        async with asyncio.TaskGroup() as group:
            for channel in found:
                group.create_task(self._channel(channel))

    async def _channel(self, channel: str) -> None:
        """Read a channel to its end, whatever comes between; a new gap begins at the newest."""
        if self._read.get(channel) == self._gaps:
            return
        gaps, said = self._gaps, self._store.now()
        walk: Walk | None = await self._begin()
        while walk is not None:
            if gaps != self._gaps:
                gaps = self._gaps
                walk = walk.again(await _persistently(self._gap))
            self._walks[channel] = walk
            page = await self._page(channel, walk)
            if page is None:  # Slack does not show this channel
                break
            if (after := walk.after(page)) is None:
                self._sweep.saw_all(channel, walk.begun, walk.oldest)
                self._log_end(channel, walk, said)
            elif self._store.now() - said >= PROGRESS_SECONDS:
                said = self._log_progress(channel, after)
            walk = after
        self._walks.pop(channel, None)
        self._read[channel] = gaps

    async def _begin(self) -> Walk:
        since, now = await _persistently(self._gap), self._store.now()
        return Walk(since, now - ROOTS_SECONDS, now)

    async def _page(self, channel: str, walk: Walk) -> RootsPage | None:
        """The next page, with its threads marked; None where Slack refuses the channel."""

        async def read() -> RootsPage:
            return await self._pages.read(
                channel, walk.oldest, walk.place, lambda _, answered: answered > walk.since
            )

        try:
            page = await _persistently(read, channel)
        except Rejected as failure:
            log.warning("channel.unreadable", channel=channel, why=failure.code)
            return None
        self._sweep.saw(channel, page.threads)
        return page

    def _log_progress(self, channel: str, walk: Walk) -> float:
        now = self._store.now()
        left = walk.seconds_left(now)
        minutes = None if left is None else round(left / 60)
        back = day((walk.below or walk.place).ts)
        log.info(
            "catch_up.goes_on", channel=channel, messages=walk.rows, back_to=back, minutes=minutes
        )
        return now

    def _log_end(self, channel: str, walk: Walk, said: float) -> None:
        """Only of a reading whose progress was logged."""
        if said > walk.begun:
            took = round(self._store.now() - walk.begun)
            log.info("catch_up.ended", channel=channel, messages=walk.rows, seconds=took)

    async def sweep(self, seconds: float) -> None:
        """Mark the threads answered since the last sweep, `seconds` ago. Raises nothing.

        One process sweeps for all. At most ten calls a channel; while nothing is written, one for
        each of its pages.
        """
        if not self._settled:
            return
        try:
            if await self._store.once("sweep", seconds * SWEPT):
                await self._sweep_all()
        except Failure as failure:
            log.warning("sweep.failed", why=failure.loggable)

    async def _sweep_all(self) -> None:
        since, now = await self._gap(), self._store.now()
        found: list[float | None] = []
        for channel in self._channels:
            try:
                found.append(await self._sweep.read(channel, since, now - ROOTS_SECONDS, now))
            except Rejected as failure:
                log.warning("channel.unreadable", channel=channel, why=failure.code)
        known = [time for time in found if time is not None]
        if self._settled and len(known) == len(found):
            await self._note(min(known, default=now))

    async def _gap(self) -> float:
        """When a process certainly listened last."""
        times = [(await self._store.facts(account)).listened_at for account in self._accounts]
        return min(times, default=0.0) - MARGIN_SECONDS


async def _persistently(work: Callable[[], Awaitable[T]], channel: str = "") -> T:
    """Try until it is done, and wait as long as asked. Raises Rejected, but not for the token."""
    why = ""
    while True:
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise asyncio.CancelledError  # redis-py may have swallowed it
        try:
            return await work()
        except Unauthorized as failure:
            seconds, reason, code = UNAUTHORIZED_SECONDS, failure.loggable, failure.code
        except Later as failure:
            seconds, reason, code = failure.seconds, failure.loggable, failure.code
        if code not in PACED and why != reason:
            why = reason
            log.warning("catch_up.waits", channel=channel, why=reason)
        await asyncio.sleep(seconds)
