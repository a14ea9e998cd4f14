"""B11: Slack calls per mirrored message: one post each, and one per thread for its card.

A message may change the card too (whom it waits for, when it is due): edits of a card are merged
to one a second, however many messages come.
"""

from __future__ import annotations

import time

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
        place.slack.faults.seen = calls = Arrivals()
        begun = time.monotonic()
        for _ in range(EACH):
            for ticket in tickets:
                place.refurbed.customer_writes(ticket, "<p>And one more thing</p>")
            await bridge.pollers[0].list_once()
            await idle(bridge)
        seconds = time.monotonic() - begun
        posts, edits = calls.count("chat.postMessage"), calls.count("chat.update")
        other = len(calls) - posts - edits
    return [
        Figure("B11", "Slack calls, new tickets", "", new, count * (EACH + 1), 1.05),
        Figure("B11", "Slack calls but edits, later", "", posts + other, count * EACH, 1.05),
        Figure("B11", "card edits, one a second at most", "", edits, count * (1 + seconds), 1.0),
    ]
