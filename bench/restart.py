"""B16: time from `kill -9` during a reply, with an immediate restart, until the reply is sent.

The floor is the longer of the dead process's lease (3 s here, 15 s by default) and the import time
of the program.
"""

from __future__ import annotations

import asyncio
import sys
import time

from bench.environment import Bench
from bench.figure import Figure
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, QUICK, World
from slackbridge.sandbox.faults import Action, Fault, Phase

LEASE = float(QUICK["timing"]["lease_seconds"])
OWN_SECONDS = 2.5


async def measure(bench: Bench) -> list[Figure]:
    async with bench.world(extra={**QUICK, "replies": {"undo_seconds": 0}}) as place:
        await place.bridge.start()
        took = await _killed(place)
    floor = max(await _import_seconds(), LEASE)
    return [
        Figure("B16", "kill -9 -> reply (lease 3 s)", "s", took, floor, None, OWN_SECONDS + LEASE)
    ]


async def _killed(place: World) -> float:
    slack, market = place.slack, place.refurbed
    ticket = market.customer_opens()
    await place.until("its thread", lambda: views.mirrored(slack, ticket))
    await asyncio.sleep(1)  # until the lane releases its lease
    market.faults.add(Fault("GetTicket", Phase.ARRIVAL, Action.DELAY, seconds=60))
    reads = market.faults.seen.count("GetTicket")
    root = str(views.cards(slack, ticket)[0]["ts"])
    await slack.person("anna").say(CHANNEL, "It is on its way.", root)
    await place.until("the lane", lambda: market.faults.seen.count("GetTicket") > reads)
    begun = time.time()
    await place.bridge.kill()
    await place.bridge.start()
    await place.until("the reply", lambda: market.ledger.all("reply"))
    return market.ledger.all("reply")[0].at - begun


async def _import_seconds() -> float:
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import slackbridge.cli.main"
    )
    assert await process.wait() == 0
    return time.perf_counter() - begun
