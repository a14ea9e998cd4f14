"""No walk misses a ticket that stays active, in whatever order a marketplace lists, and however
much comes, goes and moves between its pages.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.contract.markets import MARKETS, Local
from tests.providers.moving import Crowd

Setting = Callable[[Any], None]
PAGE = 10


def clickbank(order: str) -> Setting:
    def set(sandbox: Any) -> None:
        sandbox.page_size, sandbox.list_order = PAGE, order

    return set


def of_sellapp(order: str, searches: bool = False, paginator: str = "resource") -> Setting:
    def set(sandbox: Any) -> None:
        sandbox.page_cap, sandbox.list_order = PAGE, order
        sandbox.searches, sandbox.paginator = searches, paginator

    return set


CASES = {
    **{
        f"clickbank {order}": ("clickbank", clickbank(order))
        for order in ("oldest", "newest", "updated")
    },
    **{
        f"sellapp {order}": ("sellapp", of_sellapp(order))
        for order in ("oldest", "newest", "updated")
    },
    "sellapp capped": ("sellapp", of_sellapp("updated", paginator="none")),
    "sellapp search": ("sellapp", of_sellapp("newest", searches=True)),
}


async def walked(case: str, seeds: range) -> tuple[int, set[str]]:
    """How many moves there were in so many walks, and what was missed."""
    name, settle = CASES[case]
    moves, missed = 0, set[str]()
    for seed in seeds:
        async with MARKETS[name]() as market:
            assert isinstance(market, Local)
            settle(market.sandbox)
            crowd = Crowd(market, Random(f"{case} {seed}"))
            crowd.fill(4 * PAGE)
            missed |= await crowd.walks()
            moves += crowd.moves
    return moves, missed


@pytest.mark.parametrize("case", CASES)
async def test_a_walk_misses_nothing_while_tickets_move(case: str) -> None:
    moves, missed = await walked(case, range(1))
    assert moves
    assert not missed


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
async def test_many_walks_miss_nothing_while_tickets_move(case: str) -> None:
    moves, missed = await walked(case, range(60))
    assert moves > 60
    assert not missed
