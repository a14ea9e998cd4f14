"""Every answer of every marketplace with one thing in it changed, drawn as Slack would get it.

A call ends with a value or one of the four failures, and whatever it is, it can be drawn. A ticket
of another id than was asked for never comes out, and no message is left out without a word.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest

from slackbridge.domain.model import Conversation
from tests.contract.markets import MARKETS, Local
from tests.providers.altered import CHANGES, Altering, Ask, Place, asks, outcome, places, shown

SAMPLE = 60  # changes of each marketplace in the quick run
MANY = 4_000  # of 20,000 to 45,000
SEED = 14
# That there are no messages can be said in a documented form: by leaving them out.
HONEST = {"dropped", "null", "an empty list", "an empty object", "text 0"}
Case = tuple[str, int, Place, str]


@pytest.fixture(params=sorted(MARKETS))
async def market(request: pytest.FixtureRequest) -> AsyncIterator[Local]:
    async with MARKETS[request.param]() as market:
        assert isinstance(market, Local)
        yield market


async def cases(calls: dict[str, Ask], altering: Altering) -> list[Case]:
    """Each place in each answer of each call, with each change."""
    found = []
    for name, ask in calls.items():
        altering.begin(-1, (), "")
        await outcome(ask)
        for nth, body in enumerate(altering.bodies):
            found += [(name, nth, place, what) for place in places(body) for what in CHANGES]
    return found


async def wrong(calls: dict[str, Ask], altering: Altering, case: Case, whole: int) -> str:
    """What is wrong with the outcome of a case; '' = nothing. `whole`: a ticket's messages."""
    name, nth, place, what = case
    altering.begin(nth, place, what)
    try:
        value, said = await outcome(calls[name])
        shown(value, altering.market)
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    if name != "get" or not isinstance(value, Conversation) or said or what in HONEST:
        return ""
    lost = whole - len(value.messages)
    return f"{lost} messages are left out without a word" if lost > 0 else ""


async def defects(market: Local, sample: int) -> list[str]:
    calls, altering = asks(market), Altering(market)
    every = await cases(calls, altering)
    chosen = random.Random(SEED).sample(every, sample)
    altering.begin(-1, (), "")
    value, _ = await outcome(calls["get"])
    assert isinstance(value, Conversation)
    told = [(case, await wrong(calls, altering, case, len(value.messages))) for case in chosen]
    return [f"{case}: {what}" for case, what in told if what]


async def test_some_odd_answers_are_read_or_fail_and_can_be_drawn(market: Local) -> None:
    assert await defects(market, SAMPLE) == []


@pytest.mark.long
@pytest.mark.timeout(1_200)
async def test_many_odd_answers_are_read_or_fail_and_can_be_drawn(market: Local) -> None:
    assert await defects(market, MANY) == []
