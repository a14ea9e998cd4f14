"""Block Kit text on the page: mrkdwn, dates, plain text, and form validation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from tests.demo_page.browser import IN_BROWSER, Browser, browser_fixture, opened
from tests.demo_page.stage import Stage, served

__all__ = ["browser_fixture"]
pytestmark = IN_BROWSER

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC).timestamp()
DAY = 86_400


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(browser: Browser) -> AsyncIterator[Stage]:
    """One stage for all tests: nothing is drawn on it."""
    async with served() as address, opened(browser) as page:
        stage = Stage(page)
        await stage.open(address)
        yield stage


def spelt(blocks: list[dict[str, Any]]) -> str:
    """A tree as one line: `[bold …]` for styled text, `{user U1}` for references."""
    return " ¶ ".join(_block(block) for block in blocks)


def _block(block: dict[str, Any]) -> str:
    words = "".join(_node(node) for node in block["children"])
    return words if block["type"] == "paragraph" else f"[{block['type']} {words}]"


def _node(node: dict[str, Any]) -> str:
    if node["type"] == "text":
        return str(node["text"])
    if "children" in node:
        inner = "".join(_node(each) for each in node["children"])
        return f"[{node['type']} {node.get('url', '')}{'|' if 'url' in node else ''}{inner}]"
    told = (node.get(name) for name in ("id", "range", "name", "timestamp", "format", "label"))
    return "{" + " ".join([node["type"], *(str(each) for each in told if each)]) + "}"


MARKS = {
    "*a* _b_ ~c~ `d`": "[bold a] [italic b] [strike c] [code d]",
    "*_a_* _*b*_ *~c~ d*": "[bold [italic a]] [italic [bold b]] [bold [strike c] d]",
    '(*a*), "_b_"! -~c~-': '([bold a]), "[italic b]"! -[strike c]-',
    "2*3*4 snake_case_name a~b~c x`y`z": "2*3*4 snake_case_name a~b~c x`y`z",
    "漢字*太字*漢字": "漢字*太字*漢字",
    "* a* *a * *a": "* a* *a * *a",
    "**a** __b__ ~~c~~": "**a** __b__ ~~c~~",
    "*a\nb* _c\nd_": "*a\nb* _c\nd_",
    "*a _b* c_": "[bold a _b] c_",
    "*a *b* c*": "[bold a *b] c*",
    "`*a* <@U1> &lt;b&gt;`": "[code *a* {user U1} <b>]",
    "*<@U1>* *<https://x.example/a_b_c|d_e_f>*": (
        "[bold {user U1}] [bold [link https://x.example/a_b_c|d_e_f]]"
    ),
    "*שלום* _مرحبا_": "[bold שלום] [italic مرحبا]",
    "_a_ " * 3 + "*": "[italic a] [italic a] [italic a] *",
    "*" * 3_000: "*" * 3_000,
    ("*a _b ~c " * 300).strip(): ("*a _b ~c " * 300).strip(),
}
PASSAGES = {
    "> a\n&gt; b\n>c\nd": "[quote a\nb\nc] ¶ d",
    "a\n> b\n\nc": "a ¶ [quote b] ¶ \nc",
    "a\n>>> b\n\n*c*": "a ¶ [quote b\n\n[bold c]]",
    "a > b": "a > b",
    "```a *b*\n  c```": "[pre a *b*\n  c]",
    "a ```\nb\n``` c": "a  ¶ [pre b] ¶  c",
    "a\n```b```\nc": "a ¶ [pre b] ¶ c",
    "```a <https://x.example|b> &amp;```": "[pre a [link https://x.example|b] &]",
    "```": "```",
    "```a": "```a",
    "a\r\nb\u2028c": "a\nb\nc",
    "": "",
}
CONTROLS = {
    "<@U1> <@W2|anna> <#C1|x> <!subteam^S1|@y>": (
        "{user U1} {user W2 anna} {channel C1 x} {usergroup S1 @y}"
    ),
    "<!here> <!channel|x> <!everyone>": "{broadcast here} {broadcast channel} {broadcast everyone}",
    "&lt;!channel&gt; &lt;@U1&gt; &amp;lt; &quot;": "<!channel> <@U1> &lt; &quot;",
    "<https://x.example/?a=1&amp;b=2>": "[link https://x.example/?a=1&b=2|https://x.example/?a=1&b=2]",
    "<mailto:a@x.example|a> <mailto:b@x.example> <tel:+43>": (
        "[link mailto:a@x.example|a] [link mailto:b@x.example|b@x.example] [link tel:+43|+43]"
    ),
    "<http://x.example|*a* &lt;b&gt;>": "[link http://x.example|*a* <b>]",
    "https://x.example #general @here": "https://x.example #general @here",
    "<script>alert(1)</script><img src=x>": "<script>alert(1)</script><img src=x>",
    "<javascript:alert(1)|a> <data:text/html,b> <JavaScript:c>": (
        "<javascript:alert(1)|a> <data:text/html,b> <JavaScript:c>"
    ),
    "<java\tscript:a|b> < https://x.example> <//x.example|c> <#hash>": (
        "<java\tscript:a|b> < https://x.example> <//x.example|c> <#hash>"
    ),
    "<file:///etc/passwd|a> <slack://x> <!foo> <@u1> <>": (
        "<file:///etc/passwd|a> <slack://x> <!foo> <@u1> <>"
    ),
    "<!date^1392734382^{date} at {time}^https://x.example|Feb>": (
        "{date 1392734382 {date} at {time}}"
    ),
    ":wave: a:wave: 10:30:45 :a::b: :wave::skin-tone-3:": (
        "{emoji wave} a:wave: 10:30:45 {emoji a}:b: {emoji wave::skin-tone-3}"
    ),
}


@pytest.mark.parametrize("text", [*MARKS, *PASSAGES, *CONTROLS], ids=lambda text: text[:30])
async def test_mrkdwn(stage: Stage, text: str) -> None:
    expected = (MARKS | PASSAGES | CONTROLS)[text]
    assert spelt(await stage.call("tree", text)) == expected


DATES = [
    (0, "{date_num} {date_slash} {time} {time_secs}", "2026-03-04 04/03/2026 12:00 PM 12:00:00 PM"),
    (20 * DAY, "{date}|{date_short}|{date_long}", "March 24th|Mar 24|Tuesday, March 24th"),
    (-3 * DAY, "{date}", "March 1st"),
    (7 * DAY, "{date}", "March 11th"),
    (-400 * DAY, "{date}|{date_short}", "January 28th, 2025|Jan 28, 2025"),
    (-400 * DAY, "{date_long}", "Tuesday, January 28th, 2025"),
    (0, "{date_long_full}", "March 4, 2026"),
    (3 * DAY, "{day_divider_pretty}", "Saturday, March 7th"),
    (0, "{date_pretty}, {date_short_pretty}", "Today, today"),
    (-DAY, "Due {date_short_pretty} at {time}", "Due yesterday at 12:00 PM"),
    (DAY, "{date_long_pretty}", "Tomorrow"),
    (2 * DAY, "{date_pretty}|{date_short_pretty}", "March 6th|Mar 6"),
    (-30, "{ago}", "just now"),
    (-200, "{ago}", "3 minutes ago"),
    (-3 * DAY, "{ago}", "3 days ago"),
    (7_300, "{ago}", "in 2 hours"),
    (0, "{nonsense} {constructor}", "{nonsense} {constructor}"),
]


@pytest.mark.parametrize(("off", "shape", "expected"), DATES)
async def test_dates(stage: Stage, off: float, shape: str, expected: str) -> None:
    assert await stage.call("dateText", NOW + off, shape, {"now": NOW, "zone": "UTC"}) == expected


async def test_dates_are_the_readers(stage: Stage) -> None:
    reader = {"now": NOW, "zone": "Asia/Tokyo"}
    late = NOW + 4 * 3_600  # past midnight in Tokyo
    shown = await stage.call("dateText", late, "{date_pretty} at {time}", reader)
    assert shown == "Tomorrow at 1:00 AM"


@pytest.mark.parametrize("bad", ["x", 1e20, None])
async def test_what_is_no_date_is_none(stage: Stage, bad: object) -> None:
    shown = await stage.call("dateText", "" if bad is None else bad, "{date}", {})
    assert shown is None or bad is None


async def test_plain_words(stage: Stage) -> None:
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Hi\n\n"},
                    {"type": "user", "user_id": "U0BEN"},
                    {"type": "emoji", "name": "wave"},
                    {"type": "link", "url": "https://x.example"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}
                ],
            },
        ],
    }
    assert await stage.call("plain", [rich]) == "Hi @ben👋https://x.example a"
    said = {"text": "*Hi* <@U0ANNA>,\n&lt;b&gt; <!subteam^S0AGENTS> <#C0SUPPORT>", "blocks": [rich]}
    assert await stage.call("plain", said) == "Hi @Anna Huber, <b> @agents #support"
    assert await stage.call("plain", {"text": "", "files": [{"name": "a.pdf"}]}) == "a.pdf"


async def test_a_form_is_checked_as_slack_does(stage: Stage) -> None:
    def field(name: str, kind: str = "plain_text_input", **more: Any) -> dict[str, Any]:
        optional = more.pop("optional", False)
        element = {"type": kind, "action_id": "a", **more}
        return {"type": "input", "block_id": name, "optional": optional, "element": element}

    blocks = [
        field("empty"),
        field("free", optional=True),
        field("filled", initial_value="x"),
        field("emptied", initial_value="x"),
        field("none", "checkboxes"),
        field("long", max_length=3),
        field("fits", max_length=3),
        field("email", "email_text_input"),
        field("low", "number_input", min_value="3"),
        {"type": "divider"},
    ]
    entered: dict[str, Any] = {
        "emptied": None,
        "none": [],
        "long": "abcd",
        "fits": "👋👋👋",
        "email": "x",
        "low": "2",
    }
    values = {name: {"a": value} for name, value in entered.items()}
    assert await stage.call("problems", blocks, values) == {
        "empty": "Please complete this required field.",
        "emptied": "Please complete this required field.",
        "none": "Please complete this required field.",
        "long": "Please enter at most 3 characters.",
        "email": "Please enter a valid email address.",
        "low": "Please enter at least 3.",
    }
