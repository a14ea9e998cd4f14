"""kill -9 of the real bridge at chosen moments: nothing lost, nothing doubled, nothing silent.

The moments are a fixed sample of the matrix, which `python -m tests.crash` runs in full.
"""

from __future__ import annotations

import pytest

from slackbridge.sandbox.faults import Phase
from tests.crash.matrix import Point, strike

SAMPLE = (
    Point("ListTickets", 0, Phase.ANSWER),
    Point("chat.postMessage", 0, Phase.COMMIT),
    Point("chat.postMessage", 1, Phase.ARRIVAL),
    Point("chat.postMessage", 3, Phase.HALF),
    Point("GetTicket", 1, Phase.ANSWER),
    Point("UpdateTicket", 0, Phase.ARRIVAL),
    Point("UpdateTicket", 0, Phase.COMMIT),
    Point("UpdateTicket", 1, Phase.AFTER),
    Point("chat.update", 6, Phase.COMMIT),
    Point("reactions.add", 1, Phase.AFTER),
    Point("views.open", 0, Phase.AFTER),
    Point("CreateTicket", 0, Phase.COMMIT),
)


@pytest.mark.crash
@pytest.mark.timeout(100)
@pytest.mark.parametrize("point", SAMPLE, ids=str)
async def test_a_killed_bridge_loses_doubles_and_hides_nothing(point: Point) -> None:
    outcome = await strike(point, seed=0)
    assert outcome.verdict.faults == []
    assert outcome.reached
