"""The fixture of the contract suite: each of our marketplaces in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

pytest.register_assert_rewrite("slackbridge.testing")

from slackbridge.testing.market import Market  # noqa: E402 - the line above must come first
from tests.contract.markets import MARKETS  # noqa: E402


@pytest.fixture(params=sorted(MARKETS))
async def market(request: pytest.FixtureRequest) -> AsyncIterator[Market]:
    """A marketplace without tickets, and a provider for it."""
    async with MARKETS[request.param]() as market:
        yield market
