"""The bridge as a process of its own: started, stopped, killed and started again."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from slackbridge.config import child_environment


class BridgeProcess:
    """`python -m slackbridge run` with a configuration of its own. Its log goes to a file."""

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
        """The process id; 0 while it does not run."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and running else 0

    async def start(self) -> None:
        """Start it; it may take a second until it listens."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "slackbridge",
                "run",
                "--config",
                str(self._config),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=child_environment(self._secrets),
            )

    async def stop(self, seconds: float = 12) -> int:
        """SIGTERM, and wait for its end; kill -9 if that takes too long. Its exit code."""
        return await self._end(signal.SIGTERM, seconds)

    async def kill(self) -> int:
        """kill -9. Its exit code."""
        return await self._end(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait until it has ended by itself, or was killed by another. Its exit code."""
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
