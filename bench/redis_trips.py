"""B15: round trips to Redis per act, as counted by the server (one socket read each).

Accept: store a thread message and mark its ticket due. Claim: lease a due ticket. Begin: journal
an attempt. Settle: store its outcome. A whole reply is shown for comparison.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bench import payload
from bench.environment import Bench, running, settings, until_idle
from bench.figure import Figure
from slackbridge.app import Bridge
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.domain.chat import Heard
from slackbridge.domain.intent import State, begin, conclude
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import Change

Act = Callable[[], Awaitable[object]]


async def measure(bench: Bench) -> list[Figure]:
    async with bench.world() as place:
        bridge = Bridge(settings(place, {"replies": {"undo_seconds": 600}}), place.redis_url)
        await bridge.chat.client.open()
        figures = await _acts(bridge)
        await bridge.close()
    async with bench.world() as place, running(place, settings(place)) as bridge:
        reply = await _reply(place, bridge)
    whole = Figure("B15", "a whole reply, message to receipt", "trips", reply, len(figures))
    return [*figures, whole]


async def _trips(bridge: Bridge, act: Act) -> int:
    before = await _reads(bridge)
    await act()
    return await _reads(bridge) - before - 1  # INFO is a read too


async def _reads(bridge: Bridge) -> int:
    return int((await bridge.store.redis.info("stats"))["total_reads_processed"])


async def _acts(bridge: Bridge) -> list[Figure]:
    store, key = bridge.store, TicketKey(bridge.pollers[0].account, "4711")
    for _ in range(2):  # the first time loads scripts, looks up a member, and so on
        await bridge.desk.said(key, _heard())
        await store.lease(key.account, 1)
        await store.write(key, Change(put={"revision": "1"}))
    heard = _heard()
    accept = await _trips(bridge, lambda: bridge.desk.said(key, heard))
    queued = await store.intent(key, heard.ts)
    assert queued is not None
    claim = await _trips(bridge, lambda: store.lease(key.account, 1))
    sending = begin(queued, store.now(), 10, ())
    first = Change(swaps=((queued, sending),))
    last = Change(swaps=((sending, conclude(sending, State.SENT)),))
    begun = await _trips(bridge, lambda: store.write(key, first))
    settled = await _trips(bridge, lambda: store.write(key, last))
    acts = {"accept": accept, "claim": claim, "begin": begun, "settle": settled}
    return [Figure("B15", name, "trips", trips, 1, 1.0) for name, trips in acts.items()]


def _heard() -> Heard:
    ts = payload.moment()
    return Heard(CHANNEL, ts, "1.0", payload.AGENT, "Dear customer, hello.", client_msg_id=ts)


async def _reply(place: World, bridge: Bridge) -> int:
    ticket = place.refurbed.customer_opens()
    await bridge.pollers[0].list_once()
    await until_idle(bridge)
    root = str(views.cards(place.slack, ticket)[0]["ts"])
    anna = place.slack.person("anna")
    await anna.say(CHANNEL, "The first one also asks who Anna is.", root)
    await place.until("the first receipt", lambda: place.slack.ledger.all("reaction_add"))
    await until_idle(bridge)
    before = await _reads(bridge)
    await anna.say(CHANNEL, "Your parcel is on its way.", root)
    await place.until("the receipt", lambda: len(place.slack.ledger.all("reaction_add")) == 2)
    return await _reads(bridge) - before - 1
