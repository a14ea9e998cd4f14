"""Compares the marketplaces' ledgers with Slack: which messages are missing or shown twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slackbridge.demo import views
from slackbridge.demo.markets import REFUNDS, MarketSandbox
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.messages import Message

Row = dict[str, Any]
ENDED = ("closed", "solved")


def lost_and_doubled(place: World) -> tuple[int, int]:
    """How many messages Slack does not show, and how many it shows more than once."""
    cards = _cards(place.slack)
    counts = [
        _ticket(place.slack, market, ticket, cards[str(ticket)])
        if str(ticket) in cards
        else (_unshown(market, ticket, place.begun), 0)
        for market in place.marketplaces
        for ticket in market.tickets
    ]
    return sum(lost for lost, _ in counts), sum(doubled for _, doubled in counts)


def _cards(slack: SlackSandbox) -> Mapping[str, Sequence[Message]]:
    """All cards by ticket id."""
    found: dict[str, list[Message]] = {}
    for channel in (CHANNEL, REFUNDS):
        for message in slack.workspace.timeline(channel).visible():
            row = {"metadata": message.metadata}
            if views.effect_of(row) == "card":
                found.setdefault(views.ticket_of(row), []).append(message)
    return found


def _unshown(market: MarketSandbox, ticket: int | str, begun: float) -> int:
    """Missing messages of a ticket without a thread; seeded and ended tickets need none."""
    if str(market.tickets[ticket].status).lower() in ENDED:
        return 0
    return sum(message.at > begun for message in market.messages(ticket))


def _ticket(
    slack: SlackSandbox, market: MarketSandbox, ticket: int | str, cards: Sequence[Message]
) -> tuple[int, int]:
    timelines = ((slack.workspace.timeline(card.channel), card) for card in cards)
    rows = [row for timeline, card in timelines for row in timeline.replies(card.ts)]
    effects = [effect for row in rows if (effect := views.effect_of({"metadata": row.metadata}))]
    mirrored = {effect.split(":")[1] for effect in effects if effect.startswith("m:")}
    sent = {_message_id(entry.data) for entry in market.ledger.all("reply")}
    messages = [str(each.id) for each in market.messages(ticket)]
    lost = sum(id not in mirrored | sent for id in messages)
    # A sent reply is already in the thread as the agent's message, so its mirror is a duplicate;
    # except a follow-up's first message, which the agent wrote in another thread.
    echoed = mirrored & sent - set(messages[:1])
    return lost, len(cards) - 1 + len(effects) - len(set(effects)) + len(echoed)


def _message_id(data: Row) -> str:
    """ClickBank calls its messages comments."""
    return str(data.get("message_id") or data.get("comment_id"))
