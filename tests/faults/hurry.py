"""`python -m tests.faults.hurry run ...`: slackbridge that waits for Slack only when told to."""

from __future__ import annotations

import asyncio
import sys

from slackbridge import cli
from slackbridge.config import child_environment
from slackbridge.demo.process import BridgeProcess
from slackbridge.slack import client


class Hurried(BridgeProcess):
    """The process."""

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.faults.hurry", "run", "--config"),
                str(self._config),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=child_environment(self._secrets),
            )


if __name__ == "__main__":
    client.PACES = dict.fromkeys(client.PACES, (0.0, 20))
    cli.main()
