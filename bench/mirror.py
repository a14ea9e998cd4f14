"""B7: from a new marketplace message, once the poll has marked it, to its Slack post on the wire.

The marketplace takes 100 ms to show a ticket: the one round trip that must be made is the floor.
"""

from __future__ import annotations

import asyncio
import time

from bench.figure import Figure, quantile
from bench.place import Arrivals, Bench, idle, running, settings
from slackbridge.sandbox.faults import Action, Fault, Phase

ROUND_TRIP = 0.1
TICKETS = 10
MESSAGES = 40


async def measure(bench: Bench) -> list[Figure]:
    async with bench.world() as place, running(place, settings(place)) as bridge:
        tickets = place.refurbed.bulk(TICKETS)
        await bridge.pollers[0].list_once()
        await idle(bridge)
        slow = Fault("GetTicket", Phase.ANSWER, Action.DELAY, times=None, seconds=ROUND_TRIP)
        place.refurbed.faults.add(slow)
        place.slack.faults.seen = posts = Arrivals()
        took = []
        for number in range(bench.rounds(MESSAGES)):
            place.refurbed.customer_writes(tickets[number % TICKETS], f"<p>News {number}</p>")
            post = asyncio.create_task(posts.next("chat.postMessage"))
            await bridge.pollers[0].list_once()
            marked = time.perf_counter()
            took.append(await post - marked)
            await idle(bridge)
    half = quantile(took, 0.5) * 1000
    return [Figure("B7", "news -> post p50 (RTT 100 ms)", "ms", half, ROUND_TRIP * 1000, 1.1)]
