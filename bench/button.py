"""B3: from a button pressed to its ack. Ours takes a stored reply back (Undo); the floor is a bare
Bolt no-op with process_before_response.
"""

from __future__ import annotations

from bench import payload
from bench.doors import Doors, doors
from bench.figure import Figure, quantile
from bench.place import Bench
from slackbridge.intent import Intent
from slackbridge.model import Kind
from slackbridge.ports import Change

VOLLEY = 200
TURNS = 4


async def measure(bench: Bench) -> list[Figure]:
    async with doors(bench) as both:
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


async def _stored(both: Doors, count: int) -> list[bytes]:
    """Store replies that wait, and make the presses that take them back."""
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
