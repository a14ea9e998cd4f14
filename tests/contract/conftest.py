"""The fixture of the contract suite: each of our marketplaces in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from slackbridge.testing.market import Market
from tests.contract.markets import MARKETS


@pytest.fixture(params=sorted(MARKETS))
async def market(request: pytest.FixtureRequest) -> AsyncIterator[Market]:
    """A marketplace without tickets, and a provider for it."""
    async with MARKETS[request.param]() as market:
        yield market
