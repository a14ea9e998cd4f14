"""Starts and kills the bridge's process for the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from slackbridge.demo.page.responses import Problem
from slackbridge.demo.process import BridgeProcess
from slackbridge.sandbox.tasks import Tasks

Json = dict[str, Any]


class BridgeControl:
    """Counts starts and kills; `on_change` is called after each, and when the process exits."""

    def __init__(self, process: BridgeProcess, on_change: Callable[[], None]) -> None:
        self._process = process
        self._on_change = on_change
        self._started = 0
        self._killed = 0
        self._lock = asyncio.Lock()
        self._tasks = Tasks()

    def shown(self) -> Json:
        pid = self._process.pid
        counts = {"started": self._started, "killed": self._killed}
        return {"running": bool(pid), "pid": pid, **counts}

    async def start(self) -> Json:
        """Raises Problem (409) if it is running."""
        async with self._lock:
            if self._process.pid:
                raise Problem("The bridge is running.", 409)
            await self._process.start()
            self._started += 1
            self._tasks.spawn(self._watch())
        self._on_change()
        return self.shown()

    async def kill(self) -> Json:
        """Send SIGKILL. Raises Problem (409) if it is not running."""
        async with self._lock:
            if not self._process.pid:
                raise Problem("The bridge is not running.", 409)
            await self._process.kill()
            self._killed += 1
        self._on_change()
        return self.shown()

    async def close(self) -> None:
        """Stop watching; the process keeps running."""
        await self._tasks.stop()

    async def _watch(self) -> None:
        await self._process.wait()
        self._on_change()
