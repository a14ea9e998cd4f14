"""The page's HTTP routes: translate requests into calls of Page, and results into JSON."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from slackbridge.demo.page import body
from slackbridge.demo.page.assets import asset, index
from slackbridge.demo.page.files import download
from slackbridge.demo.page.page import Page
from slackbridge.demo.page.problem import Problem
from slackbridge.demo.page.responses import json_handler
from slackbridge.demo.page.security import add_headers, guard
from slackbridge.demo.world import World

DEFAULT_LIMIT = "50"
Json = dict[str, Any]


class Routes:
    """Added to the sandbox's server before it starts; requests wait until `show` is called."""

    def __init__(self) -> None:
        self._page: Page | None = None
        self._ready = asyncio.Event()

    def add_to(self, server: web.Application) -> None:
        """Add the routes, and the guard before everything else."""
        server.middlewares.insert(0, guard)
        server.on_response_prepare.append(add_headers)
        get, post = server.router.add_get, server.router.add_post
        get("/", index)
        get("/static/{path:.+}", asset)
        get("/page/state", json_handler(self._state))
        get("/page/channels/{channel}", json_handler(self._history))
        get("/page/channels/{channel}/{ts}", json_handler(self._thread))
        get("/page/people/{user}", json_handler(self._person))
        get("/page/files/{file}", json_handler(self._file))
        get("/page/events", json_handler(self._events))
        get("/page/switches", json_handler(self._switches))
        post("/page/switches/{switch}", json_handler(self._switch))
        get("/page/books", json_handler(self._ledgers))
        post("/page/bridge", json_handler(self._bridge))
        post("/page/arrive", json_handler(self._open_sample))
        get("/page/markets/{market}/tickets", json_handler(self._tickets))
        get("/page/markets/{market}/tickets/{ticket}", json_handler(self._ticket))
        get("/page/markets/{market}/files/{file}", json_handler(self._attachment))
        post("/page/markets/{market}/open", json_handler(self._open))
        post("/page/markets/{market}/pass", json_handler(self._pass))
        post("/page/markets/{market}/tickets/{ticket}/{act}", json_handler(self._act))

    def show(self, place: World) -> Page:
        """Show this world from now on; the caller closes the returned page."""
        self._page = Page(place)
        self._ready.set()
        return self._page

    async def _shown(self) -> Page:
        """The page, as soon as its world is open."""
        await self._ready.wait()
        if self._page is None:
            raise Problem("The demo is not running.", 409)
        return self._page

    async def _state(self, request: web.Request) -> Json:
        return (await self._shown()).state()

    async def _history(self, request: web.Request) -> Json:
        limit = request.query.get("limit", DEFAULT_LIMIT)
        if not (limit.isascii() and limit.isdigit()):
            raise Problem("limit must be a whole number.")
        page, before = await self._shown(), request.query.get("before", "")
        return page.workspace.history(request.match_info["channel"], before, int(limit))

    async def _thread(self, request: web.Request) -> Json:
        channel, ts = request.match_info["channel"], request.match_info["ts"]
        return (await self._shown()).workspace.thread(channel, ts)

    async def _person(self, request: web.Request) -> Json:
        return (await self._shown()).workspace.person(request.match_info["user"])

    async def _file(self, request: web.Request) -> web.Response:
        return download((await self._shown()).workspace.file(request.match_info["file"]))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        return await (await self._shown()).feed.stream(request)

    async def _switches(self, request: web.Request) -> list[Json]:
        return (await self._shown()).switches.shown()

    async def _switch(self, request: web.Request) -> list[Json]:
        page, given = await self._shown(), await body.object_of(request)
        page.switches.turn(request.match_info["switch"], body.flag(given, "on"))
        return page.switches.shown()

    async def _ledgers(self, request: web.Request) -> Json:
        return (await self._shown()).ledgers.shown()

    async def _bridge(self, request: web.Request) -> Json:
        bridge = (await self._shown()).bridge
        match body.text(await body.object_of(request), "act"):
            case "kill":
                return await bridge.kill()
            case "start":
                return await bridge.start()
        raise Problem("act must be kill or start.")

    async def _open_sample(self, request: web.Request) -> Json:
        return (await self._shown()).samples.open_next()

    async def _tickets(self, request: web.Request) -> list[Json]:
        return (await self._shown()).markets.tickets(request.match_info["market"])

    async def _ticket(self, request: web.Request) -> Json:
        market, ticket = request.match_info["market"], request.match_info["ticket"]
        return (await self._shown()).markets.ticket(market, ticket)

    async def _attachment(self, request: web.Request) -> web.Response:
        market = (await self._shown()).markets.market(request.match_info["market"])
        return download(market.file(request.match_info["file"]))

    async def _open(self, request: web.Request) -> Json:
        markets, given = (await self._shown()).markets, await body.object_of(request)
        return {"ticket": markets.open(request.match_info["market"], body.customer_message(given))}

    async def _pass(self, request: web.Request) -> None:
        markets, given = (await self._shown()).markets, await body.object_of(request)
        markets.pass_time(request.match_info["market"], body.hours(given))

    async def _act(self, request: web.Request) -> Json | None:
        markets, given = (await self._shown()).markets, await body.object_of(request)
        market, ticket = request.match_info["market"], request.match_info["ticket"]
        match request.match_info["act"]:
            case "write":
                return {"message": markets.write(market, ticket, body.customer_message(given))}
            case "close":
                markets.close(market, ticket)
            case "reopen":
                markets.reopen(market, ticket)
            case other:
                raise Problem(f"A ticket has no {other}; it has write, close and reopen.", 404)
        return None
