"""What is said in a thread in place of a card that Slack does not let us edit any more. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Kind
from slackbridge.domain.refusal import refusal
from slackbridge.domain.view import Card
from slackbridge.rules.notice import notice
from slackbridge.text.clean import digest

STATE = "state:"
AFTER = "Slack does not let the card above be edited any more; its buttons still work."


def line(card: Card) -> str:
    """The state that a reader must know, as mrkdwn."""
    left = f", {card.left}" if card.left else ""
    return f"📌 Status: *{card.status}*{left}. {AFTER}"


def last(intents: Sequence[Intent]) -> Intent | None:
    """What was said last; None if the card has shown everything since."""
    said = [i for i in intents if i.kind is Kind.NOTICE and i.id.startswith(STATE)]
    return said[-1] if said and said[-1].digest else None


def news(card: Card, intents: Sequence[Intent], shown: str, now: float) -> Intent | None:
    """What is to be said; None if the thread says it already.

    `shown` is the marketplace's own word for the status that the card shows, as far as is known.
    """
    text, before = line(card), last(intents)
    same = before.digest == digest(text) if before else shown == card.raw_status and not card.left
    if same:
        return None
    return notice(f"{STATE}{int(now * 1000)}", text, now).but(digest=digest(text))


def thawed(intent: Intent) -> Intent:
    """The card was edited after all: what was said is not the latest any more."""
    return intent.but(digest="")


def told(account: str, code: str) -> str:
    """What everybody is told of it, as mrkdwn."""
    return f"✏️ *{account}*: Slack does not let me edit a card ({code}). {refusal(code).remedy}"
