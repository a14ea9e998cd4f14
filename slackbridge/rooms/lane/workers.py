"""Takes leases on due tickets and runs their passes side by side.

Each account has its own loop and its own number of passes at a time, so that a slow marketplace
delays no other.
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
NewEpoch = Callable[[], Awaitable[None]]
AT_ONCE = 8
REST_SECONDS = 0.5


class Workers:
    """Runs until stopped. Every `idle` seconds it looks for what other processes marked due.

    `on_new_epoch` is awaited before any lease is taken from a Redis server that is new to us.
    """

    def __init__(
        self, store: Store, lanes: Mapping[str, Lane], idle: float, on_new_epoch: NewEpoch
    ) -> None:
        self._store = store
        self._on_new_epoch = on_new_epoch
        self._epoch = -1.0
        self._changing_epoch = asyncio.Lock()
        self._lanes = lanes
        self._idle = idle
        self._wakes = {account: asyncio.Event() for account in lanes}
        self._busy: dict[str, set[asyncio.Task[None]]] = {account: set() for account in lanes}
        self._unavailable: set[str] = set()
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
            pause = await self._take_leases(account)
            if pause > 0 and not self._stopping:
                await self._wait(wake, pause)

    async def _take_leases(self, account: str) -> float:
        """Begin as many passes as there is room for. Returns for how long nothing is due, in s."""
        free = AT_ONCE - len(self._busy[account])
        if free <= 0:
            return self._idle
        try:
            await self._enter_epoch()
            leases, due = await self._store.lease(account, free)
            if self._store.server_epoch() != self._epoch:
                return await self._give_back(leases)
        except Failure as failure:
            if account not in self._unavailable:  # until it is over, once
                log.warning("lease.unavailable", account=account, why=failure.loggable)
            self._unavailable.add(account)
            return REST_SECONDS
        self._unavailable.discard(account)
        for lease in leases:
            self._start(account, lease)
        if len(leases) == free:
            return self._idle
        wait = self._idle if due is None else due - self._store.now()
        return min(self._idle, max(wait, 0.002))

    async def _give_back(self, leases: Sequence[Lease]) -> float:
        """The server changed meanwhile, and may not know what stands in Slack."""
        for lease in leases:
            await self._store.release(lease, self._store.now())
        return 0.0

    async def _enter_epoch(self) -> None:
        """Make sure that nothing is done twice because a new server has lost it."""
        async with self._changing_epoch:
            while (epoch := self._store.server_epoch()) != self._epoch:
                if running := [task for tasks in self._busy.values() for task in tasks]:
                    await asyncio.wait(running)  # what they do is not recorded yet
                await self._on_new_epoch()
                self._epoch = epoch

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
        """Take no more leases; wait for running passes, and cancel what takes longer.

        What is cancelled was stored before it was begun, and is settled at the next start.
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
