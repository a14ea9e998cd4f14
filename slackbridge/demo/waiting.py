"""Polls a condition until it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


class Missed(AssertionError):
    """An expected effect did not happen."""


async def until(
    what: str, probe: Callable[[], Any | Awaitable[Any]], seconds: float = 40.0, every: float = 0.03
) -> Any:
    """Poll `probe` until it returns something true, and return that. Raises Missed on timeout."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        found = probe()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        if loop.time() > end:
            raise Missed(f"waited {seconds:g} s in vain: {what}")
        await asyncio.sleep(every)
