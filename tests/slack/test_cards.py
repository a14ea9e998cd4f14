"""What Slack is given to show: the card, messages, receipts and notices."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.intent import Press
from slackbridge.domain.model import Attachment, Author, Scope, Status
from slackbridge.domain.view import Form, Notice, Words
from slackbridge.rules.next_post import pieces_of
from slackbridge.sandbox.slack.blocks import is_rich_text
from slackbridge.slack.blocks import mrkdwn
from slackbridge.slack.blocks.cards import draw, shows_end
from slackbridge.slack.blocks.drawn import NO_BUTTONS, PLAIN, POST_LIMIT, TEXT, Drawn
from slackbridge.text.clean import clean
from slackbridge.text.document import Document, plain
from tests.slack.drawing import (
    AT,
    HOSTILE,
    KEY,
    card,
    cards,
    check,
    documents,
    keys,
    part,
    parts,
    shown,
    texts,
)
from tests.values import message

ITEMS = (
    cards | parts | st.builds(Words, keys, texts, st.just("Hi <@U1>"), texts, st.just(tuple(Press)))
)


@given(ITEMS)
def test_slack_takes_every_form_and_each_says_what_it_is(item: Any) -> None:
    """A card, a message and words; the plain form keeps the buttons."""
    rich, plainest = draw(item), draw(item, Form.PLAIN)
    check(plainest)
    assert {block["type"] for block in plainest.blocks} <= {"section", "actions"}
    assert of_type(plainest, "actions") == of_type(rich, "actions")
    assert PLAIN in shown(plainest.blocks)
    text = draw(item, Form.TEXT)
    check(text)
    assert not text.blocks
    assert text.text.endswith(NO_BUTTONS if of_type(rich, "actions") else TEXT)


@given(documents)
def test_no_text_of_a_message_is_lost_in_any_form(document: Document) -> None:
    whole = message("7", document, attachments=(Attachment("a.png", "https://a.example/"),))
    bodies = [replace(part(), body=body) for body in pieces_of(whole)]
    said = letters("".join(map(plain, pieces_of(whole))))
    assert said == letters(plain(document))
    plainest = [b for p in bodies for b in draw(p, Form.PLAIN).blocks]
    literal = [b["text"]["text"] for b in plainest if b["text"]["type"] == "plain_text"]
    assert letters("".join(literal)) == said
    texts = [draw(p, Form.TEXT, POST_LIMIT).text for p in bodies]
    assert all(len(text) < POST_LIMIT for text in texts)
    words = [text.rpartition("\n<!date")[0] for text in texts]
    assert letters("".join(map(mrkdwn.escape, literal))) == letters("".join(words))


def letters(text: str) -> str:
    """Without white space and the sign of a quote, with which a part begins anew."""
    return re.sub(r"[\s>]|&gt;", "", clean(text))


def of_type(drawn: Drawn, kind: str) -> list[dict[str, Any]]:
    return [block for block in drawn.blocks if block["type"] == kind]


@given(cards)
def test_any_card_keeps_the_limits_and_calls_nobody(item: Any) -> None:
    drawn = draw(item)
    check(drawn)
    assert not is_rich_text(drawn.blocks)


@given(parts)
def test_any_message_keeps_the_limits_and_calls_nobody(item: Any) -> None:
    drawn = draw(item)
    check(drawn)
    assert is_rich_text(drawn.blocks)
    assert drawn.username.strip()
    assert not set(drawn.username) & set("@<>|")


@given(st.builds(Words, keys, texts, st.just("Hi <@U1>"), texts, st.just(tuple(Press))))
def test_any_quote_keeps_the_limits_and_calls_nobody(item: Any) -> None:
    drawn = draw(item)
    check(drawn)
    assert not is_rich_text(drawn.blocks), "or it could not be updated once the quote is gone"


def test_a_card_says_all_that_is_known() -> None:
    drawn = draw(
        card(
            panicked=True,
            urgency="PANIC",
            takeover_at=AT,
            holder="U2",
            assignee="Ben",
            follows="4700",
            did="Last answered by <@U1>",
            hint="Closed for good.",
            extra=(("IMEI", "1<2"),),
        )
    )
    check(drawn)
    assert drawn.blocks[0]["text"]["text"].startswith("🚨 *The customer asked refurbed for help*")
    assert drawn.blocks[1]["text"]["text"] == "Anna Müller · iPhone 12"
    ago = "<!date^1772600760^{ago}|2026-03-04 05:06 UTC>"
    opened = "<!date^1772600760^{date_short_pretty} at {time}|2026-03-04 05:06 UTC>"
    due = "<!date^1772600760^{date_short_pretty} at {time} ({ago})|2026-03-04 05:06 UTC>"
    facts = [each["text"] for block in drawn.blocks for each in block.get("fields", ())]
    assert facts == [
        "*Status:* 🟠 Needs agent (OPEN)",
        f"*Customer wrote:* {ago}",
        f"*Due:* {due}",
        f"*refurbed takes over:* {due}",
        "*Order:* R-123",
        "*Country:* 🇦🇹 AT",
        "*Topic:* return",
        "*Assignee:* Ben",
        "*Held by:* <@U2>",
        "*IMEI:* 1&lt;2",
    ]
    where, did = (each["elements"][0]["text"] for each in of_type(drawn, "context"))
    assert where == (
        f"refurbed · refurbed-at · refurbed-at:4711 · anna@example.com · opened {opened}"
        " · follow-up of 4700 · <https://merchant.example/t/4711|merchant.example>"
    )
    assert did == "Last answered by <@U1>. Closed for good."
    assert f"Customer wrote: {ago}\n" in drawn.text


@pytest.mark.parametrize("status", Status)
def test_a_card_read_back_tells_whether_its_ticket_has_ended(status: Status) -> None:
    blocks = draw(card(status=status.value, raw_status="DONE", urgency="high")).blocks
    assert shows_end(blocks) is not status.active
    named = json.loads(re.sub(r"(Status:\* )\S+", r"\1:large_circle:", json.dumps(blocks)))
    assert shows_end(named) is not status.active, "Slack may give an emoji back by its name"


def test_the_same_word_is_not_said_twice() -> None:
    drawn = draw(card(status="solved", raw_status="Solved", waiting_since=None, due_at=None))
    assert drawn.blocks[1]["fields"][0]["text"] == "*Status:* 🟢 Solved"


def test_a_card_without_names_is_titled_by_its_ticket() -> None:
    assert draw(card(customer="", email="", item="")).blocks[0]["text"]["text"] == "Ticket 4711"
    assert draw(card(item="i" * 170)).blocks[1]["fields"][4]["text"].startswith("*Item:* iii")


def test_the_buttons_of_a_card() -> None:
    (block,) = of_type(draw(card()), "actions")
    *buttons, menu = block["elements"]
    assert block["block_id"] == "ticket|refurbed-at:4711"
    assert [(b["action_id"], b["text"]["text"], b["value"]) for b in buttons] == [
        ("ticket:reply", "Reply", "refurbed-at:4711"),
        ("ticket:solve", "Solve", "refurbed-at:4711"),
        ("ticket:claim", "Claim", "refurbed-at:4711"),
    ]
    assert not any("confirm" in each for each in block["elements"])
    assert menu["action_id"] == "ticket:more"
    assert [option["value"] for option in menu["options"]] == ["pending", "internal"]


@pytest.mark.parametrize(
    ("names", "buttons", "menu"),
    [
        ((), [], []),
        (("more",), [], []),
        (("reply", "more", "private"), ["reply", "private"], []),
        (("unclaim", "more", "claim", "close"), ["unclaim"], ["claim", "close"]),
        (("reply", "more", *"abcdefg"), ["reply", "f", "g"], list("abcde")),
        (("do_it",), ["do_it"], []),
    ],
)
def test_what_goes_into_the_menu(
    names: tuple[str, ...], buttons: list[str], menu: list[str]
) -> None:
    found = of_type(draw(card(actions=names)), "actions")
    elements = found[0]["elements"] if found else []
    assert [e["action_id"][7:] for e in elements if e["type"] == "button"] == buttons
    options = [o["value"] for e in elements if e["type"] == "overflow" for o in e["options"]]
    assert options == menu


def test_an_unknown_name_gets_a_readable_label() -> None:
    (block,) = of_type(draw(card(actions=("ask_refurbed", "_"))), "actions")
    assert [e["text"]["text"] for e in block["elements"]] == ["Ask refurbed", "Do it"]


@pytest.mark.parametrize(
    ("author", "name", "username", "icon"),
    [
        (Author.CUSTOMER, "Anna", "Anna", ":bust_in_silhouette:"),
        (Author.CUSTOMER, "@here", "here", ":bust_in_silhouette:"),
        (Author.CUSTOMER, "\u200d \u200b", "Customer", ":bust_in_silhouette:"),
        (
            Author.CUSTOMER,
            "Ben （on the marketplace)",
            "Ben on the marketplace",
            ":bust_in_silhouette:",
        ),
        (Author.CUSTOMER, "Rita · marketplace", "Rita marketplace", ":bust_in_silhouette:"),
        (Author.AGENT, "Ben", "Ben (on the marketplace)", ":technologist:"),
        (Author.AGENT, "", "Agent", ":technologist:"),
        (Author.MARKETPLACE, "Rita", "Rita · marketplace", ":department_store:"),
        (Author.SYSTEM, "", "System", ":gear:"),
    ],
)
def test_who_speaks(author: Author, name: str, username: str, icon: str) -> None:
    drawn = draw(part(author=author, name=name))
    assert (drawn.username, drawn.icon_emoji) == (username, icon)


def test_an_internal_note_says_so_first() -> None:
    drawn = draw(part(scope=Scope.INTERNAL, number=2, total=5, edited=True))
    assert "the customer does not see this" in drawn.blocks[0]["elements"][0]["text"]
    assert drawn.text.startswith("🔒 Internal")
    assert drawn.blocks[-1]["elements"][0]["text"].endswith(" · part 2 of 5 · edited")


def test_a_private_note_says_that_the_marketplace_does_not_see_it() -> None:
    drawn = draw(part(scope=Scope.PRIVATE))
    assert drawn.text.startswith("🔒 Private: neither the customer nor the marketplace's agents")


def test_the_fallback_is_the_whole_message() -> None:
    drawn = draw(part("Hello <you> & yours\n\nBye", attachments=(Attachment("a.png", "x:y"),)))
    assert drawn.text.startswith("Hello &lt;you&gt; &amp; yours\n\nBye\na.png x:y\n")


def test_attachments_show_where_they_lead() -> None:
    files = (
        Attachment("bank.example", "https://evil.example/a b"),
        Attachment("", "javascript:alert(1)"),
        Attachment("x", ""),
    )
    (listed,) = of_type(draw(part(attachments=files)), "rich_text")[-1:]
    items = [item["elements"] for item in listed["elements"][1]["elements"]]
    assert items[0] == [
        {"type": "text", "text": "bank.example  "},
        {"type": "link", "url": "https://evil.example/a%20b"},
    ]
    assert items[1][1] == {"type": "text", "text": "javascript:alert(1)"}
    assert items[2][1] == {"type": "text", "text": "(no address)"}


def test_too_many_attachments_are_counted() -> None:
    files = (Attachment("f", "https://a.example/" + "x" * 900),) * 12
    drawn = draw(part(attachments=files))
    check(drawn)
    assert "and 4 more, see the marketplace" in shown(drawn.blocks)


def test_an_empty_message_is_still_rich_text() -> None:
    assert is_rich_text(draw(part("")).blocks)


def test_a_receipt_and_its_buttons() -> None:
    words = Words(KEY, "v:1", "May not have been sent, <@U1>", "Hi\n<!channel>", tuple(Press))
    drawn = draw(words)
    section, quote, block = drawn.blocks
    assert section["text"]["text"] == words.text
    assert quote["text"] == {"type": "plain_text", "text": "“Hi\n<!channel>”", "emoji": False}
    assert block["block_id"] == "intent|refurbed-at:4711|v:1"
    assert {b["value"] for b in block["elements"]} == {"refurbed-at:4711|v:1"}
    labels = {b["action_id"]: (b["text"]["text"], b.get("style", "")) for b in block["elements"]}
    assert labels["intent:undo"] == ("Undo", "")
    assert labels["intent:send"] == ("Send to the customer", "primary")
    assert labels["intent:discard"] == ("Discard", "danger")
    asking = [b["action_id"] for b in block["elements"] if "confirm" in b]
    assert asking == ["intent:again"]
    assert drawn.text == "May not have been sent, <@U1>\n“Hi\n&lt;!channel&gt;”"


def test_our_own_words_never_call_a_group() -> None:
    text = "Refused: <!channel> <!subteam^S1> <b>, see <https://docs.example|docs>"
    drawn = draw(Words(KEY, "1", text))
    fine = "Refused: &lt;!channel> &lt;!subteam^S1> &lt;b>, see <https://docs.example|docs>"
    assert drawn.text == fine
    assert draw(Words(KEY, "1", "")).text == "…"


def test_a_notice_with_and_without_a_button() -> None:
    assert len(draw(Notice("a", "The token is refused.")).blocks) == 1
    drawn = draw(Notice("refurbed-at", "12 tickets were left out.", "show", "Make threads"))
    check(drawn)
    (button,) = drawn.blocks[1]["elements"]
    assert (button["action_id"], button["value"]) == ("account:show", "refurbed-at")
    assert button["text"]["text"] == "Make threads"
    assert draw(Notice("a", "x", "show_all")).blocks[1]["elements"][0]["text"]["text"] == "Show all"


@pytest.mark.parametrize("limit", range(1, 30))
def test_a_cut_never_leaves_half_a_token(limit: int) -> None:
    text = mrkdwn.cut("a <@U12345> &amp; <!date^1^x|y>", limit)
    assert len(text) <= limit
    assert text.count("<") == text.count(">")
    assert text.count("&") == text.count(";")


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_one_calm_line(text: str) -> None:
    found = mrkdwn.outside(text, 90)
    assert len(found) <= 90
    assert "\n" not in found
    assert "<" not in found


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("https://a.example/x|y>z&q", "<https://a.example/x%7Cy%3Ez&amp;q|a.example>"),
        ("https://bank.example@evil.example/", "<https://bank.example@evil.example/|evil.example>"),
        ("https://evil.example\\@bank.example", ""),
        ("https://[x", ""),
        ("https://@", ""),
        ("ftp://a.example", ""),
        ("mailto:a@b.example", ""),
        ("https://a.example/" + "&" * 400, ""),
    ],
)
def test_links_show_their_host(url: str, token: str) -> None:
    assert mrkdwn.link(url) == token


@pytest.mark.parametrize(
    ("country", "shown_as"),
    [("de", "🇩🇪 DE"), ("Österreich", "Österreich"), ("1<", "1&lt;"), ("", "")],
)
def test_countries(country: str, shown_as: str) -> None:
    assert mrkdwn.flag(country) == shown_as
