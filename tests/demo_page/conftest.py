"""A world with the page but without a running bridge, and an HTTP client of the page."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

import aiohttp
import pytest

from slackbridge.demo.page.page import Page
from slackbridge.demo.page.routes import Routes
from slackbridge.demo.serve import SETTINGS
from slackbridge.demo.world import ALL, World, world

SECONDS = 10.0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a browser, so that they can be deselected."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


class Stream:
    """Server-sent events as a browser reads them."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self, type: str, **facts: Any) -> Any:
        """The next event of a type whose data contains `facts`; others are skipped."""
        async with asyncio.timeout(SECONDS):
            while True:
                name, data = await self._event()
                if name == type and all(data.get(key) == facts[key] for key in facts):
                    return data

    async def ends(self, *errors: type[Exception]) -> None:
        """Read until the stream ends, with one of `errors` or without."""
        async with asyncio.timeout(SECONDS):
            with contextlib.suppress(EOFError, *errors):
                while True:
                    await self._event()

    async def _event(self) -> tuple[str, Any]:
        name = ""
        async for line in self._response.content:
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                return name, json.loads(value)
        raise EOFError("the stream has ended")


class Raw(NamedTuple):
    """An undecoded response."""

    status: int
    kind: str
    headers: Mapping[str, str]
    data: bytes


class Visitor:
    """`ask` returns status and body; `get` and `post` return the result of a successful call."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._session = session

    async def ask(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        async with self._session.request(method, f"{self.url}{path}", **how) as response:
            return response.status, await response.json(content_type=None)

    async def get(self, path: str) -> Any:
        status, answer = await self.ask("GET", path)
        assert (status, answer["ok"]) == (200, True), answer
        return answer["result"]

    async def post(self, path: str, **body: Any) -> Any:
        status, answer = await self.ask("POST", path, json=body)
        assert (status, answer["ok"]) == (200, True), answer
        return answer["result"]

    async def refused(self, path: str, **body: Any) -> tuple[int, str]:
        """Status and error of a POST that fails."""
        status, answer = await self.ask("POST", path, json=body)
        assert answer["ok"] is False
        return status, answer["error"]

    async def raw(self, path: str, **headers: str) -> Raw:
        async with self._session.get(f"{self.url}{path}", headers=headers) as response:
            kind, data = response.content_type, await response.read()
            return Raw(response.status, kind, response.headers, data)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Stream]:
        async with self._session.get(f"{self.url}/page/events") as response:
            stream = Stream(response)
            await stream.next("hello")
            yield stream


@pytest.fixture
def routes() -> Routes:
    return Routes()


@pytest.fixture
async def place(routes: Routes, redis_url: str) -> AsyncIterator[World]:
    async with world(
        extra=SETTINGS, redis_url=redis_url, seed=False, markets=ALL, extend=routes.add_to
    ) as place:
        yield place


@pytest.fixture
async def page(routes: Routes, place: World) -> AsyncIterator[Page]:
    page = routes.show(place)
    yield page
    await page.close()


@pytest.fixture
async def visitor(page: Page, place: World) -> AsyncIterator[Visitor]:
    async with aiohttp.ClientSession() as session:
        yield Visitor(place.slack.url, session)
