"""B7: latency from a poll that marks a new message to its Slack post on the wire.

The marketplace takes 100 ms to return a ticket; this one unavoidable round trip is the floor.
"""

from __future__ import annotations

import asyncio
import time

from bench.environment import Bench, CallTimes, running, settings, until_idle
from bench.figure import Figure, quantile
from slackbridge.sandbox.faults import Action, Fault, Phase

ROUND_TRIP = 0.1
TICKETS = 10
MESSAGES = 40


async def measure(bench: Bench) -> list[Figure]:
    async with bench.world() as place, running(place, settings(place)) as bridge:
        tickets = place.refurbed.bulk(TICKETS)
        await bridge.pollers[0].list_once()
        await until_idle(bridge)
        slow = Fault("GetTicket", Phase.ANSWER, Action.DELAY, times=None, seconds=ROUND_TRIP)
        place.refurbed.faults.add(slow)
        place.slack.faults.seen = posts = CallTimes()
        took = []
        for number in range(bench.rounds(MESSAGES)):
            place.refurbed.customer_writes(tickets[number % TICKETS], f"<p>News {number}</p>")
            post = asyncio.create_task(posts.next("chat.postMessage"))
            await bridge.pollers[0].list_once()
            marked = time.perf_counter()
            took.append(await post - marked)
            await until_idle(bridge)
    half = quantile(took, 0.5) * 1000
    return [Figure("B7", "news -> post p50 (RTT 100 ms)", "ms", half, ROUND_TRIP * 1000, 1.1)]
