"""Block Kit in a real browser: what is drawn, and what the elements do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.demo_page.browser import (
    IN_BROWSER,
    PHONE,
    WIDE,
    Browser,
    Page,
    Theme,
    browser_fixture,
    expect,
    opened,
    page_fixture,
)
from tests.demo_page.gallery import cards, options, text
from tests.demo_page.stage import Stage, served

__all__ = ["browser_fixture", "page_fixture"]
pytestmark = IN_BROWSER
Json = dict[str, Any]

HOSTILE = "<script>stage.acted.push('x')</script><img src=x onerror=stage.acted.push('y')>"
CONFIRM = {
    "title": text("Really?"),
    "text": {"type": "mrkdwn", "text": "*Twice*"},
    "confirm": text("Do it"),
    "deny": text("Leave it"),
    "style": "danger",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def address() -> AsyncIterator[str]:
    async with served() as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def stage(page: Page, address: str) -> Stage:
    stage = Stage(page)
    await stage.open(address)
    return stage


def section(words: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}, **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "b", "elements": list(elements)}


def button(**more: Any) -> Json:
    return {"type": "button", "action_id": "go", "text": text("Go"), "value": "1", **more}


def field(kind: str, **more: Any) -> Json:
    """An `input` block `b` with an element `a`."""
    block: Json = {"type": "input", "block_id": "b", "label": text("Label")}
    for name in more.keys() & {"optional", "hint", "dispatch_action"}:
        block[name] = more.pop(name)
    return {**block, "element": {"type": kind, "action_id": "a", **more}}


# What is shown


async def test_text_is_text(stage: Stage) -> None:
    leaf = {"type": "text", "text": HOSTILE}
    rich = {"type": "rich_text_section", "elements": [leaf]}
    await stage.show(
        section(HOSTILE.replace("<", "&lt;")),
        section(HOSTILE),
        section(f"```{HOSTILE}``` <https://x.example|{HOSTILE.replace('<', '&lt;')}>"),
        {"type": "header", "text": text(HOSTILE)},
        {"type": "rich_text", "elements": [rich]},
        {"type": "image", "image_url": "javascript:1", "alt_text": HOSTILE, "title": text(HOSTILE)},
        {"type": "novel", "text": text(HOSTILE)},
        actions(button(text=text(HOSTILE), url="javascript:stage.acted.push('z')")),
    )
    assert await stage.page.locator("#stage :is(script, img, [onerror])").count() == 0
    assert await stage.page.get_by_text("<script>").count() >= 8
    assert await stage.acted() == []


async def test_links(stage: Stage) -> None:
    await stage.say("<https://x.example/a|bank.example> <https://y.example> <mailto:a@z.example>")
    first, second, third = await stage.page.locator("a").all()
    for link in (first, second):
        await expect(link).to_have_attribute("rel", "noopener noreferrer")
        await expect(link).to_have_attribute("target", "_blank")
    await expect(first).to_have_attribute("title", "https://x.example/a")
    await expect(second).not_to_have_attribute("title", "")
    await expect(third).to_have_attribute("href", "mailto:a@z.example")
    await expect(third).to_have_text("a@z.example")


async def test_mentions_emoji_and_lines(stage: Stage) -> None:
    await stage.say("<@U0ANNA> <@U0BEN> <@U9> <#C0SUPPORT> <#C9|x> <!subteam^S0AGENTS> <!here>")
    shown = ["@Anna Huber", "@ben", "@U9", "#support", "#x", "@agents", "@here"]
    await expect(stage.page.locator(".bk-mention")).to_have_text(shown)
    await expect(stage.page.locator(".is-me")).to_have_text("@Anna Huber")
    await expect(stage.page.locator("a.bk-mention")).to_have_attribute("href", "#/C0SUPPORT")
    await stage.say("a\nb\n\nc :wave: :+1::skin-tone-3: :nosuch:")
    drawn = await stage.html()
    assert 'a<br>b<span class="bk-gap"></span>c' in drawn
    assert await stage.page.locator("[role=img]").all_inner_texts() == ["👋", "👍🏼"]
    assert ":nosuch:" in drawn


async def test_dates_say_the_whole_moment(stage: Stage) -> None:
    await stage.say(
        "<!date^0^{date}|f> <!date^0^{date_num}^https://x.example|f> <!date^x^{date}|f>"
    )
    moments = stage.page.locator("time")
    await expect(moments).to_have_text(["January 1st, 1970", "f"])
    await expect(moments.first).to_have_attribute("title", "January 1, 1970 at 12:00:00 AM")
    await expect(stage.page.locator("a")).to_have_text("1970-01-01")


async def test_rich_text(stage: Stage) -> None:
    def run(*leaves: Json) -> Json:
        return {"type": "rich_text_section", "elements": list(leaves)}

    def leaf(words: str, *styles: str) -> Json:
        return {"type": "text", "text": words, "style": dict.fromkeys(styles, True)}

    def listing(style: str, indent: int, *words: str, **more: Any) -> Json:
        items = [run(leaf(word)) for word in words]
        return {
            "type": "rich_text_list",
            "style": style,
            "indent": indent,
            "elements": items,
        } | more

    elements = [
        run(leaf("*a* <@U0BEN> ", "bold", "italic"), leaf("c", "strike", "code")),
        run({"type": "link", "url": "javascript:1", "text": "l"}),
        run({"type": "link", "url": "https://x.example", "text": "l"}),
        run({"type": "emoji", "name": "nosuch", "unicode": "1f44b-1f3fc"}),
        run(
            {"type": "usergroup", "usergroup_id": "S0AGENTS"},
            {"type": "broadcast", "range": "here"},
        ),
        run({"type": "date", "timestamp": 0, "format": "{date_num}", "fallback": "f"}),
        run({"type": "color", "value": "#ff0000"}, {"type": "tag", "text": "new kind"}),
        listing("ordered", 0, "one", "two"),
        listing("bullet", 1, "deep"),
        listing("ordered", 0, "three", offset=2),
        {"type": "rich_text_quote", "elements": [leaf("q")]},
        {"type": "rich_text_preformatted", "elements": [leaf("p\n  q")]},
    ]
    await stage.show({"type": "rich_text", "elements": elements})
    drawn = await stage.html()
    assert "<b><i>*a* &lt;@U0BEN&gt; </i></b><s><code>c</code></s>" in drawn
    assert "l (javascript:1)" in drawn
    assert await stage.page.locator("a").count() == 1
    page = stage.page
    await expect(page.locator("[role=img]")).to_have_text("👋🏼")
    await expect(page.locator(".bk-mention")).to_have_text(["@agents", "@here"])
    await expect(page.locator("ol")).to_have_text(["onetwo", "three"])
    await expect(page.locator("ol").nth(1)).to_have_attribute("start", "3")
    await expect(page.locator("ul.is-depth-1 > li")).to_have_text("deep")
    await expect(page.locator("pre")).to_have_text("p\n  q")
    await expect(page.locator(".bk-swatch")).to_have_css("background-color", "rgb(255, 0, 0)")
    await expect(page.get_by_text("new kind")).to_be_visible()


async def test_images_of_strangers_are_not_loaded(stage: Stage) -> None:
    dot = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    away = {"type": "image", "image_url": "https://images.example.com/1.png", "alt_text": "A phone"}
    context = {"type": "context", "elements": [away, text("by Anna")]}
    await stage.show(away, context, section("s", accessory=away), {**away, "image_url": dot})
    await expect(stage.page.get_by_role("img", name="A phone")).to_have_count(4)
    await expect(stage.page.locator("img")).to_have_attribute("src", dot)


# What the elements do


async def test_a_button_acts_once_while_it_waits(stage: Stage) -> None:
    await stage.page.evaluate("stage.answer(() => new Promise((done) => (stage.done = done)))")
    await stage.show(actions(button(style="primary")))
    button_ = stage.page.get_by_role("button", name="Go")
    await button_.click()
    await expect(button_).to_have_attribute("aria-disabled", "true")
    await button_.dispatch_event("click")
    await stage.page.evaluate("stage.done()")
    await expect(button_).to_be_enabled()
    await expect(button_).to_be_focused()
    assert await stage.acted() == [["go", "b", None]]


async def test_a_refusal_is_shown_beside_the_button(stage: Stage) -> None:
    await stage.page.evaluate("stage.answer(() => Promise.reject(new Error('no way')))")
    await stage.show(actions(button()))
    await stage.page.get_by_role("button").click()
    await expect(stage.page.get_by_role("alert")).to_have_text("no way")
    await expect(stage.page.get_by_role("button")).to_be_enabled()


async def test_a_button_with_an_address_opens_it_and_tells_the_app(stage: Stage) -> None:
    await stage.show(actions(button(url="https://x.example/")))
    link = stage.page.get_by_role("link", name="Go")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(link).to_have_attribute("target", "_blank")
    await link.evaluate("(a) => a.addEventListener('click', (event) => event.preventDefault())")
    await link.click()
    assert await stage.acted() == [["go", "b", None]]


async def test_a_question_is_answered_with_no(stage: Stage) -> None:
    await stage.show(actions(button(confirm=CONFIRM)))
    button_, dialog = stage.page.get_by_role("button", name="Go"), stage.page.get_by_role("dialog")
    for leave in ("Leave it", "Close", "Escape", "beside"):
        await button_.click()
        await expect(dialog).to_have_accessible_name("Really?")
        await expect(dialog.get_by_role("button", name="Leave it")).to_be_focused()
        for _ in range(5):  # the focus stays within, or in the browser's own bars
            await stage.page.keyboard.press("Tab")
            assert not await button_.evaluate("(button) => button === document.activeElement")
        if leave == "Escape":
            await stage.page.keyboard.press("Escape")
        elif leave == "beside":
            await stage.page.mouse.click(5, 5)
        else:
            await dialog.get_by_role("button", name=leave).click()
        await expect(dialog).to_have_count(0)
        await expect(button_).to_be_focused()
    assert await stage.acted() == []


async def test_a_question_is_answered_with_yes(stage: Stage) -> None:
    await stage.show(actions(button(confirm=CONFIRM)))
    await stage.page.get_by_role("button", name="Go").click()
    dialog = stage.page.get_by_role("dialog")
    await expect(dialog.locator("b")).to_have_text("Twice")
    await expect(dialog.get_by_role("button", name="Do it")).to_have_class(
        r"bk-button is-large is-danger"
    )
    await dialog.get_by_role("button", name="Do it").click()
    await expect(dialog).to_have_count(0)
    assert await stage.acted() == [["go", "b", None]]


async def test_a_menu_by_keyboard(stage: Stage) -> None:
    menu = {"type": "overflow", "action_id": "more", "options": options("a", "b", "c")}
    await stage.show(actions(menu))
    page = stage.page
    opener = page.get_by_role("button", name="More actions")
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="A")).to_be_focused()
    await expect(opener).to_have_attribute("aria-expanded", "true")
    for key, name in [("ArrowDown", "B"), ("ArrowUp", "A"), ("ArrowUp", "C"), ("ArrowDown", "A")]:
        await page.keyboard.press(key)
        await expect(page.get_by_role("menuitem", name=name)).to_be_focused()
    await page.keyboard.press("End")
    await expect(page.get_by_role("menuitem", name="C")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_be_hidden()
    await expect(opener).to_be_focused()
    await expect(opener).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menu")).to_be_hidden()
    assert await stage.acted() == [["more", "b", "b"]]


async def test_a_menu_by_mouse(stage: Stage) -> None:
    menu = {
        "type": "overflow",
        "action_id": "more",
        "options": options("a", "b"),
        "confirm": CONFIRM,
    }
    await stage.show(actions(menu))
    page = stage.page
    opener = page.get_by_role("button", name="More actions")
    await opener.click()
    await page.mouse.click(600, 600)
    await expect(page.get_by_role("menu")).to_be_hidden()
    await opener.click()
    await opener.click()
    await expect(page.get_by_role("menu")).to_be_hidden()
    await opener.click()
    await page.get_by_role("menuitem", name="B").click()
    await page.get_by_role("button", name="Do it").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert await stage.acted() == [["more", "b", "b"]]


async def test_a_menu_near_the_end_of_the_page_opens_upwards(stage: Stage) -> None:
    menu = {"type": "overflow", "action_id": "more", "options": options("a", "b", "c")}
    await stage.show(*[section("line")] * 24, actions(menu))
    opener = stage.page.get_by_role("button", name="More actions")
    await opener.click()
    await expect(stage.page.get_by_role("menuitem", name="C")).to_be_in_viewport(ratio=1)


PICKS: list[tuple[Json, str, Any]] = [
    ({"type": "static_select", "options": options("x", "y")}, "y", "y"),
    ({"type": "users_select"}, "U0BEN", "U0BEN"),
    ({"type": "channels_select"}, "C0SUPPORT", "C0SUPPORT"),
    ({"type": "conversations_select"}, "G0SECRET", "G0SECRET"),
]


@pytest.mark.parametrize(("element", "choice", "value"), PICKS, ids=lambda it: str(it)[:30])
async def test_menus_of_one(stage: Stage, element: Json, choice: str, value: Any) -> None:
    await stage.show(actions({**element, "action_id": "a", "placeholder": text("Pick one")}))
    select = stage.page.get_by_role("combobox", name="Pick one")
    await expect(select).to_have_value("")
    await select.select_option(choice)
    assert await stage.acted() == [["a", "b", value]]
    await stage.show(field(element["type"], **element))
    select = stage.page.get_by_role("combobox", name="Label")
    await select.select_option(choice)
    assert (await stage.values())["b"]["a"] == value
    assert len(await stage.acted()) == 1, "an input does not act"


async def test_who_and_what_can_be_chosen(stage: Stage) -> None:
    groups = [
        {"label": text("G"), "options": options("a")},
        {"label": text("H"), "options": options("b")},
    ]
    kinds = ["users_select", "channels_select", "conversations_select", "external_select"]
    elements = [{"type": kind, "action_id": kind} for kind in kinds]
    grouped = {"type": "static_select", "action_id": "s", "option_groups": groups}
    chosen = {**grouped, "action_id": "t", "initial_option": options("b")[0]}
    await stage.show(actions(*elements, grouped, chosen))
    said = [await each.inner_text() for each in await stage.page.locator("select").all()]
    assert [words.split("\n")[1:] for words in said[:3]] == [
        ["Anna Huber", "ben"],
        ["#support"],
        ["#secret", "#support"],
    ]
    await expect(stage.page.locator("[data-action-id=external_select]")).to_be_disabled()
    await expect(stage.page.locator("[data-action-id=s] optgroup")).to_have_count(2)
    await expect(stage.page.locator("[data-action-id=t]")).to_have_value("b")


async def test_a_choice_that_is_not_confirmed_is_taken_back(stage: Stage) -> None:
    menu = {
        "type": "static_select",
        "action_id": "a",
        "options": options("x", "y"),
        "confirm": CONFIRM,
    }
    await stage.show(actions({**menu, "initial_option": options("x")[0]}))
    select = stage.page.locator("select")
    await select.select_option("y")
    await stage.page.get_by_role("button", name="Leave it").click()
    await expect(select).to_have_value("x")
    await select.select_option("y")
    await stage.page.get_by_role("button", name="Do it").click()
    await expect(select).to_have_value("y")
    assert await stage.acted() == [["a", "b", "y"]]


async def test_an_optional_menu_can_be_emptied(stage: Stage) -> None:
    await stage.show(
        field("static_select", optional=True, options=options("x"), initial_option=options("x")[0])
    )
    select = stage.page.get_by_role("combobox")
    await expect(select).to_have_value("x")
    await select.select_option("")
    assert (await stage.values())["b"]["a"] is None
    await expect(select).to_have_value("")


async def test_menus_of_several(stage: Stage) -> None:
    menu = {"type": "multi_static_select", "action_id": "a", "options": options("x", "y", "z")}
    await stage.show(actions({**menu, "initial_options": options("x"), "max_selected_items": 2}))
    page = stage.page
    opener = page.locator("[data-action-id=a]")
    await expect(opener).to_have_text("X")
    await opener.click()
    await page.get_by_role("checkbox", name="Z").check()
    await expect(page.get_by_role("checkbox", name="Y")).to_be_disabled()
    assert await stage.acted() == []
    await page.keyboard.press("Escape")
    await expect(opener).to_have_text("XZ")
    # The browser tells later that it closed. wait_for_function would need eval, which the page's
    # Content-Security-Policy forbids.
    await expect(page.locator("body")).to_have_attribute("data-acted", "1")
    assert await stage.acted() == [["a", "b", ["x", "z"]]]


async def test_radio_buttons_and_checkboxes(stage: Stage) -> None:
    bold = {"text": {"type": "mrkdwn", "text": "*y*"}, "value": "y", "description": text("why")}
    choices = [*options("x"), bold]
    radios = {"type": "radio_buttons", "action_id": "r", "options": choices, "initial_option": bold}
    boxes = {"type": "checkboxes", "action_id": "c", "options": choices, "initial_options": [bold]}
    await stage.show(actions(radios, boxes))
    page = stage.page
    await expect(page.get_by_role("radio", name="y")).to_be_checked()
    await page.get_by_role("radio", name="X").check()
    await page.get_by_role("checkbox", name="X").check()
    await page.get_by_role("checkbox", name="y").uncheck()
    await page.get_by_role("checkbox", name="X").uncheck()
    assert await stage.acted() == [
        ["r", "b", "x"],
        ["c", "b", ["x", "y"]],
        ["c", "b", ["x"]],
        ["c", "b", []],
    ]


PICKERS = [
    ("datepicker", {"initial_date": "2026-03-04"}, "2026-03-04", "2027-01-31", "2027-01-31"),
    ("timepicker", {"initial_time": "05:06"}, "05:06", "23:59", "23:59"),
    (
        "datetimepicker",
        {"initial_date_time": 1_772_600_760},
        "2026-03-04T05:06",
        "2027-01-31T10:00",
        1_801_389_600,
    ),
]


@pytest.mark.parametrize(("kind", "first", "shown", "typed", "value"), PICKERS)
async def test_pickers(
    stage: Stage, kind: str, first: Json, shown: str, typed: str, value: Any
) -> None:
    await stage.show(field(kind, **first))
    control = stage.page.get_by_label("Label")
    await expect(control).to_have_value(shown)
    await control.fill(typed)
    await control.dispatch_event("change")
    assert (await stage.values())["b"]["a"] == value
    await expect(control).to_have_value(typed)


TYPED = [
    ("plain_text_input", {}, "a <b> *c*", "a <b> *c*"),
    ("plain_text_input", {"multiline": True}, "a\n\nb ", "a\n\nb "),
    ("email_text_input", {}, "a@b.example", "a@b.example"),
    ("url_text_input", {}, "https://x.example", "https://x.example"),
    ("number_input", {"is_decimal_allowed": True, "min_value": "0"}, "1.5", "1.5"),
]


@pytest.mark.parametrize(("kind", "more", "typed", "value"), TYPED)
async def test_what_is_typed(stage: Stage, kind: str, more: Json, typed: str, value: str) -> None:
    await stage.show(field(kind, initial_value="9", placeholder=text("Here"), **more))
    control = stage.page.get_by_label("Label")
    await expect(control).to_have_value("9")
    await expect(control).to_have_attribute("placeholder", "Here")
    await control.fill(typed)
    assert (await stage.values())["b"]["a"] == value
    await control.fill("")
    assert (await stage.values())["b"]["a"] is None
    await expect(control).to_have_value("")
    assert await stage.acted() == []


async def test_rich_text_is_typed_as_plain_lines(stage: Stage) -> None:
    await stage.show(field("rich_text_input"))
    await stage.page.get_by_label("Label").fill("a\nb")
    value = (await stage.values())["b"]["a"]
    leaf = {"type": "text", "text": "a\nb"}
    run = {"type": "rich_text_section", "elements": [leaf]}
    assert value == {"type": "rich_text", "elements": [run]}


async def test_enter_dispatches(stage: Stage) -> None:
    await stage.show(field("plain_text_input", dispatch_action=True))
    control = stage.page.get_by_label("Label")
    await control.fill("word")
    assert await stage.acted() == []
    await control.press("Enter")
    assert await stage.acted() == [["a", "b", "word"]]


async def test_the_counter_comes_near_the_limit_and_lets_one_go_on(stage: Stage) -> None:
    await stage.show(field("plain_text_input", multiline=True, max_length=200))
    control, counter = stage.page.get_by_label("Label"), stage.page.locator(".bk-left")
    await control.fill("a" * 179)
    await expect(counter).to_have_count(0)
    await control.fill("👋" * 180)
    await expect(counter).to_contain_text("20 characters left")
    await control.fill("a" * 203)
    await expect(counter).to_contain_text("3 characters too many")
    assert len((await stage.values())["b"]["a"]) == 203


async def test_labels_hints_and_errors_belong_to_their_control(stage: Stage) -> None:
    await stage.show(field("plain_text_input", hint=text("A hint")), errors={"b": "That is wrong."})
    control = stage.page.get_by_label("Label")
    await expect(control).to_have_accessible_description("That is wrong. A hint")
    await expect(control).to_have_attribute("aria-invalid", "true")
    await expect(control).to_have_attribute("aria-required", "true")
    boxes = field("checkboxes", options=options("x"), optional=True)
    await stage.show(boxes, errors={"b": "Choose one."})
    group = stage.page.get_by_role("group", name="Label (optional)")
    await expect(group).to_have_accessible_description("Choose one.")


async def test_a_new_version_of_a_view_keeps_what_is_being_typed(stage: Stage) -> None:
    box = field("plain_text_input", multiline=True, focus_on_load=True)
    await stage.show({**section("Loading"), "block_id": "x1"}, box)
    await expect(stage.page.get_by_label("Label")).to_be_focused()
    await stage.page.keyboard.type("Hello", delay=5)
    await stage.page.keyboard.press("ArrowLeft")
    news = [{**section("news"), "block_id": f"y{number}"} for number in range(3)]
    await stage.show(*news, box, {**section("end"), "block_id": "z"})
    await expect(stage.page.get_by_label("Label")).to_be_focused()
    await stage.page.keyboard.type("p!")
    await expect(stage.page.get_by_label("Label")).to_have_value("Hellp!o")


# The whole


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_real_cards_fit_and_say_everything(
    browser: Browser, address: str, size: tuple[int, int], theme: Theme
) -> None:
    """Everything the bridge draws fits the page's width and is labelled."""
    async with opened(browser, size, theme) as page:
        stage = Stage(page)
        await stage.open(address)
        await stage.cards(cards(), {"text": "That will not do."})
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
        await expect(
            page.get_by_role("heading", name="Anna Müller · iPhone 12").first
        ).to_be_visible()
        await expect(page.get_by_role("button", name="Reply").first).to_be_enabled()
        assert "undefined" not in await stage.html()
        assert "[object" not in await stage.html()
        await page.keyboard.press("Escape")
