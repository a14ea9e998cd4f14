"""The bridge's process as the page drives it: killed without warning, and started again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from slackbridge.demo.page.problem import Problem
from slackbridge.demo.process import BridgeProcess

Json = dict[str, Any]


class Motor:
    """Counts how often the bridge was started and killed; `told` hears of every change."""

    def __init__(self, process: BridgeProcess, told: Callable[[], None]) -> None:
        self._process = process
        self._told = told
        self._started = 0
        self._killed = 0
        self._turn = asyncio.Lock()
        self._vigil: asyncio.Task[None] | None = None

    def shown(self) -> Json:
        pid = self._process.pid
        return {
            "running": bool(pid),
            "pid": pid,
            "started": self._started,
            "killed": self._killed,
        }

    async def start(self) -> Json:
        """Raises Problem (409) if it runs."""
        async with self._turn:
            if self._process.pid:
                raise Problem("The bridge is running.", 409)
            await self._process.start()
            self._started += 1
            self._vigil = asyncio.create_task(self._watch())
        self._told()
        return self.shown()

    async def kill(self) -> Json:
        """SIGKILL. Raises Problem (409) if it does not run."""
        async with self._turn:
            if not self._process.pid:
                raise Problem("The bridge is not running.", 409)
            await self._process.kill()
            self._killed += 1
        self._told()
        return self.shown()

    async def close(self) -> None:
        """Watch no longer; the process is left as it is."""
        if self._vigil is not None:
            self._vigil.cancel()
            await asyncio.gather(self._vigil, return_exceptions=True)

    async def _watch(self) -> None:
        await self._process.wait()
        self._told()
