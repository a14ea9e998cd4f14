"""Two HTTP servers for Slack's events: our front desk, and a Bolt no-op app as the floor.

Both run on aiohttp in this process. No lane runs, so that only the intake is measured.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bench import payload
from bench.environment import Bench, free_port, settings
from slackbridge.app import Bridge
from slackbridge.demo.world import ACCOUNT, CHANNEL, World
from slackbridge.domain.model import TicketKey
from slackbridge.ops.health import serve
from slackbridge.slack.http_mode import add_routes
from slackbridge.slack.listeners import ANY

THREADS = 300
Requests = Callable[[int], Sequence[bytes]]


@dataclass
class EventServers:
    """The ports of both, the bridge behind ours, and the roots of the threads it knows."""

    bench: Bench
    place: World
    bridge: Bridge
    ours: int
    bare: int
    roots: Sequence[tuple[str, TicketKey]]

    def events(self, count: int) -> list[bytes]:
        """Requests with messages, spread over our threads."""
        app = self.place.slack.app
        texts = (f"Dear customer, your parcel is on its way ({n})." for n in range(count))
        return [
            payload.said(app, self.roots[n % len(self.roots)][0], text)
            for n, text in enumerate(texts)
        ]

    async def compare(
        self, rounds: int, ours: Requests, bare: Requests
    ) -> tuple[list[float], list[float]]:
        """Seconds to the ack of each; in alternation, so that drift affects both."""
        took: tuple[list[float], list[float]] = ([], [])
        for turn in range(rounds + 1):
            volleys = (
                await self.bench.load.one_by_one(self.ours, ours(turn)),
                await self.bench.load.one_by_one(self.bare, bare(turn)),
            )
            if turn:  # the first round warms up
                for all_, volley in zip(took, volleys, strict=True):
                    all_.extend(volley)
        return took


@contextlib.asynccontextmanager
async def event_servers(bench: Bench, **replies: Any) -> AsyncIterator[EventServers]:
    """Start both servers."""
    async with bench.world() as place, contextlib.AsyncExitStack() as stack:
        port = free_port()
        slack = {"mode": "http", "http_host": "127.0.0.1", "http_port": port, "post_seconds": 0.0}
        bridge = Bridge(settings(place, {"slack": slack, "replies": replies}), place.redis_url)
        await bridge.chat.client.open()
        stack.push_async_callback(bridge.close)
        await bridge.store.sync()
        await bridge.chat.begin()
        secret = place.slack.signing_secret
        app = bridge.listeners.app()
        server = await serve(
            bridge.settings,
            bridge.pulse,
            lambda web: add_routes(web, app, secret),
            lambda _: None,
        )
        assert server is not None
        stack.push_async_callback(server.stop)
        roots = [(payload.moment(), TicketKey(ACCOUNT, str(n))) for n in range(THREADS)]
        for ts, key in roots:
            await bridge.store.bind(CHANNEL, ts, key)
        bare = await _bare(place, stack)
        yield EventServers(bench, place, bridge, port, bare, roots)


async def _bare(place: World, stack: contextlib.AsyncExitStack) -> int:
    slack = place.slack
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret, process_before_response=True)
    app.event("message")(_nothing)
    app.action(ANY)(_acknowledge)
    runner = web.AppRunner(app.web_app(), access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return port


async def _nothing() -> None:
    """A no-op listener."""


async def _acknowledge(ack: Any) -> None:
    await ack()
