"""B4: events stored and acknowledged per second, with 32 connections, on one core.

The floor is a Bolt no-op under the same load. Slack sends at most 8.3 per second and workspace.
"""

from __future__ import annotations

from bench.environment import Bench
from bench.event_servers import event_servers
from bench.figure import Figure, quantile

CONNECTIONS = 32
VOLLEY = 1_500
SLACK_MOST = 8.3


async def measure(bench: Bench) -> list[Figure]:
    ours: list[float] = []
    floor: list[float] = []
    async with event_servers(bench, undo_seconds=600) as both:
        for turn in range(4):
            for port, rates in ((both.ours, ours), (both.bare, floor)):
                requests = both.events(bench.rounds(VOLLEY))
                rate = await bench.load.side_by_side(port, requests, CONNECTIONS)
                rates += [rate] if turn else []  # the first round warms up
    here, there = quantile(ours, 0.5), quantile(floor, 0.5)
    return [
        Figure("B4", "events a second", "/s", here, there, 0.5, limit=100 * SLACK_MOST, more=True)
    ]
