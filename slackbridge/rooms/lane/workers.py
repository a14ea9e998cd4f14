"""The lanes' hands: leases due tickets of every account and runs their lanes side by side.

Each account has its own loop and its own number of hands, so that a slow marketplace delays no
other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from slackbridge.domain.errors import Failure
from slackbridge.ports.store import Lease, Store
from slackbridge.rooms.lane.lane import Lane
from slackbridge.rooms.lane.outcome import Conflict, Done, Outcome, RetryAt

log = structlog.get_logger(__name__)
Meet = Callable[[], Awaitable[None]]
HANDS = 8
REST_SECONDS = 0.5


class Workers:
    """Runs until stopped. `idle` is how often another process's marks are looked for, in s.

    Before anything is claimed at a server of Redis that is new to us, `meet` is awaited.
    """

    def __init__(self, store: Store, lanes: Mapping[str, Lane], idle: float, meet: Meet) -> None:
        self._store = store
        self._meet = meet
        self._met = -1.0
        self._meeting = asyncio.Lock()
        self._lanes = lanes
        self._idle = idle
        self._wakes = {account: asyncio.Event() for account in lanes}
        self._busy: dict[str, set[asyncio.Task[None]]] = {account: set() for account in lanes}
        self._stopping = False

    def wake(self) -> None:
        """Something is due now."""
        for event in self._wakes.values():
            event.set()

    async def run(self) -> None:
        """Work until `stop`."""
        async with asyncio.TaskGroup() as group:
            for account in self._lanes:
                group.create_task(self._loop(account))

    async def _loop(self, account: str) -> None:
        while not self._stopping:
            wake = self._wakes[account]
            wake.clear()
            pause = await self._claim(account)
            if pause > 0 and not self._stopping:
                await self._wait(wake, pause)

    async def _claim(self, account: str) -> float:
        """Claim as many tickets as there are free hands; how long there is nothing to do."""
        free = HANDS - len(self._busy[account])
        if free <= 0:
            return self._idle
        try:
            await self._steady()
            leases, due = await self._store.lease(account, free)
            if self._store.server_epoch() != self._met:
                return await self._give_back(leases)
        except Failure as failure:
            log.warning("lease.unavailable", account=account, why=failure.loggable)
            return REST_SECONDS
        for lease in leases:
            self._start(account, lease)
        if len(leases) == free:
            return self._idle
        wait = self._idle if due is None else due - self._store.now()
        return min(self._idle, max(wait, 0.002))

    async def _give_back(self, leases: Sequence[Lease]) -> float:
        """They are of a server that was not met yet: it may not know what stands in Slack."""
        for lease in leases:
            await self._store.release(lease, self._store.now())
        return 0.0

    async def _steady(self) -> None:
        """See to it that nothing is done twice because a server has forgotten it."""
        async with self._meeting:
            while (since := self._store.server_epoch()) != self._met:
                if running := [task for tasks in self._busy.values() for task in tasks]:
                    await asyncio.wait(running)  # what they do is not recorded yet
                await self._meet()
                self._met = since

    def _start(self, account: str, lease: Lease) -> None:
        task = asyncio.create_task(self._work(account, lease))
        self._busy[account].add(task)
        task.add_done_callback(lambda done: self._done(account, done))

    def _done(self, account: str, task: asyncio.Task[None]) -> None:
        self._busy[account].discard(task)
        self._wakes[account].set()

    async def _work(self, account: str, lease: Lease) -> None:
        try:
            await requeue(self._store, lease, await self._lanes[account].reconcile(lease))
        except Failure as failure:
            # Nothing is lost: the ticket is due again when its lease ends.
            log.warning("pass.aborted", ticket=str(lease.key), why=failure.loggable)

    async def _wait(self, wake: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await wake.wait()
        except TimeoutError:
            return

    async def stop(self, seconds: float) -> None:
        """Claim nothing more, let what runs come to its end; cut off what takes too long.

        What is cut off was written down before it was begun, and is settled at the next start.
        """
        self._stopping = True
        self.wake()
        running = [task for tasks in self._busy.values() for task in tasks]
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def requeue(store: Store, lease: Lease, outcome: Outcome) -> None:
    """Give the lease back, with the time at which the ticket is due again. Raises Later."""
    match outcome:
        case Done():
            await store.release(lease, None)
        case RetryAt(at=at):
            await store.release(lease, at)
        case Conflict():
            return  # it is another's by now
