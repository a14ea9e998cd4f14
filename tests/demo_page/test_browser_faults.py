"""The guided tour, and the Faults view: a killed bridge, and a reply whose response is lost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import pytest

from slackbridge.demo import views
from tests.demo_page.browser import IN_BROWSER, browser_fixture, expect
from tests.demo_page.scene import Scene, scene_fixture
from tests.demo_page.window import Window, window_fixture

__all__ = ["browser_fixture", "scene_fixture", "window_fixture"]
pytestmark = [IN_BROWSER, pytest.mark.crash]
TOUR_SECONDS = 60.0


def replies(scene: Scene) -> Counter[str]:
    """What the merchant has answered at refurbed."""
    tickets = scene.page.markets.market("refurbed").tickets()
    return Counter(row.text for t in tickets for row in t.history if row.by == "merchant")


async def test_a_newcomer_answers_a_customer_and_breaks_the_bridge(
    scene: Scene, window: Window, record_property: Callable[[str, object], None]
) -> None:
    page = window.page
    step = page.locator("[data-tour-step]")
    main = step.locator(".tour-main")
    # What other tests of this page, which share its world, did before this one.
    killed, earlier = scene.page.ledgers.shown()["bridge"]["killed"], replies(scene)
    begun = time.monotonic()
    await page.goto(scene.url)
    await expect(step).to_contain_text("Open the thread of ")
    await main.click()
    await page.locator("[data-tour-step='2'] .tour-main", has_text="Write it for me").click()
    answer = await page.locator("#thread-composer").input_value()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-action-id='intent:undo']")).to_be_visible()
    await page.locator("[data-tour-step='4'] .tour-main", has_text="Show me").click()
    await expect(page.locator(".os-fresh .os-bubble")).to_contain_text(answer)
    reached = time.monotonic() - begun
    await main.filter(has_text="Next").click()
    await main.filter(has_text="Take me there").click()
    await page.locator("#kill-bridge[data-tour-target]").click()
    await page.locator("#start-bridge[data-tour-target]").click()
    await expect(step).to_contain_text("Lost 0, doubled 0")
    await main.filter(has_text="Next").click()
    await expect(step).to_contain_text("That is slackbridge")
    whole = time.monotonic() - begun
    record_property("the tour", f"{reached:.1f} s to the answer, {whole:.1f} s in all")
    await main.filter(has_text="Finish").click()
    await expect(step).to_have_count(0)
    ledgers = scene.page.ledgers.shown()
    assert (ledgers["lost"], ledgers["doubled"]) == (0, 0)
    assert ledgers["bridge"]["killed"] == killed + 1
    assert replies(scene) - earlier == Counter([answer])
    assert whole < TOUR_SECONDS


async def test_what_is_written_while_the_bridge_is_dead(scene: Scene, window: Window) -> None:
    case, page = await scene.opens(), window.page
    await window.visit("faults")
    await page.locator("#kill-bridge").click()
    await expect(page.locator(".banner")).to_contain_text("The bridge is not running")
    await window.visit(case.customer_page)
    await page.locator("#customer-composer").fill("Are you there?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".os-bubble", has_text="Are you there?")).to_be_visible()
    await window.read(case)
    written = await window.write("Yes, all the time.")
    await window.visit("faults")
    await expect(page.locator("#lost[data-kind=waiting]")).not_to_have_text("0")
    await page.locator("#start-bridge").click()
    await expect(page.locator("#lost[data-kind=good]")).to_have_text("0")
    await window.read(case)
    await expect(window.said("Are you there?")).to_have_count(1)
    await expect(written.locator("[data-reaction=white_check_mark]")).to_be_visible()
    await window.visit(case.customer_page)
    await expect(page.locator(".os-fresh .os-bubble")).to_have_text(["Yes, all the time."])
    await window.visit("faults")
    await expect(page.locator("#doubled[data-kind=good]")).to_have_text("0")
    assert scene.answers(case) == ["Yes, all the time."]
    assert len(views.mirrored(scene.slack, case.ticket)) == 2


async def test_an_answer_that_gets_lost_is_sent_once(scene: Scene, window: Window) -> None:
    case, page = await scene.opens(), window.page
    switch = page.locator("[data-switch=market-answer-lost]")
    await window.visit("faults")
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "true")
    await window.read(case)
    written = await window.write("Only once, please.")
    await window.press("intent:send_now")
    await expect(written.locator("[data-reaction=white_check_mark]")).to_be_visible()
    await window.visit("faults")
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "false")
    await expect(page.locator("#doubled[data-kind=good]")).to_have_text("0")
    assert scene.answers(case) == ["Only once, please."]
