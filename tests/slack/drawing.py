"""What the tests of drawing share: hostile input, ready items, and what may stand in a message."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from hypothesis import strategies as st

from slackbridge.domain.model import Attachment, Author, Scope, TicketKey
from slackbridge.domain.view import Card, Part
from slackbridge.sandbox.slack.blocks import message_blocks, walk
from slackbridge.slack.blocks.block_kit import LIMIT, cost
from slackbridge.slack.blocks.drawn import Drawn
from slackbridge.text.document import (
    Document,
    Listing,
    Paragraph,
    Preformatted,
    Quote,
    Span,
    from_text,
)

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
KEY = TicketKey("refurbed-at", "4711")
HOSTILE = (
    "<!channel> <@U999> <!here|x> <!subteam^S1|@team> <https://evil.example|bank.example>",
    "&lt;!channel&gt; &amp;",
    "name\n*Status:* solved\r\n\u2028`x` \u202eevil",
    "@channel @here https://evil.example #general :smile:",
    "\ud800 \x00 \u200b",
    "",
    "  \n ",
    "&" * 5_000,
    "<" * 20_000,
    "🏳️‍🌈" * 900,
    "word " * 3_000,
)
ADDRESSES = (
    "https://refurbed.example/t/1?a=b&c=d",
    "https://user@evil.example/<!channel>|x>",
    "https://evil.example\\@bank.example",
    "https://[broken",
    "HTTP://EXAMPLE.COM/" + "a" * 950,
    "https://example.com/" + "&" * 2_000,
    "https://example.com/" + "a" * 5_000,
    "javascript:alert(1)",
    "mailto:a@b.example",
    "data:text/html,<!channel>",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))
urls = st.one_of(st.sampled_from(ADDRESSES), texts)
moments = st.datetimes(timezones=st.just(UTC))
keys = st.builds(TicketKey, st.sampled_from(["refurbed-at", "a" * 40]), texts)
spans = st.lists(st.builds(Span, texts, link=st.sampled_from(["", ADDRESSES[0]])), max_size=3)
runs = spans.map(tuple)
blocks = st.one_of(
    st.builds(Paragraph, runs),
    st.builds(Quote, runs),
    st.builds(Preformatted, texts),
    st.builds(Listing, st.lists(runs, min_size=1, max_size=3).map(tuple)),
)
documents = st.one_of(
    texts.map(from_text), st.builds(Document, st.lists(blocks, max_size=3).map(tuple))
)
OURS = re.compile(r"<(?:@U[12]|!date\^-?\d+\^[^<>|]+\|[\d :+-]+ UTC)>")
LINK = re.compile(r"<(https?://[^<>|\s]+)\|([^<>|]+)>", re.IGNORECASE)


def card(**changes: Any) -> Card:
    """A card of a busy ticket."""
    facts: dict[str, Any] = {
        "key": KEY,
        "provider": "refurbed",
        "status": "needs agent",
        "raw_status": "OPEN",
        "customer": "Anna Müller",
        "email": "anna@example.com",
        "country": "AT",
        "order": "R-123",
        "item": "iPhone 12",
        "topic": "return",
        "urgency": "",
        "panicked": False,
        "assignee": "",
        "holder": "",
        "waiting_since": AT,
        "due_at": AT,
        "left": "",
        "takeover_at": None,
        "opened_at": AT,
        "follows": "",
        "url": "https://merchant.example/t/4711",
        "did": "",
        "hint": "",
        "extra": (),
        "actions": ("reply", "solve", "claim", "more", "pending", "internal"),
    }
    return Card(**facts | changes)


def part(body: str = "Hello", **changes: Any) -> Part:
    """The only part of a customer's message."""
    facts: dict[str, Any] = {
        "author": Author.CUSTOMER,
        "name": "Anna",
        "scope": Scope.PUBLIC,
        "at": AT,
        "body": from_text(body),
        "number": 1,
        "total": 1,
    }
    return Part(**facts | changes)


cards = st.builds(
    Card,
    keys,
    *[texts] * 10,
    st.booleans(),
    texts,
    st.sampled_from(["", "U2", "<!here>"]),
    *[st.none() | moments] * 2,
    st.sampled_from(["", "overdue"]),
    st.none() | moments,
    moments,
    texts,
    urls,
    st.sampled_from(["", "Solved by <@U1>"]),
    texts.map(lambda text: text if "http" not in text and "@U" not in text else ""),
    st.lists(st.tuples(texts, texts), max_size=12).map(tuple),
    st.lists(st.sampled_from(["reply", "more", "claim", "solve"]) | texts, max_size=40).map(tuple),
)
parts = st.builds(
    Part,
    st.sampled_from(Author),
    texts,
    st.sampled_from(Scope),
    moments,
    documents,
    st.integers(1, 9),
    st.integers(1, 9),
    st.lists(st.builds(Attachment, texts, urls), max_size=8).map(tuple),
    st.booleans(),
)


def check(drawn: Drawn) -> None:
    """Within Slack's limits, and nothing active in it but our own."""
    if drawn.blocks:
        message_blocks(drawn.blocks)
        assert cost(drawn.blocks) <= LIMIT
    assert 0 < len(drawn.text) <= 3_900
    assert len(drawn.username) <= 80
    calm(drawn.text)
    for node in walk(drawn.blocks):
        if node.get("type") == "mrkdwn":
            assert node["verbatim"]
            calm(node["text"])


def calm(text: str) -> None:
    """Every token is one of ours, and a link says where it leads."""
    rest = OURS.sub("", text)
    for address, label in LINK.findall(rest):
        host = urlsplit(address.replace("&amp;", "&")).hostname
        assert label in (host, "Open the thread"), label
    assert "<" not in LINK.sub("", rest), text


def shown(blocks: list[dict[str, Any]]) -> str:
    """All texts of the blocks."""
    found = (node.get("text", node.get("url")) for node in walk(blocks))
    return "\n".join(text for text in found if isinstance(text, str))
