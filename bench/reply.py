"""B5: latency from an agent's message to the marketplace request on the wire, with no undo window.

The whole path over Socket Mode: event, stored intent, claim, the read needed to settle the outcome
later, the journalled attempt, the reply. The floor is what any durable bridge pays: a Redis
wake-up and two marketplace calls, measured in alternation with ours.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
from redis.asyncio import Redis

from bench.environment import Bench, CallTimes, running, settings, until_idle
from bench.figure import Figure, quantile
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.providers.refurbed.api import PATH, headers

TICKETS = 20
REPLIES = 100
P99_LIMIT = 25.0


async def measure(bench: Bench) -> list[Figure]:
    async with bench.world() as place, running(place, settings(place)) as bridge:
        tickets = place.refurbed.bulk(TICKETS)
        await bridge.pollers[0].list_once()
        await until_idle(bridge)
        roots = {ticket: str(views.cards(place.slack, ticket)[0]["ts"]) for ticket in tickets}
        place.refurbed.faults.seen = arrivals = CallTimes()
        ours: list[float] = []
        floor: list[float] = []
        async with _Bare(place, bench.redis_url) as bare:
            for number in range(bench.rounds(REPLIES)):
                ticket = tickets[number % TICKETS]
                begun = time.perf_counter()
                arrival = asyncio.create_task(arrivals.next("UpdateTicket"))
                await place.slack.person("anna").say(CHANNEL, f"Hello {number}", roots[ticket])
                ours.append(await arrival - begun)
                await until_idle(bridge)
                floor.append(await bare.once(ticket))
    half, most = quantile(floor, 0.5) * 1000, quantile(floor, 0.99) * 1000
    return [
        Figure("B5", "message -> wire p50", "ms", quantile(ours, 0.5) * 1000, half, 3.0),
        Figure(
            "B5", "message -> wire p99", "ms", quantile(ours, 0.99) * 1000, most, None, P99_LIMIT
        ),
    ]


class _Bare:
    """A stream entry, and the two calls that its reader makes."""

    def __init__(self, place: World, redis_url: str) -> None:
        self._redis = Redis.from_url(redis_url)
        self._reader = Redis.from_url(redis_url)
        self._last: Any = "0"
        self._http = httpx.AsyncClient(
            base_url=f"{place.refurbed.url}/{PATH}/", headers=headers(place.refurbed.token)
        )

    async def __aenter__(self) -> _Bare:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()
        await self._redis.aclose()
        await self._reader.aclose()

    async def once(self, ticket: int) -> float:
        """Seconds from the entry to the response of the second call."""
        waiting = asyncio.ensure_future(self._reader.xread({"bench": self._last}, block=2_000))
        await asyncio.sleep(0.005)
        begun = time.perf_counter()
        self._last = await self._redis.xadd("bench", {"text": "Hello"})
        await waiting
        for _ in range(2):
            answer = await self._http.post("GetTicket", json={"ticket_id": str(ticket)})
            answer.raise_for_status()
        return time.perf_counter() - begun
