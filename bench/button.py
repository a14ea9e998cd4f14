"""B3: latency from a button press to its ack.

Ours undoes a stored reply; the floor is a Bolt no-op with process_before_response.
"""

from __future__ import annotations

from bench import payload
from bench.environment import Bench
from bench.event_servers import EventServers, event_servers
from bench.figure import Figure, quantile
from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Kind
from slackbridge.domain.record import Change

VOLLEY = 200
TURNS = 4


async def measure(bench: Bench) -> list[Figure]:
    async with event_servers(bench) as both:
        volley = bench.rounds(VOLLEY)
        stored = [await _stored(both, volley) for _ in range(TURNS + 1)]
        ours, floor = await both.compare(TURNS, stored.__getitem__, stored.__getitem__)
    return [
        Figure(
            "B3",
            "button -> ack p50",
            "ms",
            quantile(ours, 0.5) * 1000,
            quantile(floor, 0.5) * 1000,
            2.0,
        )
    ]


async def _stored(both: EventServers, count: int) -> list[bytes]:
    """Store waiting replies; returns the requests that undo them."""
    store, app = both.bridge.store, both.place.slack.app
    presses = []
    for number in range(count):
        root, key = both.roots[number % len(both.roots)]
        ts = payload.moment()
        intent = Intent(
            id=ts,
            kind=Kind.REPLY,
            agent=payload.AGENT,
            created=float(ts),
            ts=ts,
            text="Dear customer, hello.",
            due=store.now() + 600,
            undoable=True,
        )
        await store.write(key, Change(swaps=((None, intent),)))
        presses.append(payload.pressed(app, root, "intent:undo", f"{key}|{ts}"))
    return presses
