"""B12, B13: a backlog over four channels, with Slack's limits enforced, and live messages in it.

Slack's limits are scaled by five, so a slot (the time between two posts in a channel) is 0.2 s
instead of one second. The floor is an ideal token bucket. A live message, on a ticket that already
has a thread, must not wait behind the backlog. The backlog must cost one marketplace read per
ticket, however long its messages wait for their slots.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from bench.environment import Bench, running, settings, until_idle
from bench.figure import Figure, quantile
from slackbridge.app import Bridge
from slackbridge.config.sections import RouteSettings
from slackbridge.config.settings import Settings
from slackbridge.demo import views
from slackbridge.demo.world import World
from slackbridge.sandbox.slack.roster import Channel

SCALE = 5
SLOT = 1 / SCALE
BURST = 3
CHANNELS = tuple(f"C0BENCH{n}" for n in range(4))
TICKETS = 25  # a channel
EACH = 2  # messages, and a card
POLL_SECONDS = 0.9
PAST_SECONDS = 7_200.0


async def measure(bench: Bench) -> list[Figure]:
    async with bench.world(rate_scale=SCALE) as place:
        for channel in CHANNELS:
            members = [place.slack.app.bot_user]
            place.slack.workspace.channels[channel] = Channel(channel, channel.lower(), members)
        live = {channel: place.refurbed.customer_opens(topic=channel) for channel in CHANNELS}
        async with running(place, _routed(place)) as bridge:
            await until_idle(bridge)
            backlog = _backlog(place, bench.rounds(TICKETS))
            return await _caught_up(place, bridge, live, backlog)


def _routed(place: World) -> Settings:
    """One channel per topic."""
    routes = tuple(RouteSettings(when={"topic": channel}, channel=channel) for channel in CHANNELS)
    chosen = settings(place, {"slack": {"post_seconds": SLOT, "post_burst": BURST}})
    return chosen.model_copy(update={"routes": routes})


def _backlog(place: World, count: int) -> int:
    """Open tickets dated in the past; returns how many."""
    with place.refurbed.clock.pinned(time.time() - PAST_SECONDS):
        for _ in range(count):
            for channel in CHANNELS:
                ticket = place.refurbed.customer_opens(topic=channel)
                for number in range(1, EACH):
                    place.refurbed.customer_writes(ticket, f"<p>And {number}</p>")
    return count * len(CHANNELS)


async def _caught_up(
    place: World, bridge: Bridge, live: dict[str, int], backlog: int
) -> list[Figure]:
    before = len(place.slack.ledger.all("post"))
    reads = place.refurbed.calls["GetTicket"]
    await bridge.pollers[0].list_once(full=True)
    asked: list[float] = []
    expected = backlog * (EACH + 1)
    while left := before + expected - len(place.slack.ledger.all("post")):
        if left > expected / 4:
            asked.append(await _news(place, bridge, live))
            expected += len(live)
        await asyncio.sleep(POLL_SECONDS)
    posts = place.slack.ledger.all("post")[before:]
    most = max(Counter(str(post.data["channel"]) for post in posts).values())
    waits = [wait / SLOT for channel in live for wait in _waits(place, live[channel], asked)]
    refused = sum(place.slack.limits.refused.values()) / len(posts)
    read = place.refurbed.calls["GetTicket"] - reads
    ideal, took = (most - BURST) * SLOT, posts[-1].at - posts[0].at
    return [
        Figure("B12", f"catch-up of {len(posts)} posts", "s", took, ideal, 1.05),
        Figure("B12", "refused with 429", "%", refused * 100, 0, limit=1.0),
        Figure("B13", "wait of a live post p95", "slots", quantile(waits, 0.95), 1, limit=3.0),
        Figure("B10", "reads while catching up", "", read, backlog + len(waits), 1.05),
    ]


async def _news(place: World, bridge: Bridge, live: dict[str, int]) -> float:
    """Add a message to every live ticket and poll; returns the time."""
    for ticket in live.values():
        place.refurbed.customer_writes(ticket, "<p>Are you there?</p>")
    await bridge.pollers[0].list_once()
    return time.time()


def _waits(place: World, ticket: int, asked: list[float]) -> list[float]:
    """Seconds from each message to its post."""
    channel = next(channel for channel in CHANNELS if views.cards(place.slack, ticket, channel))
    stood = [float(row["ts"]) for row in views.mirrored(place.slack, ticket, channel)]
    return [max(0.0, ts - at) for at, ts in zip(asked, stood[1:], strict=True)]
