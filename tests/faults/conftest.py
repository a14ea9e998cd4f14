"""A world with its own Redis server, for fault injection."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from slackbridge.demo.world import World
from tests.faults.server import own_world


@pytest.fixture
async def place() -> AsyncIterator[World]:
    """A world without tickets; its bridge does not run yet."""
    async with own_world() as place:
        yield place
