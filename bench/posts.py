"""B11: Slack calls per mirrored message: one each, and one per thread for its card."""

from __future__ import annotations

from bench.figure import Figure
from bench.place import Arrivals, Bench, idle, running, settings

TICKETS = 30
EACH = 4


async def measure(bench: Bench) -> list[Figure]:
    count = bench.rounds(TICKETS)
    async with bench.world() as place, running(place, settings(place)) as bridge:
        place.slack.faults.seen = calls = Arrivals()
        tickets = place.refurbed.bulk(count, EACH)
        await bridge.pollers[0].list_once()
        await idle(bridge)
        new = len(calls)
        for _ in range(EACH):
            for ticket in tickets:
                place.refurbed.customer_writes(ticket, "<p>And one more thing</p>")
            await bridge.pollers[0].list_once()
            await idle(bridge)
        later = len(calls) - new
    return [
        Figure("B11", "Slack calls, new tickets", "", new, count * (EACH + 1), 1.05),
        Figure("B11", "Slack calls, later messages", "", later, count * EACH, 1.05),
    ]
