"""The page over HTTP: it only translates requests into calls, and results into JSON."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from slackbridge.demo.page import body
from slackbridge.demo.page.answer import download, told
from slackbridge.demo.page.assets import asset, index
from slackbridge.demo.page.page import Page
from slackbridge.demo.page.policy import dress, guard
from slackbridge.demo.page.problem import Problem
from slackbridge.demo.world import World

LIMIT = "50"
Json = dict[str, Any]


class Routes:
    """Hung into the sandbox's server before it starts; answers once a world is shown."""

    def __init__(self) -> None:
        self._page: Page | None = None
        self._ready = asyncio.Event()

    def hang(self, server: web.Application) -> None:
        """Add the routes, and the guard before everything else."""
        server.middlewares.insert(0, guard)
        server.on_response_prepare.append(dress)
        get, post = server.router.add_get, server.router.add_post
        get("/", index)
        get("/static/{path:.+}", asset)
        get("/page/state", told(self._state))
        get("/page/channels/{channel}", told(self._history))
        get("/page/channels/{channel}/{ts}", told(self._thread))
        get("/page/people/{user}", told(self._person))
        get("/page/files/{file}", told(self._file))
        get("/page/events", told(self._events))
        get("/page/switches", told(self._switches))
        post("/page/switches/{switch}", told(self._switch))
        get("/page/books", told(self._books))
        post("/page/bridge", told(self._bridge))
        post("/page/arrive", told(self._arrive))
        get("/page/markets/{market}/tickets", told(self._tickets))
        get("/page/markets/{market}/tickets/{ticket}", told(self._ticket))
        get("/page/markets/{market}/files/{file}", told(self._attachment))
        post("/page/markets/{market}/open", told(self._open))
        post("/page/markets/{market}/pass", told(self._pass))
        post("/page/markets/{market}/tickets/{ticket}/{act}", told(self._act))

    def show(self, place: World) -> Page:
        """From now on the page shows this world. End it with the page's `close`."""
        self._page = Page(place)
        self._ready.set()
        return self._page

    async def _shown(self) -> Page:
        """The page; while the world is still being opened, a visitor waits."""
        await self._ready.wait()
        if self._page is None:
            raise Problem("The demo is not running.", 409)
        return self._page

    async def _state(self, request: web.Request) -> Json:
        return (await self._shown()).state()

    async def _history(self, request: web.Request) -> Json:
        limit = request.query.get("limit", LIMIT)
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

    async def _books(self, request: web.Request) -> Json:
        return (await self._shown()).books.shown()

    async def _bridge(self, request: web.Request) -> Json:
        motor = (await self._shown()).motor
        match body.text(await body.object_of(request), "act"):
            case "kill":
                return await motor.kill()
            case "start":
                return await motor.start()
        raise Problem("act must be kill or start.")

    async def _arrive(self, request: web.Request) -> Json:
        return (await self._shown()).arrivals.arrive()

    async def _tickets(self, request: web.Request) -> list[Json]:
        return (await self._shown()).desks.tickets(request.match_info["market"])

    async def _ticket(self, request: web.Request) -> Json:
        market, ticket = request.match_info["market"], request.match_info["ticket"]
        return (await self._shown()).desks.ticket(market, ticket)

    async def _attachment(self, request: web.Request) -> web.Response:
        market = (await self._shown()).desks.market(request.match_info["market"])
        return download(market.file(request.match_info["file"]))

    async def _open(self, request: web.Request) -> Json:
        desks, given = (await self._shown()).desks, await body.object_of(request)
        return {"ticket": desks.open(request.match_info["market"], body.letter(given))}

    async def _pass(self, request: web.Request) -> None:
        desks, given = (await self._shown()).desks, await body.object_of(request)
        desks.pass_time(request.match_info["market"], body.hours(given))

    async def _act(self, request: web.Request) -> Json | None:
        desks, given = (await self._shown()).desks, await body.object_of(request)
        market, ticket = request.match_info["market"], request.match_info["ticket"]
        match request.match_info["act"]:
            case "write":
                return {"message": desks.write(market, ticket, body.letter(given))}
            case "close":
                desks.close(market, ticket)
            case "reopen":
                desks.reopen(market, ticket)
            case other:
                raise Problem(f"A ticket has no {other}; it has write, close and reopen.", 404)
        return None
