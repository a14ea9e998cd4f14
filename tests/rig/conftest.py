"""A world with its own Redis server and bridge process, for fault injection."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.rig.life import Life, living


@pytest.fixture
async def life() -> AsyncIterator[Life]:
    """The bridge runs, and is restarted whenever it was killed."""
    async with living() as life:
        yield life
