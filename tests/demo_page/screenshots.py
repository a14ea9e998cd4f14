"""Makes the README's pictures of the page: `python -m tests.demo_page.screenshots`.

They show a world with sample tickets, one answered by an agent, and a bridge killed once.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from tests.demo_page import palette
from tests.demo_page.browser import PHONE, Browser, Locator, expect, launched, opened
from tests.demo_page.scene import Case, Scene, staged
from tests.demo_page.window import DESKTOP, Window

TO = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
SCALE, TICKETS = 1.5, 6
NARROW = 900
REFUNDS = "C0REFUNDS"
YES = "Hello Nora, thank you for writing! Yes, a cable belongs to it: we send you one today."
AND = "That was quick, thank you! 😊 Will it fit the charger of my old phone?"
FITS = "It will: the charger's end of the cable is USB-C, as it was with your old phone."


async def main() -> None:
    TO.mkdir(parents=True, exist_ok=True)
    async with staged() as scene, launched() as browser:
        cases = [await open_sample(scene) for _ in range(TICKETS)]
        nora, walter = cases[0], cases[1]
        async with opened(browser, DESKTOP, scale=SCALE) as page:
            window = Window(page, scene)
            await conversation(scene, window, nora)
            await shot(window, "thread")
            await forms(window, walter)
            await views(scene, window, nora)
        await others(browser, scene, nora)


async def open_sample(scene: Scene) -> Case:
    """Open the next sample ticket."""
    opened = scene.page.samples.open_next()
    channel = REFUNDS if opened["market"] == "clickbank" else "C0SUPPORT"
    return await scene.arrived(opened["market"], opened["ticket"], channel)


async def conversation(scene: Scene, window: Window, case: Case) -> None:
    """A sent reply, the customer's answer, a note, and a reply in its undo window."""
    await window.read(case)
    await window.press("ticket:claim", window.card(case))
    first = await window.write(YES)
    await window.press("intent:send_now")
    await expect(first.locator("[data-reaction=white_check_mark]")).to_be_visible()
    scene.place.refurbed.customer_writes(int(case.ticket), f"<p>{AND}</p>")
    await expect(window.said("Will it fit")).to_be_visible()
    ben = scene.slack.person("ben")
    note = await ben.say(case.channel, "// It was USB-C, I have looked it up.", case.ts)
    await expect(window.row(note).locator("[data-reaction]")).to_be_visible()
    await window.write(FITS)
    await expect(window.thread.locator("[data-action-id='intent:undo']").last).to_be_visible()


async def forms(window: Window, case: Case) -> None:
    """The card of a refund, and the form behind one of its buttons."""
    await window.visit(case.channel)
    card = window.channel.locator(f"[data-ts='{case.ts}']")
    await window.page.set_viewport_size({"width": NARROW, "height": DESKTOP[1]})
    await shot(window, "card", card)
    await window.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    await card.locator("[data-action-id='ticket:more']").click()
    await window.page.get_by_role("menuitem", name="Refund").click()
    modal = window.modal
    await modal.get_by_label("How much").select_option("PARTIAL_PERCENT")
    await modal.get_by_label("Percentage or amount").fill("25")
    await modal.get_by_label("Reason").select_option(label="Other")
    await modal.get_by_role("button", name="Next").click()
    await expect(modal).to_contain_text("11.75")
    await modal.get_by_label("Type 25 to confirm").fill("25")
    await shot(window, "modal", modal)
    await window.page.keyboard.press("Escape")


async def views(scene: Scene, window: Window, case: Case) -> None:
    """The queue, the customer's view, and the ledgers after the bridge was killed."""
    page = window.page
    await window.visit("home")
    await expect(page.locator(".home .bk")).to_contain_text(case.ticket)
    await shot(window, "home", page.locator(".sheet"))
    await scene.answered(case, YES, FITS)
    await window.visit(case.customer_page)
    await expect(page.locator(".os-fresh").last).to_be_visible()
    await shot(window, "customers")
    await window.visit("faults")
    await page.locator("#kill-bridge").click()
    await page.locator("#start-bridge").click()
    await scene.place.until("the bridge", lambda: scene.slack.socket.connected >= 1)
    await shot(window, "faults")


async def others(browser: Browser, scene: Scene, case: Case) -> None:
    """The same thread in dark mode and on a phone."""
    async with opened(browser, DESKTOP, "dark", scale=SCALE) as page:
        window = Window(page, scene)
        await window.read(case)
        await shot(window, "thread-dark")
    async with opened(browser, PHONE, scale=SCALE) as page:
        window = Window(page, scene)
        await window.read(case)
        await shot(window, "phone")


async def shot(window: Window, name: str, part: Locator | None = None) -> None:
    """Save a picture of the window or a part of it, after animations have ended."""
    page, path = window.page, TO / f"{name}.png"
    await page.evaluate("document.querySelector('.toasts').style.display = 'none'")
    await page.mouse.move(0, 0)
    await asyncio.sleep(0.5)
    picture = await (part or page).screenshot(animations="disabled", caret="hide")
    path.write_bytes(await palette.reduced(page.context, picture))
    typer.echo(f"{path.relative_to(TO.parents[1])}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    asyncio.run(main())
