"""Revisions are stored: an upgrade that computed others would have every ticket read again."""

from __future__ import annotations

import pytest

from slackbridge.testing.look import walk
from tests.contract.markets import MARKETS

RECORDED = {
    "clickbank": "1800000000000.9feacb1187cc",
    "refurbed": "1800000000000.c37912da8ffa",
    "sellapp": "1800000000000.77090d83beb0",
    "sellgate": "1800000000000.579c2831aad6",
}
"""Of the first ticket of each sandbox, recorded from eb35a60."""


@pytest.mark.parametrize("name", RECORDED)
async def test_revisions_are_those_that_earlier_versions_stored(name: str) -> None:
    async with MARKETS[name]() as market:
        market.customer_opens("Hi & <b>there</b>")
        (listed,) = await walk(market.provider)
        read = await market.provider.get(listed.key.id)
    assert listed.revision == read.ticket.revision == RECORDED[name]
