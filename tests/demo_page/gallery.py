"""Blocks that the page must show well: cards, messages, receipts and modals as the bridge draws
them, and every other kind of Block Kit block once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from slackbridge.domain.intent import Press
from slackbridge.domain.model import Action, Attachment, Author, Field, Scope
from slackbridge.domain.view import Item, Notice, Words
from slackbridge.slack.blocks import action_views, views
from slackbridge.slack.blocks.cards import draw
from slackbridge.text.document import (
    Document,
    Listing,
    Paragraph,
    Preformatted,
    Quote,
    Span,
    from_text,
)
from tests.slack.drawing import AT, KEY, card, part

Json = dict[str, Any]
LINES = (
    "Hello,\n\nthe battery of my phone dies after two hours. Order R-123.\nWhat can we do?\n\nAnna"
)
LONG = "The parcel arrived on Tuesday with a broken corner; the seal was open. " * 12
BODY = Document(
    (
        Paragraph((Span("Dear "), Span("Anna", bold=True), Span(",\nplease try these steps:"))),
        Listing(((Span("Hold "), Span("Power", code=True)), (Span("Wait ten seconds"),)), True),
        Listing(((Span("not nine"),), (Span("not eleven", italic=True),)), indent=1),
        Listing(((Span("Charge it"),),), ordered=True, start=3),
        Quote(
            (Span("It worked for me.\n"), Span("Mostly.", strike=True)),
        ),
        Preformatted("IMEI  3569 3803 5643 809\nBatt  61 %"),
        Paragraph((Span("See "), Span("our help", link="https://help.example.com/battery"))),
    )
)
REFUND = Action(
    "refund",
    "Refund",
    "The customer gets *money back*. This cannot be undone.",
    (
        Field("amount", "Amount", hint="In EUR, such as 12.50", initial="349.00"),
        Field("why", "Reason", (("defect", "Defective"), ("late", "Late delivery"))),
        Field("note", "Note", optional=True, multiline=True),
    ),
    money=True,
)
ACTIONS = ("reply", "solve", "claim", "lookup", "more", "pending", "internal", "private", "close")


def cards() -> list[tuple[str, list[Json]]]:
    """Names and blocks."""
    return [*_tickets(), *_messages(), *_receipts(), *_modals(), *_elements()]


def _tickets() -> list[tuple[str, list[Json]]]:
    now = datetime.now(UTC)
    busy = card(
        waiting_since=now - timedelta(hours=5),
        due_at=now + timedelta(hours=19),
        actions=ACTIONS,
        extra=(("Return label", "sent"), ("IMEI", "356938035643809")),
    )
    pressing = card(
        panicked=True,
        urgency="high",
        holder="U0ANNA",
        did="Set to waiting by <@U0BEN> in <#C0SUPPORT>",
        hint="Answer in this thread; `!` keeps a message among colleagues",
        takeover_at=AT,
        status="waiting",
        raw_status="PENDING_CUSTOMER",
        item="Apple iPhone 12 128 GB, Product Red, refurbished, very good " * 3,
    )
    solved = card(status="solved", raw_status="SOLVED", url="", email="", actions=("reopen",))
    shown = {"busy": busy, "pressing": pressing, "solved": solved}
    return [(f"card, {name}", draw(each).blocks) for name, each in shown.items()]


def _messages() -> list[tuple[str, list[Json]]]:
    files = (
        Attachment("label.pdf", "https://files.example.com/label.pdf"),
        Attachment("photo <1>.jpg", "javascript:alert(1)"),
    )
    shown = {
        "plain": part(LINES),
        "rich": replace(part(), body=BODY, author=Author.AGENT, edited=True),
        "internal": part(LONG, scope=Scope.INTERNAL, number=2, total=3, attachments=files),
    }
    return [(f"message, {name}", draw(each).blocks) for name, each in shown.items()]


def _receipts() -> list[tuple[str, list[Json]]]:
    later = int(datetime.now(UTC).timestamp()) + 60
    shown: dict[str, Item] = {
        "going": Words(
            KEY,
            "1",
            f"⏳ Your reply goes out <!date^{later}^{{time_secs}}|soon>.",
            "Hello Anna,\nwe are sorry.",
            (Press.UNDO, Press.SEND_NOW),
        ),
        "unknown": Words(
            KEY,
            "2",
            "⚠️ The reply by <@U0BEN> may not have been sent: no answer in 30 s.",
            "",
            (Press.CHECK, Press.AGAIN, Press.WAS_SENT, Press.DISCARD),
        ),
        "sent": Words(KEY, "3", "✅ Sent to the customer by <@U0ANNA>"),
        "notice": Notice("shop", "🔑 The key of `shop` is refused.", "resume", "Try again"),
    }
    return [(f"receipt, {name}", draw(each).blocks) for name, each in shown.items()]


def _modals() -> list[tuple[str, list[Json]]]:
    choices = ("send", "send_solve", "internal", "private")
    reply = views.reply_modal(
        KEY, "Reply", from_text(LINES), False, 2_000, choices, "<@U0BEN> holds it", "", "refurbed"
    )
    form = action_views.form(KEY, "refurbed", REFUND, "")
    said = "349.00 EUR go to Anna Müller.\nThe order is closed."
    sure = action_views.sure(KEY, "refurbed", REFUND, said, "349.00", "")
    return [(f"modal, {v['title']['text']}", v["blocks"]) for v in (reply, form, sure)]


def text(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def options(*values: str) -> list[Json]:
    """Options with these values, their labels in capitals."""
    return [{"text": text(value.upper()), "value": value} for value in values]


def _elements() -> list[tuple[str, list[Json]]]:
    picked: list[Json] = [
        {"type": "static_select", "action_id": "s", "options": options("a", "b")},
        {"type": "users_select", "action_id": "u"},
        {"type": "multi_static_select", "action_id": "m", "options": options("x", "y", "z")},
        {"type": "datepicker", "action_id": "d", "initial_date": "2026-03-04"},
        {"type": "timepicker", "action_id": "t", "initial_time": "05:06"},
        {"type": "overflow", "action_id": "o", "options": options("one", "two")},
    ]
    picture = {"image_url": "https://images.example.com/1.png", "alt_text": "A phone"}
    section: Json = {"type": "mrkdwn", "text": "A section with :wave: and <!here>\n> a quote"}
    boxes = {"type": "checkboxes", "action_id": "c", "options": options("p", "q")}
    rest: list[Json] = [
        {"type": "section", "text": section, "accessory": {"type": "image", **picture}},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "image", **picture}, text("Seen by Anna")]},
        {"type": "image", "title": text("Photo"), **picture},
        {"type": "video", "title": text("A film"), "alt_text": "Film"},
        {"type": "section", "text": section, "accessory": boxes},
    ]
    return [
        ("elements", [{"type": "actions", "block_id": "e", "elements": picked}]),
        ("rest", rest),
    ]
