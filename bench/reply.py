"""B5: from an agent's message to the marketplace's request on the wire, undo window 0.

The whole way over Socket Mode: event, stored intent, claim, the read that settles any doubt later,
the attempt written down, the reply. The floor is what any durable bridge pays: a Redis wake-up and
the two calls to the marketplace, made bare and in turn with ours.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
from redis.asyncio import Redis

from bench.figure import Figure, quantile
from bench.place import Arrivals, Bench, idle, running, settings
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.providers.refurbed import headers
from slackbridge.providers.refurbed_rpc import PATH

TICKETS = 20
REPLIES = 100
P99_LIMIT = 25.0


async def measure(bench: Bench) -> list[Figure]:
    async with bench.world() as place, running(place, settings(place)) as bridge:
        tickets = place.refurbed.bulk(TICKETS)
        await bridge.pollers[0].list_once()
        await idle(bridge)
        roots = {ticket: str(views.cards(place.slack, ticket)[0]["ts"]) for ticket in tickets}
        place.refurbed.faults.seen = arrivals = Arrivals()
        ours: list[float] = []
        floor: list[float] = []
        async with _Bare(place, bench.redis_url) as bare:
            for number in range(bench.rounds(REPLIES)):
                ticket = tickets[number % TICKETS]
                begun = time.perf_counter()
                arrival = asyncio.create_task(arrivals.next("UpdateTicket"))
                await place.slack.person("anna").say(CHANNEL, f"Hello {number}", roots[ticket])
                ours.append(await arrival - begun)
                await idle(bridge)
                floor.append(await bare.once(ticket))
    half, most = quantile(floor, 0.5) * 1000, quantile(floor, 0.99) * 1000
    return [
        Figure("B5", "message -> wire p50", "ms", quantile(ours, 0.5) * 1000, half, 3.0),
        Figure(
            "B5", "message -> wire p99", "ms", quantile(ours, 0.99) * 1000, most, None, P99_LIMIT
        ),
    ]


class _Bare:
    """A queue entry, and the two calls its reader makes."""

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
        """Seconds from the entry to the answer of the second call."""
        waiting = asyncio.ensure_future(self._reader.xread({"bench": self._last}, block=2_000))
        await asyncio.sleep(0.005)
        begun = time.perf_counter()
        self._last = await self._redis.xadd("bench", {"text": "Hello"})
        await waiting
        for _ in range(2):
            answer = await self._http.post("GetTicket", json={"ticket_id": str(ticket)})
            answer.raise_for_status()
        return time.perf_counter() - begun
