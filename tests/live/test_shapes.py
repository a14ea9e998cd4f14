"""Shapes hold keys and types, never a value."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from slackbridge.slack.live.shapes import ANY, paths, shape

SECRET = st.integers(0, 10**12).map("VALUE{:d}x".format)
VALUES = st.recursive(
    SECRET | st.integers(10**6) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(SECRET | st.sampled_from(["ts", "text", "type", "subtype"]), inner)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_no_value_comes_through(value: Any) -> None:
    said = json.dumps(shape(value))
    assert "VALUE" not in said
    assert not any(character.isdigit() for character in said)


def test_what_a_shape_is() -> None:
    event = {
        "type": "message",
        "ts": "1.0",
        "hidden": True,
        "edited": None,
        "blocks": [{"type": "header", "text": "a"}, {"type": "header", "text": "b"}, {"x": 1}],
        "state": {"values": {"aBc": {"input": {"type": "plain_text_input", "value": "a"}}}},
    }
    assert shape(event) == {
        "blocks": [{"text": "string", "type": "type=header"}, {"x": "number"}],
        "edited": "null",
        "hidden": "boolean",
        "state": {"values": {ANY: {ANY: {"type": "type=plain_text_input", "value": "string"}}}},
        "ts": "string",
        "type": "type=message",
    }


def test_a_type_is_kept_only_where_it_is_slack_s_word() -> None:
    assert shape({"type": "Anna's message", "subtype": "bot_message", "text": "bot_message"}) == {
        "type": "string",
        "subtype": "subtype=bot_message",
        "text": "string",
    }


def test_paths_tell_blocks_apart() -> None:
    rows = [{"type": "header", "text": "a"}, {"type": "divider"}]
    assert paths(shape({"blocks": rows})) == {
        ".: object",
        "blocks: list",
        "blocks[header]: object",
        "blocks[header].text: string",
        "blocks[header].type: type=header",
        "blocks[divider]: object",
        "blocks[divider].type: type=divider",
    }


def test_keys_that_are_data_are_blanked() -> None:
    state = {"values": {"abcde": {"fghij": {"value": "a"}}, "klmno": {"pqrst": {"value": "b"}}}}
    assert shape(state) == {"values": {ANY: {ANY: {"value": "string"}}}}
    assert shape({"U0ANNA": 1, "U0BEN": 2}) == {ANY: "number"}
