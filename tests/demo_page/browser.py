"""Chromium for the tests of the page, started once; a page fails its test on any console error.

Import the fixtures into a test module, and set `pytestmark = IN_BROWSER`: its tests must run in
the session's event loop, as the browser does. A module that imports this one is skipped without a
browser; import Playwright's names from here, so that it is skipped before they are missing.
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
PATIENCE_MS = 20_000  # the machine may be busy
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
    """An empty page of a new profile, shared by a module's tests; see `opened`."""
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
    """A page of a new profile. Raises AssertionError at the end after a console error or warning,
    an uncaught exception, a browser dialog, or a request to another machine."""
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
    """The faults of a profile's pages; the list grows as they happen."""
    wrong: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            wrong.append(message.text)

    def asked(request: Request) -> None:
        if _external(request):
            wrong.append(request.url)

    async def shown(dialog: Dialog) -> None:
        wrong.append(f"a dialog: {dialog.message}")
        await dialog.dismiss()

    context.on("console", said)
    context.on("request", asked)
    context.on("dialog", shown)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    return wrong


def _external(request: Request) -> bool:
    """Whether a request leaves the machine."""
    address = urlsplit(request.url)
    return address.scheme not in ("data", "blob", "about") and address.hostname != "127.0.0.1"
