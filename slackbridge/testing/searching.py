"""The part of the contract suite about searches: what a provider declares, it keeps.

`slackbridge.testing.contract` re-exports these tests; import that.
"""
# ruff: noqa: S101 - these are tests

from __future__ import annotations

from datetime import timedelta

import pytest

from slackbridge.sdk import ENDED, QUERY_FIELDS, Days, Query
from slackbridge.testing.look import ids, listed
from slackbridge.testing.market import Market

pytestmark = pytest.mark.asyncio

A_DAY = timedelta(1)


async def test_a_search_keeps_what_it_declares(market: Market) -> None:
    can = market.provider.capabilities.searches
    assert can <= {*QUERY_FIELDS}
    active, gone = market.bulk(2)
    market.tick(60)
    market.close(gone)
    day = (await listed(market, active)).created_at.date()
    around, before = (
        str(Days(day - A_DAY, day + A_DAY)),
        str(Days(day - 20 * A_DAY, day - 19 * A_DAY)),
    )
    expected: tuple[tuple[Query, set[str]], ...] = (
        (Query(status=ENDED), {gone}),
        (Query(needs="agent"), {active}),
        (Query(created=around), {active, gone}),
        (Query(created=before), set()),
        (Query(status=ENDED, created=around), {gone}),
    )
    for query, found in expected:
        if {name for name in QUERY_FIELDS if getattr(query, name)} <= can:
            assert {*ids(await market.provider.search(query))} == found, query
