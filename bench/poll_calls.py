"""B9, B10: marketplace calls per poll of 300 tickets, idle and busy.

Idle, a short poll must be one call and a full walk one call per page. Busy, every changed ticket
is read once, and there are no other calls.
"""

from __future__ import annotations

from bench.environment import Bench, running, settings, until_idle
from bench.figure import Figure
from slackbridge.providers.refurbed.provider import PAGE

TICKETS = 300
CHANGED = 40


async def measure(bench: Bench) -> list[Figure]:
    chosen = {"start": {"recent_hours": 0}}
    async with bench.world() as place:
        tickets = place.refurbed.bulk(TICKETS)
        async with running(place, settings(place, chosen)) as bridge:
            poller, calls = bridge.pollers[0], place.refurbed.calls
            await until_idle(bridge)

            async def cost(*, full: bool) -> int:
                before = calls.total()
                await poller.list_once(full=full)
                await until_idle(bridge)
                return calls.total() - before

            short, walk = await cost(full=False), await cost(full=True)
            changed = tickets[: bench.rounds(CHANGED)]
            for ticket in changed:
                place.refurbed.customer_writes(ticket, "<p>News</p>")
            busy = await cost(full=False)
            for ticket in changed:
                place.refurbed.customer_writes(ticket, "<p>More news</p>")
            again = await cost(full=False)
    ideal = 1 + len(changed)
    return [
        Figure("B9", "calls per idle short poll", "", short, 1, 1.0),
        Figure("B9", "calls per idle full walk", "", walk, TICKETS / PAGE, 1.0),
        Figure("B10", f"calls, {len(changed)} tickets are new", "", busy, ideal, 1.05),
        Figure("B10", f"calls, {len(changed)} tickets changed", "", again, ideal, 1.05),
    ]
