"""Comparing the books at the end: what each marketplace committed with what Slack shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from slackbridge.demo import views
from slackbridge.demo.markets import REFUNDS
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.messages import Message

Row = dict[str, Any]
ENDED = ("closed", "solved")


class Market(Protocol):
    """What every marketplace of the sandbox has."""

    ledger: Ledger

    @property
    def tickets(self) -> Mapping[Any, Any]: ...
    def messages(self, ticket_id: Any, /) -> Sequence[Any]: ...


def balance(place: World) -> tuple[int, int]:
    """Messages of the marketplaces that Slack does not show, or shows more than once."""
    cards = _cards(place.slack)
    counts = [
        _ticket(place.slack, market, ticket, cards[str(ticket)])
        if str(ticket) in cards
        else (_unshown(market, ticket, place.begun), 0)
        for market in _markets(place)
        for ticket in market.tickets
    ]
    return sum(lost for lost, _ in counts), sum(doubled for _, doubled in counts)


def _cards(slack: SlackSandbox) -> Mapping[str, Sequence[Message]]:
    """By ticket."""
    found: dict[str, list[Message]] = {}
    for channel in (CHANNEL, REFUNDS):
        for message in slack.workspace.timeline(channel).visible():
            row = {"metadata": message.metadata}
            if views.effect_of(row) == "card":
                found.setdefault(views.ticket_of(row), []).append(message)
    return found


def _markets(place: World) -> Iterator[Market]:
    yield place.refurbed
    if place.others is not None:
        yield from (place.others.clickbank, place.others.sellapp, place.others.sellgate)


def _unshown(market: Market, ticket: int | str, begun: float) -> int:
    """What a ticket without a thread lacks: nothing, if it is of the past, or has ended."""
    if str(market.tickets[ticket].status).lower() in ENDED:
        return 0
    return sum(message.at > begun for message in market.messages(ticket))


def _ticket(
    slack: SlackSandbox, market: Market, ticket: int | str, cards: Sequence[Message]
) -> tuple[int, int]:
    timelines = ((slack.workspace.timeline(card.channel), card) for card in cards)
    rows = [row for timeline, card in timelines for row in timeline.replies(card.ts)]
    effects = [effect for row in rows if (effect := views.effect_of({"metadata": row.metadata}))]
    mirrored = {effect.split(":")[1] for effect in effects if effect.startswith("m:")}
    sent = {_message(entry.data) for entry in market.ledger.all("reply")}
    messages = [str(each.id) for each in market.messages(ticket)]
    lost = sum(id not in mirrored | sent for id in messages)
    # What a follow-up opens with stands in another thread; any other reply is the agent's own row.
    echoed = mirrored & sent - set(messages[:1])
    return lost, len(cards) - 1 + len(effects) - len(set(effects)) + len(echoed)


def _message(data: Row) -> str:
    """ClickBank calls its messages comments."""
    return str(data.get("message_id") or data.get("comment_id"))
