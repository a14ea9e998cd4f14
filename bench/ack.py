"""B1: latency from a signed event to its ack, on one connection.

Ours is durable: the intent is in Redis before Slack is answered. The floor is a Bolt no-op with
process_before_response. A thread's first message costs more (its ticket is looked up and the
thread is recorded as active) and is a separate figure.
"""

from __future__ import annotations

from bench.environment import Bench
from bench.event_servers import THREADS, event_servers
from bench.figure import Figure, quantile

VOLLEY = 300


async def measure(bench: Bench) -> list[Figure]:
    async with event_servers(bench, undo_seconds=600) as both:
        volley = min(THREADS, bench.rounds(VOLLEY))
        first = await bench.load.one_by_one(both.ours, both.events(THREADS))
        ours, floor = await both.compare(
            5, lambda _: both.events(volley), lambda _: both.events(volley)
        )
    half, most = quantile(floor, 0.5) * 1000, quantile(floor, 0.99) * 1000
    return [
        Figure("B1", "event -> ack p50", "ms", quantile(ours, 0.5) * 1000, half, 2.0),
        Figure("B1", "event -> ack p99", "ms", quantile(ours, 0.99) * 1000, most, 2.5),
        Figure("B1", "first of its thread, p50", "ms", quantile(first, 0.5) * 1000, half, 3.0),
    ]
