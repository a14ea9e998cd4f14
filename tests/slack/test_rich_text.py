"""Documents as Slack's rich text: always valid, always literal, never a link in disguise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.slack.blocks.rich_text import blocks
from slackbridge.text.clean import normalise
from slackbridge.text.document import (
    Block,
    Document,
    Listing,
    Paragraph,
    Preformatted,
    Quote,
    Span,
    from_text,
    plain,
    split,
)
from slackbridge.text.html import parse

spans = st.builds(
    Span,
    st.text(max_size=30),
    bold=st.booleans(),
    code=st.booleans(),
    link=st.sampled_from(
        ["", "https://a.example/", "mailto:a@b.example", "javascript:x", "\ud800"]
    ),
)
runs = st.lists(spans, max_size=4).map(tuple)
anything: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, runs),
    st.builds(Quote, runs),
    st.builds(Preformatted, st.text()),
    st.builds(
        Listing,
        st.lists(runs, max_size=3).map(tuple),
        ordered=st.booleans(),
        indent=st.integers(-1, 20),
        start=st.integers(0, 12),
    ),
)


def leaves(drawn: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for element in drawn:
        if "elements" in element:
            yield from leaves(element["elements"])
        else:
            yield element


def text(value: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": value} | ({"style": style} if style else {})


def test_every_block_is_drawn() -> None:
    document = Document(
        (
            Paragraph((Span("a "), Span("b", bold=True, italic=True, strike=True, code=True))),
            Paragraph((Span("c"),)),
            Listing(((Span("d"),), ()), indent=12),
            Listing(((Span("e"),),), ordered=True, start=3),
            Quote((Span("f"),)),
            Preformatted("g\n h"),
            Quote(()),
            Listing(()),
        )
    )
    bold = text("b", bold=True, italic=True, strike=True, code=True)
    assert blocks(document) == [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [text("a "), bold, text("\n\n"), text("c")],
                },
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "indent": 8,
                    "elements": [
                        {"type": "rich_text_section", "elements": [text("d")]},
                        {"type": "rich_text_section", "elements": [text(" ")]},
                    ],
                },
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "indent": 0,
                    "elements": [{"type": "rich_text_section", "elements": [text("e")]}],
                    "offset": 2,
                },
                {"type": "rich_text_quote", "elements": [text("f")]},
                {"type": "rich_text_preformatted", "elements": [text("g\n h")]},
            ],
        }
    ]


@pytest.mark.parametrize(
    "document", [Document(), from_text(" \u200b"), Document((Quote((Span(""),)),))]
)
def test_an_empty_message_says_so(document: Document) -> None:
    assert list(leaves(blocks(document))) == [text("(empty message)")]


@pytest.mark.parametrize(
    ("html", "drawn"),
    [
        (
            "<a href=http://evil.example/><b>https://</b>bank.example</a>",
            [
                text("https://", bold=True),
                text("bank.example"),
                text(" ("),
                {"type": "link", "url": "http://evil.example/"},
                text(")"),
            ],
        ),
        (
            "<a href=https://a.example/>a.example</a>",
            [{"type": "link", "url": "https://a.example/"}],
        ),
        ("https://a.example", [{"type": "link", "url": "https://a.example"}]),
        ("<a href='javascript:alert(1)'>x</a>", [text("x")]),
        (
            "<p>&lt;!channel&gt; <@U123> &amp;lt;!here&amp;gt; `*",
            [text("<!channel> <@U123> &lt;!here&gt; `*")],
        ),
    ],
)
def test_a_link_shows_where_it_leads_and_text_stays_text(html: str, drawn: list[Any]) -> None:
    assert list(leaves(blocks(parse(html)))) == drawn


@given(st.lists(anything, max_size=4).map(lambda found: Document(tuple(found))))
def test_whatever_is_drawn_is_valid(document: Document) -> None:
    drawn = blocks(document)
    json.dumps(drawn, ensure_ascii=False).encode()
    assert all(element["elements"] for element in drawn[0]["elements"])
    for leaf in leaves(drawn):
        assert leaf["type"] in ("text", "link")
        if leaf["type"] == "text":
            assert 0 < len(leaf["text"]) <= 3000
            assert all(leaf.get("style", {"": True}).values())
        else:
            assert set(leaf) == {"type", "url"}
            assert leaf["url"].startswith(("https://", "mailto:"))


@given(st.text(max_size=300))
def test_every_word_is_shown(words: str) -> None:
    document = from_text(words)
    shown = "".join(leaf.get("text") or leaf["url"] for leaf in leaves(blocks(document)))
    expected = plain(document) if plain(document).strip() else "(empty message)"
    assert normalise(shown) == normalise(expected)


def test_a_long_message_is_drawn_whole() -> None:
    message = "Where is my <order>? 👨‍👩‍👧‍👦 & why\n" * 1200
    parts = split(from_text(message))
    drawn = [list(leaves(blocks(part))) for part in parts]
    assert " ".join(leaf["text"] for part in drawn for leaf in part).split() == message.split()
    whole = blocks(from_text("\u00e9x" * 20_000))
    assert [len(leaf["text"]) for leaf in leaves(whole)] == [3000] * 13 + [1000]
