"""What the self-test posts: a made-up ticket, and text that must stay text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from slackbridge.domain.model import Author, Scope, Status, TicketKey
from slackbridge.domain.view import Button, Card, Part
from slackbridge.text.document import from_text

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
PINGS = "<!channel> <!here> @channel <@USLACKBOT> &lt;!everyone&gt; <https://example.com|bank>"
"""What a customer may write so that everybody is notified, if it were drawn carelessly."""

NAME = "Self-test Customer"


def card(key: TicketKey, **changes: Any) -> Card:
    """A ticket's card with facts, dates and buttons."""
    card = Card(
        key=key,
        customer=NAME,
        email="selftest@example.com",
        country="AT",
        order="ST-1",
        item="slackbridge self-test",
        topic="deleted by itself",
        provider="selftest",
        status=Status.NEEDS_AGENT,
        raw_status="",
        urgency="",
        panicked=False,
        assignee="",
        holder="",
        waiting_since=AT,
        due_at=AT,
        left="",
        takeover_at=None,
        opened_at=AT,
        follows="",
        url="https://example.com/selftest",
        did="",
        hint="",
        extra=(),
        actions=(Button.CLAIM, Button.SOLVE, Button.MORE, Button.PENDING, Button.CLOSE),
    )
    return replace(card, **changes)


def part(text: str) -> Part:
    """A customer's message."""
    return Part(Author.CUSTOMER, NAME, Scope.PUBLIC, AT, from_text(text), 1, 1)
