"""Keeps a lease while a pass reads: a slow marketplace or Slack must not cost it.

Only around reads. A call that changes something has a deadline below the lease, and ends with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from slackbridge.domain.errors import Failure
from slackbridge.ports.store import Lease, LostLease, Store

log = structlog.get_logger(__name__)


class LeaseKeeper:
    """Renews one lease every `every` seconds."""

    def __init__(self, store: Store, lease: Lease, every: float) -> None:
        self._store = store
        self._lease = lease
        self._every = every

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Renew it as long as the body runs. Raises LostLease, after cancelling the body."""
        try:
            async with asyncio.timeout(None) as limit:
                over = asyncio.Event()
                renewing = asyncio.create_task(self._renew(limit, over))
                try:
                    yield
                finally:
                    over.set()
                    renewing.cancel()
        except TimeoutError:
            if limit.expired():
                raise LostLease from None
            raise

    async def _renew(self, limit: asyncio.Timeout, over: asyncio.Event) -> None:
        """Until the body is over: redis-py may swallow that this task is cancelled."""
        while not over.is_set():
            await asyncio.sleep(self._every)
            try:
                await self._store.renew(self._lease)
            except LostLease:
                if not over.is_set():
                    limit.reschedule(asyncio.get_running_loop().time())
                return
            except Failure as failure:
                log.warning("lease.not_renewed", why=failure.loggable)
