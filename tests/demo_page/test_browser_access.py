"""The page by keyboard, on a phone, and checked by axe."""

from __future__ import annotations

import pytest

from tests.demo_page.axe import findings
from tests.demo_page.browser import (
    IN_BROWSER,
    PHONE,
    Browser,
    Theme,
    browser_fixture,
    expect,
    opened,
)
from tests.demo_page.scene import Scene, patient_fixture
from tests.demo_page.window import DESKTOP, Window, window_fixture

__all__ = ["browser_fixture", "patient_fixture", "window_fixture"]
pytestmark = IN_BROWSER
RULES: dict[Theme, tuple[str, ...]] = {"light": (), "dark": ("color-contrast",)}


@pytest.mark.parametrize("theme", RULES)
async def test_axe_finds_nothing_serious(scene: Scene, browser: Browser, theme: Theme) -> None:
    case, wrong = await scene.opens(), {}
    async with opened(browser, DESKTOP, theme, still=True) as page:
        window = Window(page, scene)

        async def judge(place: str) -> None:
            wrong[place] = await findings(page, *RULES[theme])

        await window.read(case)
        await window.write("An answer that waits.")
        await expect(page.locator("[data-action-id='intent:undo']")).to_be_visible()
        await judge("thread")
        await window.press("ticket:reply", window.card(case))
        await expect(window.modal).to_be_visible()
        await judge("modal")
        await page.keyboard.press("Escape")
        await expect(window.modal).to_have_count(0)
        for place, sign in {
            "home": ".home .bk",
            case.customer_page: ".os-words",
            "customers/refurbed/new": ".os-new",
            "faults": ".os-entry",
        }.items():
            await window.visit(place)
            await expect(page.locator(sign).first).to_be_visible()
            await judge(place)
        await page.locator(".tour-resume").click()
        await expect(page.locator("[data-tour-step]")).to_be_visible()
        await judge("tour")
        await page.locator("#tour-dismiss").click()
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await page.locator(".menu-button").click()
        await judge("the phone's menu")
    assert not {place: found for place, found in wrong.items() if found}


async def test_a_customer_is_answered_without_a_mouse(scene: Scene, window: Window) -> None:
    case, page = await scene.opens(), window.page
    press = page.keyboard.press
    await window.visit()
    card = window.channel.locator(f"[data-ts='{case.ts}']")
    await expect(card).to_be_visible()
    await tab_to(window, "section.channel .scroller", "F6")
    await tab_to(window, f"section.channel [data-ts='{case.ts}']", "ArrowUp")
    await tab_to(window, ".thread-summary", "Tab")
    await press("Enter")
    await expect(page.locator("#thread-composer")).to_be_focused()
    await page.keyboard.type("Written blindly.")
    await press("Enter")
    await expect(window.said("Written blindly.").locator("[data-reaction]")).to_be_visible()
    await tab_to(window, "aside.thread [data-action-id='intent:send_now']", "Shift+Tab")
    await press("Enter")
    await scene.answered(case, "Written blindly.")
    await tab_to(window, "aside.thread [data-action-id='ticket:reply']", "Shift+Tab")
    await press("Enter")
    await expect(window.modal.get_by_label("Your message")).to_be_focused()
    await tab_to(window, "dialog[data-modal] [type=submit]", "Tab")
    await press("Escape")
    await expect(window.modal).to_have_count(0)
    await expect(window.card(case).locator("[data-action-id='ticket:reply']")).to_be_focused()
    await press("Escape")
    await expect(window.thread).to_have_count(0)
    await expect(card.locator(".thread-summary")).to_be_focused()


async def test_on_a_phone_one_thing_is_shown_at_a_time(scene: Scene, browser: Browser) -> None:
    case = await scene.opens()
    async with opened(browser, PHONE) as page:
        window, sidebar = Window(page, scene), page.locator("#sidebar")
        await window.visit(case.channel)
        await expect(sidebar).not_to_be_in_viewport()
        await page.locator(".menu-button").click()
        await expect(sidebar).to_be_in_viewport()
        await expect(sidebar.locator("[aria-current]")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(sidebar).not_to_be_in_viewport()
        await expect(page.locator(".menu-button")).to_be_focused()
        await window.channel.locator(f"[data-ts='{case.ts}'] .thread-summary").click()
        await expect(window.thread).to_be_visible()
        await expect(window.channel).not_to_be_visible()
        await window.thread.get_by_role("button", name="Back to #support").click()
        await expect(window.channel).to_be_visible()
        for place in (case.thread, case.customer_page, "customers", "faults", "home"):
            await window.visit(place)
            wide = await page.evaluate("document.scrollingElement.scrollWidth")
            assert wide <= PHONE[0], place


async def tab_to(window: Window, selector: str, key: str) -> None:
    """Press a key until the element has the focus."""
    for _ in range(40):
        if await window.page.evaluate(f'document.activeElement.matches("{selector}")'):
            return
        await window.page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {selector}")
