"""A real browser for the tests of the page: Chromium, started once, and pages that forgive nothing.

Import the fixtures you need into a test module, and let its tests run in the session's loop, where
the browser lives: `pytestmark = IN_BROWSER`. A module that imports this one is skipped where there
is no browser; what it needs of Playwright it takes from here, so that it is skipped in time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.demo_page.chromium import executable, missing

try:
    from playwright.async_api import (
        Browser,
        BrowserContext,
        CDPSession,
        ConsoleMessage,
        Dialog,
        Locator,
        Page,
        Request,
        async_playwright,
        expect,
    )
except ImportError:
    pytest.skip(missing(), allow_module_level=True)
if not executable():
    pytest.skip(missing(), allow_module_level=True)

__all__ = ["Browser", "BrowserContext", "CDPSession", "Locator", "Page", "expect"]

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
PATIENCE_MS = 20_000  # of a machine that does other things as well
IN_BROWSER = pytest.mark.asyncio(loop_scope="session")
Theme = Literal["light", "dark"]
expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(scope="session", loop_scope="session", name="browser")
async def browser_fixture() -> AsyncIterator[Browser]:
    """Chromium, started once."""
    async with launched() as browser:
        yield browser


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Chromium while the block lasts."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=ARGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="page")
async def page_fixture(browser: Browser) -> AsyncIterator[Page]:
    """An empty page of a fresh profile for the tests of a module; see `opened`."""
    async with opened(browser) as page:
        yield page


@asynccontextmanager
async def opened(
    browser: Browser,
    size: tuple[int, int] = WIDE,
    theme: Theme = "light",
    zone: str = "UTC",
    scale: float = 1,
    still: bool = False,
) -> AsyncIterator[Page]:
    """A page of a fresh profile. At its end nothing may be in its console that is an error or a
    warning, nothing thrown, no browser's dialog shown, and no request may have gone to another
    origin than its own."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=scale,
        color_scheme=theme,
        reduced_motion="reduce" if still else "no-preference",
        timezone_id=zone,
        locale="en-US",
    )
    wrong = _watched(context)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
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

    async def shown(dialog: Dialog) -> None:
        wrong.append(f"a dialog: {dialog.message}")
        await dialog.dismiss()

    context.on("console", said)
    context.on("request", asked)
    context.on("dialog", shown)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    return wrong


def _abroad(request: Request) -> bool:
    """Whether a request leaves the machine."""
    address = urlsplit(request.url)
    return address.scheme not in ("data", "blob", "about") and address.hostname != "127.0.0.1"
