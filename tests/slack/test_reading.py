"""Text to and from Slack: ours mentions nobody, an agent's reads well and gives no id away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.slack.blocks.mrkdwn import escape
from slackbridge.slack.events import first_token_is_mention, mentioned, readable
from slackbridge.text.clean import clean

NAMES = {"U1": "Ana", "C1": "returns"}


def rich(*elements: Any, kind: str = "section") -> list[dict[str, Any]]:
    return [
        {"type": "rich_text", "elements": [{"type": f"rich_text_{kind}", "elements": elements}]}
    ]


def text(value: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": value, "style": style}


# --- ours


@pytest.mark.parametrize(
    ("ours", "escaped"),
    [
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("<http://evil.example|bank>", "&lt;http://evil.example|bank&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        (
            "@here @Channel @everyone, @hereafter a@b.example",
            "@\u2060here @\u2060Channel @\u2060everyone, @hereafter a@b.example",
        ),
        ("@\u200bhere \u202eevil\x00", "@\u2060here evil"),
    ],
)
def test_nothing_of_ours_is_active(ours: str, escaped: str) -> None:
    assert escape(ours) == escaped


@given(
    st.text(st.one_of(st.sampled_from("<>@!#&;|\u200b\u2060herchanltvyonhttp:/"), st.characters()))
)
def test_escaped_text_holds_no_token_and_loses_nothing(ours: str) -> None:
    escaped = escape(ours)
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)|@(here|channel|everyone|group)\b", escaped)
    assert readable(escaped, None, {}) == clean(ours).strip() or ":" in ours


# --- an agent's, as rich text


@pytest.mark.parametrize(
    ("elements", "said"),
    [
        ([text("Hi "), text("there", bold=True), text("!", code=True)], "Hi there!"),
        ([text("It is "), text("not", strike=True), text(" ", strike=True)], "It is ~not~"),
        ([{"type": "user", "user_id": "U1"}, {"type": "user", "user_id": "U9"}], "@Ana@colleague"),
        (
            [{"type": "channel", "channel_id": "C1"}, {"type": "channel", "channel_id": "C9"}],
            "#returns#channel",
        ),
        ([{"type": "usergroup", "usergroup_id": "S1"}], "@team"),
        ([{"type": "broadcast", "range": "channel"}, {"type": "broadcast"}], "@channel@here"),
        (
            [{"type": "link", "url": "https://a.example", "text": "our shop"}],
            "our shop (https://a.example)",
        ),
        ([{"type": "link", "url": "http://a.example", "text": "a.example"}], "a.example"),
        ([{"type": "link", "url": "https://a.example/?b&amp;c"}], "https://a.example/?b&amp;c"),
        ([{"type": "link", "url": "mailto:a@b.example", "text": "a@b.example"}], "a@b.example"),
        ([{"type": "link", "url": "tel:+15", "text": "call"}], "call (+15)"),
        ([{"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd"}], "👋🏽"),
        (
            [{"type": "emoji", "name": "+1", "skin_tone": 2}, {"type": "emoji", "name": "tada"}],
            "👍🏻🎉",
        ),
        ([{"type": "emoji", "name": "man-shrugging", "skin_tone": 6}], "🤷🏿‍♂️"),
        ([{"type": "emoji", "name": "flag-de"}, {"type": "emoji", "name": "ours"}], "🇩🇪:ours:"),
        (
            [{"type": "date", "timestamp": 1, "fallback": "Friday"}, {"type": "date"}],
            "Friday(date)",
        ),
        ([{"type": "color", "value": "#FF0000"}], "#FF0000"),
        (
            [{"type": "new", "text": "kept"}, {"type": "newer", "deep": [{"text": "too"}, 5]}],
            "kepttoo",
        ),
        ([text("<!channel> &lt; \u200b:tada: /refund")], "<!channel> &lt; :tada: /refund"),
        ([None, "x", {"type": 5, "text": 7}, text("y")], "y"),
    ],
)
def test_rich_text_reads_as_plain_text(elements: list[Any], said: str) -> None:
    assert readable("ignored", rich(*elements), NAMES) == said


def test_lists_quotes_and_code_keep_their_shape() -> None:
    item = {"type": "rich_text_section", "elements": [text("one\nmore")]}
    blocks: list[dict[str, Any]] = [
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": [text("See:\n")]},
                {"type": "rich_text_list", "style": "bullet", "elements": [item]},
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "indent": 1,
                    "offset": 8,
                    "elements": [item, item],
                },
                {"type": "rich_text_quote", "elements": [text("a\nb\n")]},
                {"type": "rich_text_preformatted", "elements": [text("x = 1\n  y")]},
                {"type": "rich_text_unheard_of", "elements": [text("still said")]},
            ],
        },
        {"type": "section", "text": {"type": "mrkdwn", "text": "<@U1> and <@U9>"}},
        {"type": "divider"},
    ]
    assert readable("", blocks, NAMES) == (
        "See:\n- one\n  more\n  9. one\n     more\n  10. one\n      more\n"
        "> a\n> b\nx = 1\n  y\nstill said\n@Ana and @colleague"
    )


# --- an agent's, as encoded text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "Hi <@U1>, <@U9|bob> <#C1> <#C7|orders> <#C9>",
            "Hi @Ana, @colleague #returns #orders #channel",
        ),
        (
            "<!subteam^S1|@x> <!here> <!channel|channel> <!date^1^{date}|Friday> <!date^1^{date}>",
            "@team @here channel Friday (date)",
        ),
        (
            "<https://a.example|our shop> <https://a.example/?a&amp;b> "
            "<mailto:a@b.example|a@b.example>",
            "our shop (https://a.example) https://a.example/?a&b a@b.example",
        ),
        (
            ":wave::skin-tone-3: :+1: :flag-de: :ours: :ours::skin-tone-2: at 10:30:45",
            "👋🏼 👍 🇩🇪 :ours: :ours::skin-tone-2: at 10:30:45",
        ),
        ("*bold* _it_ ~no~ `a &lt; b`", "*bold* _it_ ~no~ `a < b`"),
        (
            "&lt;@U1&gt; &amp;lt;!here&amp;gt; &lt;https://a|b&gt;",
            "<@U1> &lt;!here&gt; <https://a|b>",
        ),
        ("<no token> <", "<no token> <"),
        ("a\x00\ud800\u202e", "a\ufffd"),
        ("", ""),
    ],
)
def test_encoded_text_reads_as_plain_text(typed: str, said: str) -> None:
    assert readable(typed, None, NAMES) == said
    assert readable(typed, rich(text(" ")), NAMES) == said


json = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "elements", "user_id", "url", "unicode", "style", "name"]
            ),
            inner
            | st.sampled_from(["rich_text", "rich_text_list", "user", "emoji", "link", "1f600"]),
        )
    ),
    max_leaves=12,
)


@given(
    st.text(), st.lists(st.dictionaries(st.sampled_from(["type", "elements"]), json), max_size=3)
)
def test_anything_at_all_can_be_read(typed: str, blocks: list[Mapping[str, Any]]) -> None:
    readable(typed, blocks, {}).encode()
    mentioned({"text": typed, "blocks": blocks})
    first_token_is_mention(typed, blocks)


# --- mentions


@pytest.mark.parametrize(
    ("typed", "blocks", "addressed", "users"),
    [
        ("<@U1> can you look?", None, True, ("U1",)),
        (" *<@W2|ana>* and <@U1>", None, True, ("W2", "U1")),
        ("<!subteam^S1> look", None, True, ()),
        ("<!here|here> look", None, True, ()),
        ("&gt; <!everyone>", None, True, ()),
        ("Hello <@U1>", None, False, ("U1",)),
        ("&lt;@U1&gt; hello", None, False, ()),
        ("<!date^1^x|y> <https://a.example>", None, False, ()),
        ("", rich({"type": "user", "user_id": "U1"}, text(" look")), True, ("U1",)),
        ("", rich(text(" \u200b"), {"type": "usergroup", "usergroup_id": "S1"}), True, ()),
        ("", rich({"type": "broadcast", "range": "here"}, kind="quote"), True, ()),
        ("<@U1>", rich(text("Hi "), {"type": "user", "user_id": "U1"}), True, ("U1",)),
        (
            "",
            rich(text("Hi "), {"type": "user", "user_id": "U1"}, {"type": "user"}),
            False,
            ("U1",),
        ),
        ("", [], False, ()),
    ],
)
def test_who_is_addressed(typed: str, blocks: Any, addressed: bool, users: tuple[str, ...]) -> None:
    assert first_token_is_mention(typed, blocks) is addressed
    assert mentioned({"text": typed, "blocks": blocks}) == users
