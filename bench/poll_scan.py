"""B8: tickets per second that a poll scans when nothing has changed: list, read, compare.

The server returns recorded pages, which costs next to nothing. The floor fetches the same pages
and only calls `json.loads`.
"""

from __future__ import annotations

import json
import time

import httpx
from aiohttp import web

from bench.environment import Bench, settings
from bench.figure import Figure, quantile
from slackbridge.app import Bridge
from slackbridge.demo.world import World
from slackbridge.providers.refurbed.api import PATH, headers
from slackbridge.providers.refurbed.provider import ACTIVE, OLDEST_FIRST, PAGE
from slackbridge.sandbox.serve import serve

PAGES = 5
TURNS = 12
LEAST = 20_000


async def measure(bench: Bench) -> list[Figure]:
    async with bench.world() as place:
        pages = await _pages(place)
        server = await serve(_recorded(pages))
        base = f"{server.url}/{PATH}/"
        account = {"base_url": server.url}
        bridge = Bridge(settings(place, {"account": account}), place.redis_url)
        ours: list[float] = []
        floor: list[float] = []
        async with httpx.AsyncClient(base_url=base) as http:
            for turn in range(bench.rounds(TURNS) + 1):
                begun = time.perf_counter()
                await bridge.pollers[0].list_once(full=True)
                middle = time.perf_counter()
                await _walk(http)
                if turn:  # in the first round everything is new
                    ours.append(middle - begun)
                    floor.append(time.perf_counter() - middle)
        await bridge.close()
        await server.stop()
    tickets = PAGES * PAGE
    here, there = tickets / quantile(ours, 0.5), tickets / quantile(floor, 0.5)
    return [Figure("B8", "tickets scanned a second", "/s", here, there, 0.6, LEAST, more=True)]


async def _pages(place: World) -> dict[str, bytes]:
    """The marketplace's pages by cursor."""
    place.refurbed.bulk(PAGES * PAGE)
    base = f"{place.refurbed.url}/{PATH}/"
    async with httpx.AsyncClient(base_url=base, headers=headers(place.refurbed.token)) as http:
        pages: dict[str, bytes] = {}
        cursor = ""
        while cursor not in pages:
            answer = await http.post("ListTickets", json=_query(cursor))
            pages[cursor] = answer.content
            if answer.json().get("has_more"):
                cursor = answer.json()["tickets"][-1]["id"]
    return pages


def _query(cursor: str) -> dict[str, object]:
    more = {"starting_after": cursor} if cursor else {}
    return {"pagination": {"limit": PAGE, **more}, "sort": OLDEST_FIRST, "filter": ACTIVE}


def _recorded(pages: dict[str, bytes]) -> web.Application:
    async def answer(request: web.Request) -> web.Response:
        cursor = (await request.json())["pagination"].get("starting_after", "")
        return web.Response(body=pages[cursor], content_type="application/json")

    server = web.Application()
    server.router.add_post("/{method:.*}", answer)
    return server


async def _walk(http: httpx.AsyncClient) -> None:
    cursor = ""
    while True:
        listing = json.loads((await http.post("ListTickets", json=_query(cursor))).content)
        if not listing.get("has_more"):
            return
        cursor = listing["tickets"][-1]["id"]
