"""A life in a world with a Redis server and a bridge process of its own, all to be hurt."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.rig.life import Life, living


@pytest.fixture
async def life() -> AsyncIterator[Life]:
    """The bridge runs, and is started again whenever it was killed."""
    async with living() as life:
        yield life
