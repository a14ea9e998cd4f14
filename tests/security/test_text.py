"""Untrusted text in both directions: a customer's is inert in Slack; an agent's carries no markup
and no Slack id to a marketplace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.intent import State
from slackbridge.domain.model import Attachment, Author, Scope
from slackbridge.domain.view import Part, Words
from slackbridge.rules.intake import IntakeSettings, classify
from slackbridge.sandbox.slack.blocks import walk
from slackbridge.slack import events
from slackbridge.slack.blocks.cards import draw
from slackbridge.slack.events import readable
from slackbridge.text.html import from_plain, parse
from tests.slack.drawing import AT, KEY, check

# -- from customers --------------------------------------------------------------------------------

HOSTILE = st.sampled_from(
    (
        "<!channel>",
        "&lt;!here&gt;",
        "&amp;lt;!everyone&amp;gt;",
        "<@U0ANNA>",
        "&lt;@U0ANNA|admin&gt;",
        "&#60;!channel&#62;",
        "&lt;http://evil.example|bank.example&gt;",
        '<a href="http://evil.example/">http://bank.example</a>',
        '<a href="javascript:alert(1)">',
        '<a href="https://bank.example@evil.example/">bank.example</a>',
        '<img src="http://10.0.0.1/x" alt="<!channel>">',
        "</p></div></blockquote>",
        "<blockquote><ul><li>",
        "<pre>```",
        '"}]},{"type":"actions"',
        "<b><i><s><code>",
        "*_~`",
        "@channel ",
        "\u202e",
        "\u200b",
        "\ud800",
        "\x00",
        "\n\n",
        "<script>alert(1)</script>",
        "<style>*{}</style>",
        ":tada:",
        "x" * 3_100,
    )
)
mail = st.lists(st.one_of(HOSTILE, st.text(max_size=20)), max_size=12).map("".join)
HARMLESS = {
    "rich_text",
    "rich_text_section",
    "rich_text_list",
    "rich_text_quote",
    "rich_text_preformatted",
    "text",
    "link",
    "context",
    "mrkdwn",
    "plain_text",
}


@given(mail, mail, mail, st.sampled_from(Author), st.sampled_from(Scope))
def test_what_a_customer_sends_never_acts(
    body: str, name: str, file: str, author: Author, scope: Scope
) -> None:
    files = (Attachment(file, f"http://10.0.0.1/{file}"), Attachment(name, file))
    drawn = draw(Part(author, name, scope, AT, parse(body), 1, 1, files))
    check(drawn)
    nodes = [node for node in walk(drawn.blocks) if "type" in node]
    assert {str(node["type"]) for node in nodes} <= HARMLESS, "nothing to press, no image, no ping"
    for node in nodes:
        if node["type"] == "link":
            assert "text" not in node, "a link shows where it leads"
            assert re.match(r"https?://|mailto:", node["url"], re.IGNORECASE)


@given(mail)
def test_what_a_marketplace_says_of_a_failure_never_acts(said: str) -> None:
    """Its words stand in receipts; they are quoted where they are made into a reason."""
    from slackbridge.domain.errors import Rejected

    drawn = draw(Words(KEY, "1.1", f"❌ Not sent: {Rejected(said).quoted}.", said, ()))
    check(drawn)
    assert not re.search(r"<[!@#]", drawn.text)


# -- from agents -----------------------------------------------------------------------------------

NAMES = {"U0KNOWN": "ben"}
TOKENS = st.sampled_from(
    (
        "<@U0KNOWN>",
        "<@U0HIDDEN>",
        "<@W0HIDDEN|someone>",
        "<#C0HIDDEN>",
        "<!subteam^S0HIDDEN>",
        "<!subteam^S0HIDDEN|@leads>",
        "<!here>",
        "<!date^0^{date}|today>",
        "<https://example.com/?a=1&amp;b=2|here>",
        "<mailto:a@b.example|a@b.example>",
        ":smile:",
        "&lt;b&gt;",
        "&lt;script&gt;",
        "```code```",
        "*bold*",
    )
)
typed = st.lists(st.one_of(TOKENS, st.text(max_size=12)), max_size=10).map(" ".join)
LEAVES = st.sampled_from(
    (
        {"type": "user", "user_id": "U0KNOWN"},
        {"type": "user", "user_id": "U0HIDDEN"},
        {"type": "channel", "channel_id": "C0HIDDEN"},
        {"type": "usergroup", "usergroup_id": "S0HIDDEN"},
        {"type": "broadcast", "range": "channel"},
        {"type": "text", "text": "<script>alert(1)</script> & <b>"},
        {"type": "link", "url": "https://example.com/<b>", "text": "here"},
        {"type": "emoji", "name": "smile"},
        {"type": "team", "team_id": "T0HIDDEN"},
        {"type": "of_tomorrow", "who": "U0HIDDEN", "text": "words"},
    )
)
rich = st.lists(LEAVES, max_size=6).map(
    lambda leaves: [
        {
            "type": "rich_text",
            "block_id": "U0HIDDEN",
            "elements": [{"type": "rich_text_section", "elements": leaves}],
        }
    ]
)


class Tags(HTMLParser):
    """Which tags, with which attributes, a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(f"{tag} {attrs}" if attrs else tag)

    def handle_comment(self, data: str) -> None:
        self.found.add("comment")

    def handle_decl(self, decl: str) -> None:
        self.found.add("declaration")


@given(typed, st.one_of(st.none(), rich))
def test_what_an_agent_types_leaves_without_ids_or_markup(
    text: str, blocks: list[Mapping[str, Any]] | None
) -> None:
    said = readable(text, blocks, NAMES)
    assert "HIDDEN" not in said
    assert "U0KNOWN" not in said
    assert not re.search(r"<[@#!]\w", said)
    assert Tags(from_plain(said)).found <= {"p", "br"}


@given(st.text(st.one_of(st.sampled_from("<>&\"'/=! -abpri\n"), st.characters())))
def test_no_text_becomes_markup_at_a_marketplace(text: str) -> None:
    assert Tags(from_plain(text)).found <= {"p", "br"}


def test_what_calls_colleagues_or_holds_a_key_waits_for_a_human() -> None:
    rules = IntakeSettings(mode="direct", prefixes=("//",), undo=0.0, fresh=900.0)
    texts = ("please <!here>", "token xoxb-123456789-abc", "password: hunter2", "AKIA" + "A" * 16)
    for text in texts:
        event = {"user": "U1", "ts": "100.0", "thread_ts": "1.0", "text": text}
        verdict = classify(events.heard(event, "C1", {}), rules, 100.0)
        assert verdict is not None
        assert verdict.state is State.HELD, text
