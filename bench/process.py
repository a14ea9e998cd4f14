"""A bridge as a separate process with several accounts, as in production."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from bench.environment import Bench, Changes
from slackbridge.demo.world import ACCOUNT, World, write_config

ACCOUNTS = 4


@contextlib.asynccontextmanager
async def four_accounts(bench: Bench, tables: Changes, **more: float) -> AsyncIterator[World]:
    """A world whose bridge, not started yet, has four accounts at one marketplace."""
    async with bench.world(**more) as place:
        path = place.folder / "slackbridge.toml"
        write_config(path, place.slack.api_url, place.refurbed.url, place.redis_url, tables)
        text = path.read_text("utf-8")
        _, mark, account = text.partition("[[accounts]]")
        for number in range(2, ACCOUNTS + 1):
            text += mark + account.replace(f'"{ACCOUNT}"', f'"{ACCOUNT}-{number}"')
        path.write_text(text, "utf-8")
        yield place
