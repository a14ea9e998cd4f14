"""A real browser for the tests of the page: Chromium, started once, and pages that forgive nothing.

Import the fixtures you need into a test module, and let its tests run in the session's loop, where
the browser lives: `pytestmark = IN_BROWSER`. Where there is no Chromium the tests are skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    async_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, PHONE = (900, 900), (390, 844)
IN_BROWSER = pytest.mark.asyncio(loop_scope="session")
Theme = Literal["light", "dark"]


def executable() -> str:
    """The path of a Chromium; skips the test where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on PATH")
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session", name="browser")
async def browser_fixture() -> AsyncIterator[Browser]:
    """Chromium, started once."""
    path = executable()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session", name="page")
async def page_fixture(browser: Browser) -> AsyncIterator[Page]:
    """An empty page of a fresh profile; see `opened`."""
    async with opened(browser) as page:
        yield page


@asynccontextmanager
async def opened(
    browser: Browser, size: tuple[int, int] = WIDE, theme: Theme = "light", zone: str = "UTC"
) -> AsyncIterator[Page]:
    """A page of a fresh profile. At its end nothing may be in its console that is an error or a
    warning, nothing thrown, and no request may have gone to another origin than its own."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,
        timezone_id=zone,
        locale="en-US",
    )
    wrong = _watched(context)
    page = await context.new_page()
    page.set_default_timeout(8_000)
    try:
        yield page
        assert not wrong, wrong
    finally:
        await context.close()


def _watched(context: BrowserContext) -> list[str]:
    """What goes wrong in a profile's pages, as it does."""
    wrong: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            wrong.append(message.text)

    def asked(request: Request) -> None:
        if _abroad(request):
            wrong.append(request.url)

    context.on("console", said)
    context.on("request", asked)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    return wrong


def _abroad(request: Request) -> bool:
    """Whether a request leaves the machine."""
    address = urlsplit(request.url)
    return address.scheme not in ("data", "blob", "about") and address.hostname != "127.0.0.1"
