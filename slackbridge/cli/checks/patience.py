"""How long one dependency may take to answer."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from slackbridge.cli.checks.finding import Finding

PATIENCE_SECONDS = 15.0  # with one dependency


async def in_time(
    what: str, examination: Coroutine[Any, Any, list[Finding]], remedy: str
) -> list[Finding]:
    """Its findings, or that one dependency did not answer in time."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await examination
    except TimeoutError:
        return [Finding(what, False, f"no answer within {PATIENCE_SECONDS:.0f} s", remedy)]
