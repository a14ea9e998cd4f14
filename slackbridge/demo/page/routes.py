"""The page's HTTP routes: translate requests into calls of Page, and results into JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from slackbridge.demo.page import body
from slackbridge.demo.page.assets import asset, index
from slackbridge.demo.page.files import download
from slackbridge.demo.page.page import Page
from slackbridge.demo.page.responses import Answering, Problem, json_handler
from slackbridge.demo.page.security import add_headers, guard
from slackbridge.demo.world import World
from slackbridge.sandbox.slack.files import Shared

DEFAULT_LIMIT = "50"
Json = dict[str, Any]
Part = Callable[[Page], Callable[..., Any]]
Act = Callable[..., Awaitable[Any]]


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
        get("/page/channels/{channel}", json_handler(self._history))
        get("/page/events", json_handler(self._events))
        post("/page/arrive", json_handler(self._arrive))
        for path, part in READS.items():
            get(path, json_handler(self._read(part)))
        for path, act in ACTS.items():
            post(path, json_handler(self._act(act)))

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

    async def _history(self, request: web.Request) -> Json:
        limit = request.query.get("limit", DEFAULT_LIMIT)
        if not (limit.isascii() and limit.isdigit()):
            raise Problem("limit must be a whole number.")
        page, before = await self._shown(), request.query.get("before", "")
        return page.workspace.history(request.match_info["channel"], before, int(limit))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        return await (await self._shown()).feed.stream(request)

    async def _arrive(self, request: web.Request) -> Json:
        return (await self._shown()).samples.open_next()

    def _read(self, part: Part) -> Answering:
        async def answer(request: web.Request) -> Any:
            found = part(await self._shown())(**request.match_info)
            return download(found) if isinstance(found, Shared) else found

        return answer

    def _act(self, act: Act) -> Answering:
        async def answer(request: web.Request) -> Any:
            page, given = await self._shown(), await body.object_of(request)
            return await act(page, given, **request.match_info)

        return answer


async def _switch(page: Page, given: Json, switch: str) -> list[Json]:
    page.switches.turn(switch, body.flag(given, "on"))
    return page.switches.shown()


async def _bridge(page: Page, given: Json) -> Json:
    match body.text(given, "act"):
        case "kill":
            return await page.bridge.kill()
        case "start":
            return await page.bridge.start()
    raise Problem("act must be kill or start.")


async def _open(page: Page, given: Json, name: str) -> Json:
    return {"ticket": page.markets.open(name, body.customer_message(given))}


async def _pass(page: Page, given: Json, name: str) -> None:
    page.markets.pass_time(name, body.hours(given))


async def _on_ticket(page: Page, given: Json, name: str, id: str, act: str) -> Json | None:
    match act:
        case "write":
            return {"message": page.markets.write(name, id, body.customer_message(given))}
        case "close":
            page.markets.close(name, id)
        case "reopen":
            page.markets.reopen(name, id)
        case other:
            raise Problem(f"A ticket has no {other}; it has write, close and reopen.", 404)
    return None


READS: dict[str, Part] = {
    "/page/state": lambda page: page.state,
    "/page/channels/{channel}/{ts}": lambda page: page.workspace.thread,
    "/page/people/{user}": lambda page: page.workspace.person,
    "/page/files/{id}": lambda page: page.workspace.file,
    "/page/switches": lambda page: page.switches.shown,
    "/page/books": lambda page: page.ledgers.shown,
    "/page/markets/{name}/tickets": lambda page: page.markets.tickets,
    "/page/markets/{name}/tickets/{id}": lambda page: page.markets.ticket,
    "/page/markets/{name}/files/{id}": lambda page: page.markets.file,
}
"""What a GET calls, with the variables of its path as arguments."""
ACTS: dict[str, Act] = {
    "/page/switches/{switch}": _switch,
    "/page/bridge": _bridge,
    "/page/markets/{name}/open": _open,
    "/page/markets/{name}/pass": _pass,
    "/page/markets/{name}/tickets/{id}/{act}": _on_ticket,
}
"""What a POST calls, with its body's object and the variables of its path."""
