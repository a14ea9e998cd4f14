"""A small town for histories that are written out."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from slackbridge.store.redis import connect
from tests.model.town import NO_TROUBLE, Town


@pytest.fixture
async def town(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Town]:
    """One ticket, seen by the poll but not shown yet.

    The parameter: whether a write's answer shows the ticket (by default not).
    """
    redis = connect(redis_url)
    town = Town(redis, answers=getattr(request, "param", False))
    await town.begin()
    town.market.opens("question")
    await town.polls(0, NO_TROUBLE)
    await town.look()
    yield town
    await town.close()
    await redis.aclose()
