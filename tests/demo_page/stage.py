"""A bare page, with the real page's content security policy, that draws a test's blocks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from slackbridge.demo.page.assets import INLINE, asset
from slackbridge.demo.page.security import content_policy
from tests.demo_page.browser import Page

HERE = Path(__file__).parent / "stage_files"
Json = dict[str, Any]


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    """Serve the stage; yields its address."""
    app = web.Application()
    app.router.add_get("/", _index)
    app.router.add_get("/static/{path:.+}", asset)
    app.router.add_static("/stage", HERE)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def _index(request: web.Request) -> web.Response:
    page = (HERE / "index.html").read_text("utf-8")
    headers = {"Content-Security-Policy": content_policy(INLINE.findall(page))}
    return web.Response(text=page, content_type="text/html", headers=headers)


class Stage:
    """The stage in a browser page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def open(self, address: str) -> None:
        """Load the stage if needed, and clear it."""
        if self.page.url != address:
            await self.page.goto(address)  # its load event comes after the module scripts
        await self.page.evaluate("stage.clear()")

    async def show(self, *blocks: Json, errors: dict[str, str] | None = None) -> None:
        """Draw these blocks."""
        await self.cards([("", list(blocks))], errors or {})

    async def cards(self, cards: list[tuple[str, list[Json]]], errors: dict[str, str]) -> None:
        """Draw several named lists of blocks."""
        await self.page.evaluate("([cards, wrong]) => stage.show(cards, wrong)", [cards, errors])

    async def say(self, text: str) -> None:
        """Draw a mrkdwn text."""
        await self.page.evaluate("(text) => stage.say(text)", text)

    async def call(self, name: str, *args: Any) -> Any:
        """The result of a pure function."""
        return await self.page.evaluate("([name, args]) => stage[name](...args)", [name, args])

    async def acted(self) -> list[list[Any]]:
        """The actions of the elements: action id, block id, selection."""
        done: list[list[Any]] = await self.page.evaluate("stage.acted")
        return done

    async def values(self) -> Json:
        """The inputs' values."""
        held: Json = await self.page.evaluate("stage.values")
        return held

    async def html(self) -> str:
        """The drawn HTML."""
        return await self.page.locator("#stage").inner_html()
