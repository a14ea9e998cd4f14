"""Runs a bridge in the test's own process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from slackbridge.app import Bridge
from slackbridge.config.settings import Settings
from slackbridge.demo.waiting import until
from slackbridge.sandbox.slack.app import SlackSandbox


@contextlib.asynccontextmanager
async def serving(settings: Settings, redis_url: str, slack: SlackSandbox) -> AsyncIterator[Bridge]:
    """A running bridge. In socket mode both its sockets are open, unless it has ended.

    Raises what ended it.
    """
    bridge = Bridge(settings, redis_url)
    stop = asyncio.Event()
    task = asyncio.create_task(bridge.run(stop))
    try:
        if settings.slack.mode == "socket":
            await until("both sockets", lambda: task.done() or slack.socket.connected == 2)
        yield bridge
    finally:
        stop.set()
        await task
