"""A bridge that runs in the test's own process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from slackbridge.app import Bridge
from slackbridge.config import Settings
from slackbridge.sandbox.slack.app import SlackSandbox

PATIENCE_SECONDS = 40.0


@contextlib.asynccontextmanager
async def serving(settings: Settings, redis_url: str, slack: SlackSandbox) -> AsyncIterator[Bridge]:
    """While the block lasts; with both its sockets open, unless it has ended before.

    Raises what ended it.
    """
    bridge = Bridge(settings, redis_url)
    stop = asyncio.Event()
    task = asyncio.create_task(bridge.run(stop))
    try:
        if settings.slack.mode == "socket":
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not task.done() and slack.socket.connected != 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.03)
        yield bridge
    finally:
        stop.set()
        await task
