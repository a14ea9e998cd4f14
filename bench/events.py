"""B4: stored and acknowledged events a second, 32 connections, on one core.

The floor is the same load at a bare Bolt no-op. Slack sends at most 8.3 a second per workspace.
"""

from __future__ import annotations

from bench.doors import doors
from bench.figure import Figure, quantile
from bench.place import Bench

CONNECTIONS = 32
VOLLEY = 1_500
SLACK_MOST = 8.3


async def measure(bench: Bench) -> list[Figure]:
    ours: list[float] = []
    floor: list[float] = []
    async with doors(bench, undo_seconds=600) as both:
        for turn in range(4):
            for port, rates in ((both.ours, ours), (both.bare, floor)):
                requests = both.events(bench.rounds(VOLLEY))
                rate = await bench.load.side_by_side(port, requests, CONNECTIONS)
                rates += [rate] if turn else []  # the first one warms up
    here, there = quantile(ours, 0.5), quantile(floor, 0.5)
    return [
        Figure("B4", "events a second", "/s", here, there, 0.5, limit=100 * SLACK_MOST, more=True)
    ]
