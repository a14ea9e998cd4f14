"""Block Kit limits of the Slack sandbox: each at its edge and one over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slackbridge.sandbox.slack import blocks
from slackbridge.sandbox.slack.errors import ApiError

Json = dict[str, Any]


def plain(length: int = 1) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int = 1) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def button(**fields: Any) -> Json:
    return {"type": "button", "text": plain(), **fields}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def pressed(**fields: Any) -> Json:
    return actions(button(**fields))


def option(number: int = 1, **fields: Any) -> Json:
    return {"text": plain(), "value": str(number), **fields}


def select(*options: Json, kind: str = "static_select") -> Json:
    return actions({"type": kind, "options": list(options)})


def choices(count: int, kind: str) -> Json:
    return select(*map(option, range(count)), kind=kind)


def section(**fields: Any) -> Json:
    return {"type": "section", **fields}


def block(kind: str, **fields: Any) -> Json:
    return {"type": kind, **fields}


def entry(label: int = 1, **fields: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "a", **fields}
    return {"type": "input", "label": plain(label), "element": element}


def confirm(title: int = 1, text: int = 1, yes: int = 1) -> Json:
    asked = {"title": plain(title), "text": mrkdwn(text)}
    return pressed(confirm={**asked, "confirm": plain(yes), "deny": plain(yes)})


LIMITS: list[tuple[str, int, Callable[[int], Json]]] = [
    ("block_id", 255, lambda n: block("divider", block_id="x" * n)),
    ("section text", 3000, lambda n: section(text=mrkdwn(n))),
    ("section fields", 10, lambda n: section(fields=[mrkdwn()] * n)),
    ("section field", 2000, lambda n: section(fields=[mrkdwn(n)])),
    ("header", 150, lambda n: block("header", text=plain(n))),
    ("context elements", 10, lambda n: block("context", elements=[mrkdwn()] * n)),
    ("actions elements", 25, lambda n: actions(*[button()] * n)),
    ("button text", 75, lambda n: pressed(text=plain(n))),
    ("button value", 2000, lambda n: pressed(value="x" * n)),
    ("button url", 3000, lambda n: pressed(url="x" * n)),
    ("button label", 75, lambda n: pressed(accessibility_label="x" * n)),
    ("action_id", 255, lambda n: pressed(action_id="x" * n)),
    ("select options", 100, lambda n: choices(n, "static_select")),
    ("radio buttons", 10, lambda n: choices(n, "radio_buttons")),
    ("checkboxes", 10, lambda n: choices(n, "checkboxes")),
    ("overflow", 5, lambda n: choices(n, "overflow")),
    ("option text", 75, lambda n: select(option(text=plain(n)))),
    ("option value", 150, lambda n: select(option(value="x" * n))),
    ("option description", 75, lambda n: select(option(description=plain(n)))),
    ("confirm title", 100, lambda n: confirm(title=n)),
    ("confirm text", 300, lambda n: confirm(text=n)),
    ("confirm yes", 30, lambda n: confirm(yes=n)),
    ("image alt", 2000, lambda n: block("image", image_url="u", alt_text="x" * n)),
    ("input label", 2000, lambda n: entry(n)),
    ("input max_length", 3000, lambda n: entry(max_length=n)),
    ("markdown", 12_000, lambda n: block("markdown", text="x" * n)),
    ("table rows", 100, lambda n: block("table", rows=[[{}]] * n)),
    ("table columns", 20, lambda n: block("table", rows=[[{}] * n])),
    ("card body", 200, lambda n: block("card", body=mrkdwn(n))),
    ("carousel", 10, lambda n: block("carousel", elements=[block("card")] * n)),
    ("page size", 100, lambda n: block("data_table", caption="c", page_size=n)),
]


def code_of(bad: list[Json]) -> str:
    """The error code the blocks are refused with."""
    with pytest.raises(ApiError) as caught:
        blocks.message_blocks(bad)
    return caught.value.code


@pytest.mark.parametrize(("name", "limit", "make"), LIMITS, ids=[each[0] for each in LIMITS])
def test_limits(name: str, limit: int, make: Callable[[int], Json]) -> None:
    assert len(blocks.message_blocks([make(limit)])) == 1
    assert code_of([make(limit + 1)]) == "invalid_blocks"


@pytest.mark.parametrize(
    "bad",
    [
        [block("divider")] * 51,
        [section(text=mrkdwn(0))],
        [section()],
        [block("header", text=mrkdwn())],
        [block("alert", text=mrkdwn(), level="loud")],
        [block("divider", block_id="a")] * 2,
        [actions(button(action_id="a"), button(action_id="a"))],
        [block("markdown", text="x" * 6001)] * 2,
        [actions({"type": "plain_text_input"})],
        [section(text={"type": "mrkdwn", "text": "x", "emoji": True})],
    ],
)
def test_refused_blocks(bad: list[Json]) -> None:
    assert code_of(bad) == "invalid_blocks"


@pytest.mark.parametrize("bad", [{}, "x", ["x"], None])
def test_blocks_must_be_a_list_of_objects(bad: Any) -> None:
    assert code_of(bad) == "invalid_blocks_format"


def test_reasons_point_at_the_place() -> None:
    bad = [{"type": "divider"}, actions(button(text=plain(76), size=3)), {"type": "sparkle"}]
    with pytest.raises(ApiError) as caught:
        blocks.message_blocks(bad)
    assert caught.value.extra["response_metadata"]["messages"] == [
        "[ERROR] must be less than 76 characters [json-pointer:/blocks/1/elements/0/text/text]",
        "[ERROR] invalid additional property: size [json-pointer:/blocks/1/elements/0]",
        "[ERROR] unsupported type: sparkle [json-pointer:/blocks/2/type]",
    ]


def test_the_sum_of_all_text_is_limited() -> None:
    assert code_of([section(text=mrkdwn(3000))] * 5) == "msg_blocks_too_long"


def test_stored_blocks_are_complete() -> None:
    stored = blocks.message_blocks([actions(button())])
    assert stored[0]["block_id"]
    element = stored[0]["elements"][0]
    assert element["action_id"]
    assert element["text"]["emoji"] is True


@pytest.mark.parametrize(
    "change",
    [
        {"title": plain(25)},
        {"submit": plain(25)},
        {"close": plain(25)},
        {"private_metadata": "x" * 3001},
        {"callback_id": "x" * 256},
        {"blocks": [{"type": "divider"}] * 101},
        {"blocks": [entry()], "submit": None},
        {"blocks": [{"type": "markdown", "text": "x"}]},
        {"colour": "red"},
        {"type": "home"},
    ],
)
def test_view_limits(change: Json) -> None:
    fits: Json = {
        "type": "modal",
        "title": plain(24),
        "submit": plain(24),
        "close": plain(24),
        "private_metadata": "x" * 3000,
        "callback_id": "x" * 255,
        "blocks": [entry(), *[{"type": "divider"}] * 99],
    }
    assert len(blocks.view(fits, "modal")["blocks"]) == 100
    broken = {key: value for key, value in (fits | change).items() if value is not None}
    with pytest.raises(ApiError) as caught:
        blocks.view(broken, "modal")
    assert caught.value.code == "invalid_arguments"
