"""The bridge as a separate process."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from slackbridge.config.load import child_environment


async def spawn(
    *words: str,
    env: Mapping[str, str],
    module: str = "slackbridge",
    before: Sequence[str] = (),
    **more: Any,
) -> asyncio.subprocess.Process:
    """Start `python -m slackbridge` with these words, `before` that command, no standard input."""
    return await asyncio.create_subprocess_exec(
        *(*before, sys.executable, "-m", module, *words),
        stdin=asyncio.subprocess.DEVNULL,
        env=env,
        **more,
    )


class BridgeProcess:
    """`python -m slackbridge run` with its own configuration; its log goes to a file."""

    module = "slackbridge"

    def __init__(self, config: Path, secrets: Mapping[str, str], log: Path) -> None:
        self._config = config
        self._secrets = secrets
        self.log = log
        self._process: asyncio.subprocess.Process | None = None

    def twin(self, log: Path) -> BridgeProcess:
        """Another process with the same configuration and secrets."""
        return BridgeProcess(self._config, self._secrets, log)

    @property
    def pid(self) -> int:
        """The process id; 0 while it is not running."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and running else 0

    async def start(self) -> None:
        """Start it; it is ready about a second later."""
        with self.log.open("ab") as log:
            words = ("run", "--config", str(self._config))
            env = child_environment(self._secrets)
            self._process = await spawn(*words, env=env, module=self.module, stdout=log, stderr=log)

    async def stop(self, seconds: float = 12) -> int:
        """Send SIGTERM, after `seconds` SIGKILL; returns the exit code."""
        return await self._end(signal.SIGTERM, seconds)

    async def kill(self) -> int:
        """Send SIGKILL; returns the exit code."""
        return await self._end(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait until it exits for any reason; returns the exit code."""
        return await self._process.wait() if self._process is not None else 0

    async def _end(self, number: signal.Signals, seconds: float = 12) -> int:
        process = self._process
        if process is None or process.returncode is not None:
            return process.returncode or 0 if process is not None else 0
        process.send_signal(number)
        try:
            async with asyncio.timeout(seconds):
                return await process.wait()
        except TimeoutError:
            process.kill()
            return await process.wait()
