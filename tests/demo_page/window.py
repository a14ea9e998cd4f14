"""Actions of a person on the page: navigate, write, press, switch person.

Import `window_fixture` together with the fixtures of the browser and the scene.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.demo_page.browser import Browser, Locator, Page, expect, opened
from tests.demo_page.scene import Case, Scene

DESKTOP = (1280, 800)
ANNA, BEN, GIL = "U0ANNA", "U0BEN", "U0GIL"
QUIET = """
if (!localStorage.getItem("slackbridge.tour"))
  localStorage.setItem("slackbridge.tour", '{"open": false}');
"""


@pytest_asyncio.fixture(loop_scope="session", name="window")
async def window_fixture(browser: Browser, scene: Scene) -> AsyncIterator[Window]:
    """A desktop-sized window without a page."""
    async with opened(browser, DESKTOP) as page:
        yield Window(page, scene)


class Window:
    """The page in one browser window. `thread` and `channel` are its panes."""

    def __init__(self, page: Page, scene: Scene) -> None:
        self.page = page
        self._scene = scene
        self.thread = page.locator("aside.thread")
        self.channel = page.locator("section.channel")
        self.modal = page.locator("dialog[data-modal]")

    async def visit(self, place: str = "") -> None:
        """Go to a place such as "faults", with the tour closed."""
        if not self.page.url.startswith(self._scene.url):
            await self.page.add_init_script(QUIET)
        await self.page.goto(f"{self._scene.url}/#/{place}")
        await self.page.wait_for_selector("#act-as", state="attached")

    async def read(self, case: Case) -> None:
        """Open a ticket's thread."""
        await self.visit(case.thread)
        await expect(self.card(case)).to_be_visible()

    def card(self, case: Case) -> Locator:
        """The ticket's card at the top of its open thread."""
        return self.row(case.ts)

    def row(self, ts: str) -> Locator:
        """A message of the open thread."""
        return self.thread.locator(f'[data-ts="{ts}"]')

    def said(self, text: str) -> Locator:
        """The messages of the open thread that contain this text."""
        return self.thread.locator(".row").filter(has_text=text)

    async def act_as(self, user: str) -> None:
        await self.page.locator("#act-as").select_option(user)

    async def write(self, text: str) -> Locator:
        """Write into the open thread; returns the message when it is shown."""
        await self.page.locator("#thread-composer").fill(text)
        await self.page.keyboard.press("Enter")
        written = self.said(text).filter(has=self.page.locator(".author, .stamp")).first
        await expect(written).to_be_visible()
        return written

    async def attach(self, name: str, kind: str, data: bytes) -> None:
        """Choose a file for the next message of the open thread."""
        picker = self.thread.locator("input[type=file]")
        await picker.set_input_files({"name": name, "mimeType": kind, "buffer": data})

    async def press(self, action: str, within: Locator | None = None) -> None:
        """Press the last button with that action id."""
        await (within or self.thread).locator(f'[data-action-id="{action}"]').last.click()

    async def menu(self, row: Locator, entry: str) -> None:
        """Choose an entry of a message's menu."""
        await row.hover()
        await row.get_by_role("button", name="More").click()
        await self.page.get_by_role("menuitem", name=entry).click()
