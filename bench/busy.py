"""B2: p99 of the ack while a process posts a backlog and polls four accounts every second.

The process runs in HTTP mode with the real rate limits of Slack (four posts a second in total) and
refurbed (8 calls a second per account). 50 events arrive per second, six times Slack's maximum;
every sixth is a note in a ticket's thread and is stored. The floor is the same process when idle.
"""

from __future__ import annotations

import httpx

from bench import payload
from bench.environment import Bench, Changes, free_port
from bench.figure import Figure, quantile
from bench.process import four_accounts
from slackbridge.demo.world import ACCOUNT, CHANNEL, World
from slackbridge.domain.model import TicketKey
from slackbridge.store.redis import RedisStore, connect

PER_SECOND = 50.0
EVENTS = 300
WARM_UP = 50
THREADS = 60
TICKETS = 300
LIMIT_MS = 50.0


async def measure(bench: Bench) -> list[Figure]:
    port, count = free_port(), bench.rounds(EVENTS)
    tables: Changes = {
        "slack": {
            "mode": "http",
            "http_host": "127.0.0.1",
            "http_port": port,
            "post_seconds": 0.25,
        },
        "account": {"poll_seconds": 1},
    }
    async with four_accounts(bench, tables) as place:
        roots = await _threads(place)
        await place.bridge.start()
        await place.until("the process", lambda: _ready(port))
        await bench.load.paced(port, _events(place, roots, WARM_UP), PER_SECOND)
        rest = await bench.load.paced(port, _events(place, roots, count), PER_SECOND)
        place.refurbed.bulk(TICKETS)
        await place.until("the backlog", lambda: place.slack.ledger.all("post"))
        busy = await bench.load.paced(port, _events(place, roots, count), PER_SECOND)
    ours, floor = quantile(busy, 0.99) * 1000, quantile(rest, 0.99) * 1000
    return [Figure("B2", "ack p99, backlog and polls", "ms", ours, floor, 3.0, LIMIT_MS)]


async def _threads(place: World) -> list[str]:
    store = RedisStore(connect(place.redis_url))
    roots = [payload.moment() for _ in range(THREADS)]
    for number, root in enumerate(roots):
        await store.bind(CHANNEL, root, TicketKey(ACCOUNT, f"9{number}"))
    await store.close()
    return roots


async def _ready(port: int) -> bool:
    async with httpx.AsyncClient() as http:
        try:
            return (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
        except httpx.ConnectError:
            return False


def _events(place: World, roots: list[str], count: int) -> list[bytes]:
    app = place.slack.app
    return [
        payload.said(app, payload.moment(), "Talk in a thread that is not ours.")
        if number % 6
        else payload.said(app, roots[number // 6 % THREADS], "// a note for colleagues")
        for number in range(count)
    ]
