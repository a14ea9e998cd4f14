"""B11: Slack calls per mirrored message: one post each, and one per thread for its card.

A message may also change the card (who must answer, when it is due). Edits of a card are merged to
one per second, however many messages arrive.
"""

from __future__ import annotations

import time

from bench.environment import Bench, CallTimes, running, settings, until_idle
from bench.figure import Figure

TICKETS = 30
EACH = 4


async def measure(bench: Bench) -> list[Figure]:
    count = bench.rounds(TICKETS)
    async with bench.world() as place, running(place, settings(place)) as bridge:
        place.slack.faults.seen = calls = CallTimes()
        tickets = place.refurbed.bulk(count, EACH)
        await bridge.pollers[0].list_once()
        await until_idle(bridge)
        new = len(calls)
        place.slack.faults.seen = calls = CallTimes()
        begun = time.monotonic()
        for _ in range(EACH):
            for ticket in tickets:
                place.refurbed.customer_writes(ticket, "<p>And one more thing</p>")
            await bridge.pollers[0].list_once()
            await until_idle(bridge)
        seconds = time.monotonic() - begun
        posts, edits = calls.count("chat.postMessage"), calls.count("chat.update")
        other = len(calls) - posts - edits
    return [
        Figure("B11", "Slack calls, new tickets", "", new, count * (EACH + 1), 1.05),
        Figure("B11", "Slack calls but edits, later", "", posts + other, count * EACH, 1.05),
        Figure("B11", "card edits, one a second at most", "", edits, count * (1 + seconds), 1.0),
    ]
