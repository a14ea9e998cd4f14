"""HTML parsing and writing: what is kept, what is dropped, and the round trip."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.text.clean import clean, digest, normalise
from slackbridge.text.document import Document, Listing, Paragraph, Preformatted, Quote, Span, plain
from slackbridge.text.html import from_plain, parse


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("two\nlines &amp; &copy=1 &euro;5", "two\nlines & &copy=1 €5"),
        ("Joe <joe@a.example> wrote: a<b", "Joe <joe@a.example> wrote: a<b"),
        (
            "<p>Joe <joe@a.example>, see <https://x.y/z> <Your Name>",
            "Joe <joe@a.example>, see <https://x.y/z> <Your Name>",
        ),
        ("<p>one</p> a < b, a <b and more", "one\n\na < b, a <b and more"),
        ("<p>a\n  b<br>c</p><p>d&nbsp;&nbsp;e</p>", "a b\nc\n\nd e"),
        ("<div>a</div><div><br></div><div>b<br></div><div>c</div>", "a\n\nb\nc"),
        ("&amp;lt;!channel&amp;gt;", "&lt;!channel&gt;"),
        ("<p>&amp;lt;!channel&amp;gt; &lt;!here&gt;", "&lt;!channel&gt; <!here>"),
        ("<!DOCTYPE html><p><!channel> <@U123> <!-- x -->y", "<!channel> <@U123> y"),
        ("<script>alert('</p>')</script><style>p{}</style>a<title>t</title>", "a"),
        ("<head><meta charset=x><title>t</title></head><body onload=x>a", "a"),
        (
            "<img src=x onerror=alert(1)>b<img alt=' a  cat '><img width=1 src=t>",
            "[image] b [image: a cat]",
        ),
        ("<a href='javascript:alert(1)'>x</a><a href=data:,y>y</a><a name=n>z</a>", "xyz"),
        (
            "<a href='http://evil.example'>https://bank.example</a>",
            "https://bank.example (http://evil.example)",
        ),
        (
            "<a href='https://a.example/?a=1&amp;b=2'>https://a.example/?a=1&amp;b=2</a>",
            "https://a.example/?a=1&b=2",
        ),
        ("<p hidden>a</p><p style='DISPLAY : none'>b</p><i style='mso-hide:all'>c</i>d", "d"),
        ("<!--[if mso]><p>x<![endif]--><!--[if !mso]><!-->y<!--<![endif]--><o:p>z</o:p>", "yz"),
        ("<svg><text>t</text></svg><xml><w:x>t</w:x></xml>a", "a"),
        ("a<hr>b<h2>c</h2>d", "a\n\n---\n\nb\n\nc\n\nd"),
        (
            "<table><tr><th>a<th>b</tr><tr><td><p>c</p></td><td></td><td>d<p>e</table>f",
            "a | b\nc | d\n\ne\n\nf",
        ),
        ("<table><tr><td>a<table><tr><td>b<td>c</table><td>d</table>", "a\n\nb | c\n\nd"),
        (
            "<blockquote>a<p>b<br>c<ul><li>d</ul><ol><li>e</ol><pre>f\n g</pre></blockquote>",
            "> a\n> \n> b\n> c\n> \n> • d\n> \n> 1. e\n> \n> f\n>  g",
        ),
        (
            "<ul><li>a<ol start=5><li>b<li><li>c</ol><li>d<p>e</ul>f<li>g",
            "- a\n  5. b\n  7. c\n- d\n  e\n\nf\n\n- g",
        ),
        ("<pre>\n a\n<b>b</b><a href=https://x.y>c</a>\n\n</pre>d", " a\nbc (https://x.y)\n\nd"),
        ("<p>RTL \u202e over &#x202e;ride &#0; \x00 \ud800", "RTL over ride \ufffd \ufffd"),
        ("<textarea>a <b>b</b></textarea><select><option>c<option>d</select>", "a b\nc\nd"),
    ],
)
def test_html_reads_as_text(html: str, text: str) -> None:
    assert plain(parse(html)) == text


def test_styles_links_and_blocks_are_kept() -> None:
    link = "https://a.example/"
    assert parse(
        "<p>a <b>b <em>c</em></b> <del>d</del><code>e</code> "
        "<a href=https://a.example/>f <u>g</u> <b>h</b></a> i"
        "<ol><li>j<li>j2</ol><blockquote>k</blockquote><pre>l</pre>"
    ) == Document(
        (
            Paragraph(
                (
                    Span("a "),
                    Span("b", bold=True),
                    Span(" "),
                    Span("c", bold=True, italic=True),
                    Span(" "),
                    Span("d", strike=True),
                    Span("e", code=True),
                    Span(" "),
                    Span("f g ", link=link),
                    Span("h", bold=True, link=link),
                    Span(" i"),
                )
            ),
            Listing(((Span("j"),), (Span("j2"),)), ordered=True),
            Quote((Span("k"),)),
            Preformatted("l"),
        )
    )


HOSTILE = {
    "div": "<div>" * 10_000 + "x" + "</div>" * 10_000,
    "tables": "<table><tr><td>" * 10_000 + "x",
    "lists": "<ul><li>" * 10_000 + "x",
    "quotes": "<blockquote>" * 10_000 + "x",
    "bold": "<b>" * 10_000 + "x",
    "unclosed styles": "<p>" + "".join(f"<font a{n}>" for n in range(4000)) + "<p>x" * 4000,
    "megabyte of div": "<div>" * 100_000 + "x",
    "closing": "x" + "</x-b>" * 100_000,
    "attributes": "<p " + " ".join(f"a{n}" for n in range(50_000)) + ">x",
    "comments": "<!--" * 100_000 + "<p>x",
    "scripts": "<p>x<script>" + "<script" * 50_000 + ">",
    "tag openers": "<p>x" + "<a " * 100_000 + ">",
    "quoted": "<p>x" + "<a b='" * 50_000 + ">",
    "spaces": "<p>x" + "< " * 100_000 + "<p" + " " * 100_000 + ">",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_nesting_takes_no_time_and_loses_nothing(name: str) -> None:
    began = time.process_time()
    text = plain(parse(HOSTILE[name]))
    assert "x" in text
    assert time.process_time() - began < 5


def test_a_very_long_mail_is_read_at_once() -> None:
    began = time.process_time()
    document = parse(
        "<p>some <b>bold</b> words in a line &amp; an <a href=https://a.b>end</a></p>" * 4_000
    )
    assert len(document.blocks) == 4_000
    assert time.process_time() - began < 2


@given(st.text(st.one_of(st.sampled_from("<>/=\"'!- abpitdrulsc&;#\n"), st.characters())))
def test_anything_at_all_can_be_read(html: str) -> None:
    text = plain(parse(html))
    assert clean(text) == text or any(c > "\u0300" for c in text)
    text.encode()


TAGS = (
    "<p> </p> <ul> <ol> <li> </ul> <table> <tr> <td> </td> </table> <b> </b> <blockquote> "
    "</blockquote> <pre> </pre> <br> <br/> <a> </a> <div> </div> <h1> <dl> <dt> <select> <form>"
)


@given(st.lists(st.sampled_from(TAGS.split()), max_size=40))
def test_every_word_survives_any_markup(tags: list[str]) -> None:
    html = "".join(f"{tag}word{number} " for number, tag in enumerate(tags))
    found = plain(parse(html)).split()
    assert sorted(word for word in found if word.startswith("word")) == sorted(
        f"word{number}" for number in range(len(tags))
    )


# --- plain text as HTML


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (" \n ", ""),
        ("a\n b \n\n\nc", "<p>a<br>b</p><p>c</p>"),
        ('<b> & "x" \'', "<p>&lt;b&gt; &amp; &quot;x&quot; &#x27;</p>"),
        ("https://a.example/?a=1&b=2", "<p>https://a.example/?a=1&amp;b=2</p>"),
        ("a\x00\ud800\r\nb", "<p>a\ufffd<br>b</p>"),
    ],
)
def test_plain_text_is_escaped(text: str, html: str) -> None:
    assert from_plain(text) == html


@given(
    st.text(st.one_of(st.sampled_from("ab <>&;*_-\n\t#\u200b\u202e\u0301\u0338"), st.characters()))
)
def test_what_we_wrote_is_recognised_when_it_comes_back(text: str) -> None:
    back = plain(parse(from_plain(text)))
    assert normalise(back) == normalise(text)
    assert digest(plain(parse(from_plain(back)))) == digest(text)
