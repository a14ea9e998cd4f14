"""What a document weighs in a Slack message, and parts that are cut by it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given

from slackbridge.slack.blocks import block_kit, rich_text
from slackbridge.text.document import Document, Listing, Paragraph, Span, from_text, plain, split
from slackbridge.text.weight import split_by_weight, weight
from tests.slack.drawing import documents as hostile
from tests.text.test_document import documents

ROOM = 9_000
HEAVY = {
    "short list items": Document((Listing(tuple((Span(f"SN-{i:06}"),) for i in range(400))),)),
    "alternating bold": Document(
        (Paragraph(tuple(Span("word ", bold=bool(i % 2)) for i in range(600))),)
    ),
    "escaped": from_text("&<>" * 1000),
    "links": from_text(" ".join(f"https://ex.io/{i}" for i in range(400))),
}
LIGHT = {
    "quoted": from_text('"\\' * 1_500),
    "prose": from_text("word " * 2_000),
    "serial numbers": from_text("\n".join(f"SN-{i:06}" for i in range(900))),
    "many paragraphs": Document(
        tuple(Paragraph((Span(f"Complaint number {i}, in rather more words."),)) for i in range(90))
    ),
    "links": from_text("\n".join(f"see https://shop.example/orders/{i} please" for i in range(60))),
    "emoji": from_text("😀" * 2_900),
    "a list": Document((Listing(tuple((Span(f"a sentence of item {i}"),) for i in range(40))),)),
}


def drawn(document: Document) -> int:
    return block_kit.cost(rich_text.blocks(document))


def said(*documents: Document) -> str:
    """What they say, without white space and the sign of a quote: a part begins with one anew."""
    return re.sub(r"[\s>]", "", "".join(map(plain, documents)))


@given(documents | hostile)
def test_a_document_weighs_at_least_what_is_drawn_of_it(document: Document) -> None:
    assert drawn(document) <= weight(document)


@pytest.mark.parametrize("name", HEAVY | LIGHT)
def test_the_weight_is_near_the_truth(name: str) -> None:
    document = (HEAVY | LIGHT)[name]
    assert weight(document) < 1.2 * drawn(document)


@given(documents | hostile)
def test_no_part_is_too_heavy_and_no_text_is_lost(document: Document) -> None:
    parts = split_by_weight(document, 3_000, ROOM)
    assert all(weight(part) <= ROOM for part in parts)
    assert said(*parts) == said(document)


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_message_becomes_more_parts(name: str) -> None:
    parts = split_by_weight(HEAVY[name], 3_000, ROOM)
    assert len(parts) > len(split(HEAVY[name], 3_000))
    assert all(drawn(part) <= ROOM for part in parts)


@pytest.mark.parametrize("name", LIGHT)
def test_an_ordinary_message_is_cut_as_ever(name: str) -> None:
    """Parts that stand in Slack are counted, not remembered: another cut would repeat text."""
    assert split_by_weight(LIGHT[name], 3_000, ROOM) == split(LIGHT[name], 3_000)


def test_only_the_heavy_part_of_a_message_is_cut_again() -> None:
    prose = LIGHT["prose"]
    both = Document((*prose.blocks, *HEAVY["escaped"].blocks))
    before, after = split(both, 3_000), split_by_weight(both, 3_000, ROOM)
    light = [part for part in before if weight(part) <= ROOM]
    assert [part for part in after if part in light] == light


def test_styles_and_links_weigh() -> None:
    span = Span("x")
    styled = replace(span, bold=True, code=True)
    for heavier in (styled, replace(span, link="https://example.com/")):
        one, other = (weight(Document((Paragraph((s,)),))) for s in (span, heavier))
        assert one < other


def test_parts_hold_every_item_of_a_list_in_its_order() -> None:
    parts = split_by_weight(HEAVY["short list items"], 3_000, ROOM)
    items = chain.from_iterable(b.items for p in parts for b in p.blocks if isinstance(b, Listing))
    assert [item[0].text for item in items] == [f"SN-{i:06}" for i in range(400)]
