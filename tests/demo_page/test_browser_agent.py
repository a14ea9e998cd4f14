"""An agent's day at the page: writing, taking back, forms, files, reactions, and who sees what."""

from __future__ import annotations

from slackbridge.demo.world import CHANNEL
from tests.demo_page.browser import IN_BROWSER, browser_fixture, expect
from tests.demo_page.scene import Scene, patient_fixture
from tests.demo_page.window import ANNA, BEN, GIL, Window, window_fixture

__all__ = ["browser_fixture", "patient_fixture", "window_fixture"]
pytestmark = IN_BROWSER
OTHER, REFUNDS = "C0OTHER", "C0REFUNDS"


async def test_what_is_taken_back_deleted_or_edited_in_time(scene: Scene, window: Window) -> None:
    case, page = await scene.opens(), window.page
    await window.read(case)
    undone = await window.write("no, not this")
    await expect(window.thread.locator("[data-action-id='intent:undo']")).to_have_count(1)
    await window.press("intent:undo")
    await expect(window.said("undone by @Anna Auer")).to_be_visible()
    deleted = await window.write("nor this")
    await expect(deleted.locator("[data-reaction]")).to_be_visible()
    await window.menu(deleted, "Delete message…")
    await page.locator("dialog.question .danger").click()
    await expect(deleted).to_have_count(0)
    edited = await window.write("tomorow")
    await expect(edited.locator("[data-reaction]")).to_be_visible()
    await window.menu(edited, "Edit message")
    await window.thread.get_by_label("Edit the message").fill("It comes tomorrow.")
    await page.keyboard.press("Enter")
    sent = window.said("It comes tomorrow.").filter(has_text="(edited)")
    await expect(sent).to_be_visible()
    await window.press("intent:send_now")
    await expect(sent.locator("[data-reaction=white_check_mark]")).to_be_visible()
    await expect(undone.locator("[data-reaction]")).to_have_count(0)
    assert scene.answers(case) == ["It comes tomorrow."], "those before it were due before it"


async def test_money_is_asked_for_twice_and_moves_once(scene: Scene, window: Window) -> None:
    assert scene.place.others is not None
    market, modal = scene.place.others.clickbank, window.modal
    opened = market.customer_opens(type="REFUND", name="Ruth Okafor", amount=4_700)
    await window.read(await scene.arrived("clickbank", opened, REFUNDS))
    await window.press("ticket:more")
    await window.page.get_by_role("menuitem", name="Refund").click()
    await modal.get_by_label("How much").select_option("PARTIAL_PERCENT")
    await modal.get_by_label("Percentage or amount").fill("25")
    await modal.get_by_role("button", name="Next").click()
    reason = modal.get_by_label("Reason")
    await expect(reason).to_be_focused()
    await expect(modal).to_contain_text("Please complete this required field.")
    await reason.select_option(label="Other")
    await modal.get_by_role("button", name="Next").click()
    await expect(modal).to_contain_text("11.75")
    typed = modal.get_by_label("Type 25 to confirm")
    await typed.fill("yes")
    await typed.press("Enter")
    await expect(modal).to_contain_text("Type exactly: 25")
    await expect(typed).to_be_focused()
    assert not market.ledger.all("refund"), "nothing moved so far"
    await typed.fill("25")
    await modal.get_by_role("button", name="Do it now").click()
    await expect(modal).to_have_count(0)
    await expect(window.said("✅").first).to_be_visible()
    assert [entry.data["amount"] for entry in market.ledger.all("refund")] == [1_175]


async def test_a_guest_may_look_and_nothing_more(scene: Scene, window: Window) -> None:
    case, page = await scene.opens(), window.page
    await window.read(case)
    await window.act_as(GIL)
    await window.write("I am not an agent")
    refused = window.thread.locator(".whisper", has_text="Guests cannot act on tickets.")
    await expect(refused).to_have_count(1)
    await window.press("ticket:solve", window.card(case))
    await expect(refused).to_have_count(2)
    await page.locator("#composer").fill("/ticket list open")
    await page.keyboard.press("Enter")
    await expect(window.channel.locator(".whisper", has_text="Guests")).to_be_visible()
    await window.act_as(ANNA)
    await expect(page.locator(".whisper")).to_have_count(0)
    await expect(window.said("I am not an agent")).to_be_visible()
    others = (scene.page.workspace.person(user)["ephemerals"] for user in (ANNA, BEN))
    assert "Guests" not in str(list(others))
    assert scene.answers(case) == []
    assert scene.page.markets.market("refurbed").ticket(case.ticket).open


async def test_files_are_held(scene: Scene, window: Window) -> None:
    case = await scene.opens()
    await window.read(case)
    await window.attach("label.txt", "text/plain", b"label")
    await window.write("Here is the label")
    await expect(window.thread.locator("a.file", has_text="label.txt")).to_be_visible()
    await expect(window.said("Send the text without them?")).to_be_visible()
    assert scene.answers(case) == []
    await window.press("intent:send_text")
    await scene.answered(case, "Here is the label")


async def test_reactions_marks_and_what_others_say_arrive(scene: Scene, window: Window) -> None:
    page, ben = window.page, scene.slack.person("ben")
    root = await ben.say(CHANNEL, "Lunch?")
    await window.visit(f"{CHANNEL}/{root}")
    live = await ben.say(CHANNEL, "I mean now", thread_ts=root)
    await expect(window.row(live)).to_contain_text("I mean now")
    await window.row(live).hover()
    await window.row(live).get_by_role("button", name="React").click()
    await page.get_by_label("Find an emoji").fill("pizza")
    await page.keyboard.press("Enter")
    pizza = window.row(live).locator("[data-reaction=pizza]")
    await expect(pizza).to_have_attribute("aria-pressed", "true")
    await ben.react(CHANNEL, live, "pizza")
    await expect(pizza).to_have_text("🍕2")
    await pizza.click()
    await expect(pizza).to_have_attribute("aria-pressed", "false")
    await expect(pizza).to_have_text("🍕1")
    unread = page.locator(f"[data-channel={OTHER}] .count")
    await expect(unread).to_have_count(0)
    await ben.say(OTHER, "There is cake")
    await expect(unread).to_have_text("1 new")
    await page.locator(f"[data-channel={OTHER}]").click()
    await expect(window.channel).to_contain_text("There is cake")
    await expect(unread).to_have_count(0)


async def test_home_shows_the_queue_and_leads_to_it(scene: Scene, window: Window) -> None:
    case, page = await scene.opens(), window.page
    await window.read(case)
    await window.press("ticket:claim", window.card(case))
    await expect(window.card(case)).to_contain_text("@Anna Auer")
    ticket = scene.place.refurbed.tickets[int(case.ticket)]
    await scene.place.until("assigned", lambda: ticket.assignee == "anna@sandbox.example")
    await page.locator("[data-view=home]").click()
    link = page.locator(".home").get_by_role("link", name=f"refurbed-at:{case.ticket}")
    await expect(link.first).to_be_visible()
    await link.first.click()
    await expect(window.card(case)).to_be_visible()
    await window.act_as(BEN)
    await page.locator("[data-view=home]").click()
    await expect(page.locator(".home")).to_contain_text("No tickets.")
