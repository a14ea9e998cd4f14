"""Documents: cleaning, plain text, chunking and digests."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.text.chunk import chop
from slackbridge.text.clean import clean, digest, normalise, safe_link, same
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

FAMILY = "👨‍👩‍👧‍👦"
CLUSTERS = [
    "e\u0301\u0323",
    FAMILY,
    "🇩🇪",
    "👍🏽",
    "❤️",
    "क्ष",
    "\u1112\u1161\u11ab",
    "🏴\U000e0067\U000e007f",
    "x",
]

words = st.text(st.sampled_from("ab .,!?\n\t*_->é漢🙂"), max_size=200)
spans = st.builds(
    Span,
    words,
    bold=st.booleans(),
    link=st.sampled_from(["", "https://shop.example/" + "p" * 30, "mailto:a@b.example"]),
)
runs = st.lists(spans, max_size=6).map(tuple)
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, runs),
    st.builds(Quote, runs),
    st.builds(Preformatted, words),
    st.builds(
        Listing,
        st.lists(runs, min_size=1, max_size=5).map(tuple),
        ordered=st.booleans(),
        indent=st.integers(0, 20),
        start=st.integers(1, 10**6),
    ),
)
documents = st.lists(blocks, max_size=5).map(lambda found: Document(tuple(found)))


def letters(document: Document) -> str:
    """All that is left where quoting and white space are not counted."""
    return "".join(plain(document).replace(">", "").split())


# --- clean


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a\x00b\x1b[31m\x7fc", "ab[31mc"),
        ("\ud83d lone", "\ufffd lone"),
        ("pay \u202egpj.exe\u2066x\u2069", "pay gpj.exex"),
        ("ze\u200bro\ufeff wi\u2060dth", "zero width"),
        (FAMILY + " \u0645\u06cc\u200c\u062e\u0648", FAMILY + " \u0645\u06cc\u200c\u062e\u0648"),
        ("a\r\nb\rc\u2028d\x85e\tf", "a\nb\nc\nd\ne\tf"),
        ("e\u0301", "é"),
        ("\uffff\ufffe", ""),
    ],
)
def test_clean_makes_text_safe_to_show(text: str, safe: str) -> None:
    assert clean(text) == safe


@given(st.text())
def test_clean_text_stays_as_it_is_and_can_be_sent(text: str) -> None:
    safe = clean(text)
    assert clean(safe) == safe
    assert unicodedata.is_normalized("NFC", safe)
    assert not any(unicodedata.category(char) == "Cs" for char in safe)
    safe.encode()


def test_a_pile_of_marks_does_not_stop_the_bridge() -> None:
    began = time.process_time()
    assert len(normalise("a" + "\u0301\u0316" * 100_000)) < 70
    assert time.process_time() - began < 5


# --- normalise


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Hello,\n\nit's *here*!", "hello, it’s here!"),
        ("- one\n- two", "• one • two"),
        ("wait -- 5 – 10 days", "wait - 5 - 10 days"),
        ("> quoted\nyes", "quoted yes"),
        ('the "best"', "the “best”"),
        ("＃１２ ﬁne…", "#12 fine..."),
        ("a\u00a0b\u200b ❤️", "a b ❤"),
    ],
)
def test_what_an_editor_changes_is_not_compared(ours: str, theirs: str) -> None:
    assert normalise(ours) == normalise(theirs)
    assert digest(ours) == digest(theirs)


def test_other_words_and_figures_are_told_apart() -> None:
    texts = ["refund 5-10", "refund 510", "refund 5.10", "refund", "no refund", "re fund"]
    assert len({digest(text) for text in texts}) == len(texts)
    assert len(digest("")) == 16


@given(st.text())
def test_what_is_normalised_stays_as_it_is(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text) == normalise(clean(text))


# --- links and reading


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        (" https://a.example/b c\n", "https://a.example/b%20c"),
        ("HTTP://a.example", "HTTP://a.example"),
        ("mailto:joe@a.example", "mailto:joe@a.example"),
        ("java\tscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("vbscript:x", ""),
        ("//a.example", ""),
        ("/orders", ""),
        ("https://", ""),
        ("https://a.example/" + "x" * 3000, ""),
    ],
)
def test_only_web_and_mail_addresses_are_links(address: str, safe: str) -> None:
    assert safe_link(address) == safe


def test_a_label_is_the_address_only_if_it_leads_there() -> None:
    assert same("Shop.example/a", "https://shop.example/a/")
    assert same("joe@a.example", "mailto:joe@a.example")
    assert not same("https://bank.example", "https://bank.example.evil.example")
    assert not same("ß.example", "https://ss.example")


def test_text_becomes_paragraphs_with_the_links_that_are_seen() -> None:
    document = from_text("Hi,\nsee https://a.example/x. <b>no</b>\n \n\nbye https://)\r\n")
    link = Span("https://a.example/x", link="https://a.example/x")
    assert document == Document(
        (
            Paragraph((Span("Hi,\nsee "), link, Span(". <b>no</b>"))),
            Paragraph((Span("bye https://)"),)),
        )
    )
    assert from_text(" \n\n ") == Document()


def test_every_block_reads_as_text() -> None:
    link = "https://a.example"
    document = Document(
        (
            Paragraph((Span("see "), Span("the", bold=True, link=link), Span(" shop", link=link))),
            Listing(((Span("one\nmore"),), (Span("two"),))),
            Listing(((Span("deep"),), (Span("er"),)), ordered=True, indent=1, start=9),
            Quote((Span("a\nb"), Span(link, link=link))),
            Preformatted("  x\n y"),
        )
    )
    assert plain(document) == (
        "see the shop (https://a.example)\n\n- one\n  more\n- two\n  9. deep\n  10. er\n\n"
        "> a\n> bhttps://a.example\n\n  x\n y"
    )


# --- split


@given(documents, st.integers(100, 300))
def test_parts_are_complete_in_order_and_within_the_limit(document: Document, limit: int) -> None:
    parts = split(document, limit)
    assert all(len(plain(part)) <= limit for part in parts)
    assert "".join(map(letters, parts)) == letters(document)


@given(documents)
def test_what_fits_is_not_cut(document: Document) -> None:
    assert split(document, 10**6) == (document,)


def test_a_part_needs_room() -> None:
    with pytest.raises(ValueError, match="room for 100"):
        split(Document(), 99)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("x" * 60 + "\n" + "y" * 30 + ". " + "z" * 50, "x" * 60),
        ("x" * 20 + "\n" + "y" * 50 + "!) " + "z" * 50, "x" * 20 + "\n" + "y" * 50 + "!)"),
        ("漢" * 80 + "。" + "字" * 50, "漢" * 80 + "。"),
        ("x. " + "y" * 60 + " " + "z" * 50, "x. " + "y" * 60),
        ("x. y\n" + "z" * 150, "x. y"),
        ("z" * 150, "z" * 100),
        ("z" * 100 + " " + "y" * 50, "z" * 100),
    ],
)
def test_the_weightiest_boundary_is_cut(text: str, first: str) -> None:
    assert plain(split(Document((Paragraph((Span(text),)),)), 100)[0]) == first


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("shift", range(8))
def test_a_character_as_the_reader_sees_it_is_never_cut(cluster: str, shift: int) -> None:
    text = "x" * shift + cluster * 400
    parts = split(from_text(text), 100)
    assert "".join(map(plain, parts)) == clean(text)
    for part in parts:
        assert plain(part).lstrip("x").replace(clean(cluster), "") == ""


def test_a_grapheme_without_end_is_cut_hard() -> None:
    endless = "\u200d".join("👩" * 200)
    assert [len(piece) for piece in chop(endless, 150)] == [150, 150, 99]
    assert "".join(chop("\u0600" * 150 + "a", 100)) == "\u0600" * 150 + "a"


def test_a_mark_keeps_the_space_it_stands_on() -> None:
    text = "x" * 99 + "  \u0301" + "y" * 50
    assert [plain(part) for part in split(from_text(text), 100)] == ["x" * 99, " \u0301" + "y" * 50]


def test_a_link_that_is_cut_is_spelled_out() -> None:
    whole, link = Span("here", link="https://a.example"), "https://b.example/" + "p" * 50
    document = Document((Paragraph((whole, Span(" " + "x" * 40 + " "), Span("there", link=link))),))
    first, second = split(document, 100)
    assert first.blocks[0] == Paragraph((whole, Span(" " + "x" * 40 + " "), Span("there")))
    assert second.blocks[0] == Paragraph((Span(f"({link})"),))


def test_a_list_that_is_cut_goes_on_counting() -> None:
    items = tuple(
        (Span(f"item {number} " + "x" * (150 if number == 3 else 30)),) for number in range(1, 7)
    )
    shown = "\n".join(plain(part) for part in split(Document((Listing(items, ordered=True),)), 100))
    assert [line.split()[:3] for line in shown.splitlines() if "item" in line] == [
        [f"{number}.", "item", str(number)] for number in range(1, 7)
    ]


@pytest.mark.parametrize(
    "unit",
    ["word ", "a\n", "x", "é\u0301", "🇩🇪", "Hello there. ", "\n\nparagraph", " " * 50 + "\n"],
)
def test_very_much_is_cut_in_linear_time(unit: str) -> None:
    text = unit * (250_000 // len(unit))
    for document in (
        from_text(text),
        Document((Preformatted(text),)),
        Document((Quote((Span(text),)),)),
    ):
        began = time.process_time()
        parts = split(document)
        assert time.process_time() - began < 1  # as little as 16 for a megabyte, if quadratic
        assert len(parts) < 275


def test_forty_thousand_characters_fit_a_thread() -> None:
    parts = split(from_text("Where is my <order> & refund? " * 1334))
    assert len(parts) == 14
    assert all(plain(part).endswith("?") for part in parts)
